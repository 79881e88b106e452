"""`syncer explain`: how a task or a creation time was read, or why it was not read."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from syncer.cli.database import OpenDatabase, database_of_settings
from syncer.cli.views.coverage_explanation import coverage_explanation
from syncer.cli.views.formatting import zone_lines
from syncer.cli.views.json_output import json_objects, print_json
from syncer.cli.views.task_explanation import task_explanation, unknown_task_lines
from syncer.errors import ConfigurationError

EXAMPLE = """\
  syncer explain 2600010949-WorkflowTask-3fd62dbc55      # a task, of any source
  syncer explain mps-cn                                  # a source: how far it was read until now
  syncer explain mps-cn 2026-01-31T12:00:00Z             # the tasks created at this time
  syncer explain tat 2026-01-31 20:00 --region ap-tokyo  # in the time zone of the reports
"""


def add_arguments(parser: ArgumentParser) -> None:
    """Add the task, or the source and the time."""
    parser.add_argument("subject", metavar="TASK-ID | SOURCE", help="a task id, or a source")
    parser.add_argument(
        "time", nargs="*", metavar="TIME", help="a creation time of the source's tasks (default: now)"
    )
    parser.add_argument("--region", help="only this region (default: all regions of the source)")
    parser.add_argument("--json", action="store_true", help="as JSON, durations in seconds")


def run(args: Namespace) -> int:
    """Print the explanation. Return 1 where no task has the id; a time that is not covered is no failure."""
    from syncer import config

    settings = config.load(config.find(args.config))
    zone = ZoneInfo(settings.reporting.time_zone)
    at = parse_time(" ".join(args.time), zone) if args.time else None
    with database_of_settings(settings) as database:
        if at is None and not _is_source(database, args.subject):
            return _explain_task(database, args, zone)
        return _explain_time(database, args, at, zone)


def _is_source(database: OpenDatabase, subject: str) -> bool:
    from syncer.storage.read import load_source_names, open_database

    with open_database(database.url) as engine:
        return subject in load_source_names(engine)


def _explain_task(database: OpenDatabase, args: Namespace, zone: ZoneInfo) -> int:
    from syncer.storage.read import load_source_names, load_task_histories, open_database

    with open_database(database.url) as engine:
        histories = load_task_histories(engine, args.subject, region=args.region)
        sources = load_source_names(engine)
    if args.json:
        print_json(json_objects(histories))
    elif histories:
        _print_paragraphs([*map(task_explanation, histories), *filter(None, [zone_lines(zone.key)])])
    else:
        print("\n".join(unknown_task_lines(args.subject, sources)))
    return 0 if histories else 1


def _explain_time(database: OpenDatabase, args: Namespace, at: datetime | None, zone: ZoneInfo) -> int:
    from syncer.storage.read import explain_coverage, load_source_names, open_database

    with open_database(database.url) as engine:
        streams = explain_coverage(engine, args.subject, at, region=args.region)
        sources = load_source_names(engine)
    if not streams:
        raise _never_read_error(args.subject, args.region, sources)
    if args.json:
        print_json(json_objects(streams))
        return 0
    print(f"tasks created at {time_in_both_zones(streams[0].at, zone)}\n")
    _print_paragraphs([coverage_explanation(stream) for stream in streams])
    return 0


def _print_paragraphs(paragraphs: Sequence[Sequence[str]]) -> None:
    print("\n\n".join("\n".join(lines) for lines in paragraphs))


def _never_read_error(source: str, region: str | None, sources: Sequence[str]) -> ConfigurationError:
    """The error for a source or region without a stream. Raises ConfigurationError for an unknown source."""
    from syncer.storage.source_names import check_source_names

    check_source_names([source], sources)
    name = f"the region {region} of {source}" if region else source
    return ConfigurationError(f"{name} was never read: `syncer status` lists the streams that were")


def parse_time(text: str, zone: ZoneInfo) -> datetime:
    """The instant `text`, in UTC; a time without an offset is local to `zone`.

    In an hour that the end of summer time repeats, it is the first one. Raises ConfigurationError.
    """
    try:
        parsed = datetime.fromisoformat(text)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ConfigurationError(
            f"{text!r} is not a time: write 2026-01-31T12:00:00Z, or 2026-01-31T12:00 for {zone.key}"
        ) from None


def time_in_both_zones(at: datetime, zone: ZoneInfo) -> str:
    """`at` in UTC, followed by the local time of `zone`."""
    utc = f"{at:%Y-%m-%d %H:%M:%S}Z"
    return utc if zone.key == "UTC" else f"{utc} ({at.astimezone(zone):%Y-%m-%d %H:%M:%S} {zone.key})"
