"""`syncer status`: where everything stands, and how to connect to the database."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from syncer.cli.database import OpenDatabase, opened_database
from syncer.cli.views.json_values import as_json
from syncer.cli.views.status_table import gap_summary, learned_table, stream_table
from syncer.cli.views.text_table import print_table

if TYPE_CHECKING:
    from syncer.storage.read import Gap, StreamOverview

EXAMPLE = """\
  syncer status                          # headroom: until a task that is open or unread leaves its list
  syncer status --json                   # with the learned order of every list
"""


def add_arguments(parser: ArgumentParser) -> None:
    """In which form."""
    parser.add_argument("--json", action="store_true", help="as JSON, durations in seconds")


def run(args: Namespace) -> int:
    """Print the database's address, every stream, and how many holes there are."""
    from syncer import config

    settings = config.load(config.find(args.config))
    with opened_database(settings) as database:
        if not args.json:
            for line in address_lines(database):
                print(line)
        streams, gaps = _load(database)
    if args.json:
        print(json.dumps(as_document(database, streams, gaps), indent=2))
        return 0
    print()
    if streams:
        print_table(stream_table(streams))
        print()
        print_table(learned_table(streams, {each.name: each.provider.facts for each in settings.sources}))
    else:
        print("nothing was read yet: type `syncer sync` or `syncer run`")
    errors = [f"{stream.label}: {stream.error}" for stream in streams if stream.error]
    print("\n".join(["", *errors, gap_summary(gaps)]))
    return 0


def _load(database: OpenDatabase) -> tuple[list[StreamOverview], list[Gap]]:
    from syncer.storage.read import load_gaps, load_streams, open_database

    with open_database(database.url) as engine:
        return load_streams(engine), load_gaps(engine)


def address_lines(database: OpenDatabase) -> list[str]:
    """Where the database is; of an embedded one, everything that psql and BI tools need to connect."""
    if not database.embedded:
        return [f"database    {database.place}"]
    from syncer.embedded import psql_line

    running = "running" if database.was_running else "it runs only while a syncer command does"
    return [
        f"database    {database.place}, embedded ({running})",
        f"connection  {database.url}",
        f"psql        {psql_line(database.embedded)}",
    ]


def as_document(database: OpenDatabase, streams: list[StreamOverview], gaps: list[Gap]) -> dict[str, object]:
    """The same for programs."""
    return {
        "database": {
            "place": database.place,
            "connection": database.url if database.embedded else None,
            "is_running": database.was_running,
        },
        "streams": [as_json(stream) for stream in streams],
        "gaps": [as_json(gap) for gap in gaps],
    }
