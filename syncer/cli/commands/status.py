"""`syncer status`: the state of every stream, and how to connect to the database."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from syncer.cli.database import OpenDatabase, database_of_settings
from syncer.cli.views.formatting import zone_lines
from syncer.cli.views.gap_table import gap_lines
from syncer.cli.views.health import daemon_lines, difference_lines, has_problem, problem_lines
from syncer.cli.views.json_output import print_json, status_document
from syncer.cli.views.retired_streams import retired_stream_lines
from syncer.cli.views.status_table import (
    health_table,
    long_list_lines,
    pause_lines,
    poll_depth_table,
    stream_table,
)
from syncer.cli.views.text_table import print_table

if TYPE_CHECKING:
    from syncer.config import Settings
    from syncer.storage.read import InstallationState

EXAMPLE = """\
  syncer status                          # headroom: time until an open or unread task leaves its list
  syncer status --json                   # with the observed order of every list
  syncer status --show-password          # the complete URL of the embedded database
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the format, and whether to show the password."""
    parser.add_argument("--json", action="store_true", help="as JSON, durations in seconds")
    parser.add_argument(
        "--show-password", action="store_true", help="show the password of the embedded database in its URL"
    )


def run(args: Namespace) -> int:
    """Print the database's address, the daemons, every stream, and the number of gaps.

    Return 1 where a stream fails or is overdue, or where a daemon has another error.
    """
    from syncer import config

    settings = config.load(config.find(args.config))
    with database_of_settings(settings) as database:
        if not args.json:
            # Before the query: it is useful even where the database cannot be reached.
            print("\n".join(address_lines(database, shows_password=args.show_password)))
        state = _load(database)
    if args.json:
        print_json(status_document(database, state, settings, shows_password=args.show_password))
    else:
        _print_status(settings, state)
    return 1 if has_problem(state.streams, state.processes) else 0


def _load(database: OpenDatabase) -> InstallationState:
    from syncer.storage.read import (
        InstallationState,
        load_gaps,
        load_processes,
        load_report_settings,
        load_retired_streams,
        load_streams,
        open_database,
    )

    with open_database(database.url) as engine:
        return InstallationState(
            streams=load_streams(engine),
            retired=load_retired_streams(engine),
            gaps=load_gaps(engine),
            processes=load_processes(engine),
            report_settings=load_report_settings(engine),
        )


def _print_status(settings: Settings, state: InstallationState) -> None:
    streams = state.streams
    print("\n".join(daemon_lines(state.processes)))
    print()
    if streams:
        print_table(health_table(streams))
        print()
        print_table(stream_table(streams))
        print()
        facts = {source.name: source.provider.facts for source in settings.sources}
        print_table(poll_depth_table(streams, facts))
    elif not state.retired:
        print("nothing has been read yet: type `syncer sync` or `syncer run`")
    configured = [source.name for source in settings.sources]
    problems = problem_lines(streams, state.processes, configured if streams else ())
    facts_to_know = [
        *difference_lines(state.processes, settings, state.report_settings),
        *pause_lines(streams),
        *long_list_lines(streams),
    ]
    retired = retired_stream_lines(state.retired)
    gaps = gap_lines(state.gaps, streams, state.retired)
    zone = zone_lines(settings.reporting.time_zone)
    print("\n".join(["", *problems, *facts_to_know, *retired, *gaps, *zone]))


def address_lines(database: OpenDatabase, *, shows_password: bool) -> list[str]:
    """The address of the database; for an embedded one, also how psql and BI tools connect."""
    if not database.embedded:
        return [f"database    {database.location}"]
    from syncer.embedded import psql_command

    state = "running" if database.was_running else "it runs only while a syncer command runs"
    return [
        f"database    {database.location}, embedded ({state})",
        f"connection  {database.connection(shows_password=shows_password)}",
        f"psql        {psql_command(database.embedded)}",
    ]
