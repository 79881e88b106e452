"""`syncer explain`: how a task, or a time of creation, was read; and if it was not, why not."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from syncer.cli.database import OpenDatabase, opened_database
from syncer.cli.views.coverage_explanation import coverage_explanation
from syncer.cli.views.json_values import as_json
from syncer.cli.views.task_explanation import task_history_lines, unknown_lines
from syncer.errors import ConfigurationError

EXAMPLE = """\
  syncer explain 2600010949-WorkflowTask-3fd62dbc55      # a task, in whichever source
  syncer explain mps-cn 2026-01-31T12:00:00Z             # the tasks created then
  syncer explain tat 2026-01-31 20:00 --region ap-tokyo  # in the time zone of the reports
"""


def add_arguments(parser: ArgumentParser) -> None:
    """A task, or a source and a time."""
    parser.add_argument("subject", metavar="TASK-ID | SOURCE", help="a task's id; or a source, with a time")
    parser.add_argument("time", nargs="*", metavar="TIME", help="when the tasks in question were created")
    parser.add_argument("--region", help="only this one (default: all regions of the source)")
    parser.add_argument("--json", action="store_true", help="as JSON, durations in seconds")


def run(args: Namespace) -> int:
    """Print what is known. 1 where no task has that id; a time that is not covered is no failure."""
    from syncer import config

    settings = config.load(config.find(args.config))
    zone = ZoneInfo(settings.reporting.time_zone)
    at = parse_time(" ".join(args.time), zone) if args.time else None
    with opened_database(settings) as database:
        if at is None:
            return _explain_task(database, args)
        return _explain_time(database, args, at, zone)


def _explain_task(database: OpenDatabase, args: Namespace) -> int:
    from syncer.storage.read import load_source_names, load_task_histories, open_database

    with open_database(database.url) as engine:
        stories = load_task_histories(engine, args.subject, region=args.region)
        known = load_source_names(engine)
    if args.json:
        print(json.dumps([as_json(story) for story in stories], indent=2))
    elif stories:
        _print_parts([task_history_lines(story) for story in stories])
    else:
        print("\n".join(unknown_lines(args.subject, known)))
    return 0 if stories else 1


def _explain_time(database: OpenDatabase, args: Namespace, at: datetime, zone: ZoneInfo) -> int:
    from syncer.storage.read import explain_coverage, load_source_names, open_database

    with open_database(database.url) as engine:
        readings = explain_coverage(engine, args.subject, at, region=args.region)
        known = load_source_names(engine)
    if not readings:
        raise _nothing_to_read(args.subject, args.region, known)
    if args.json:
        print(json.dumps([as_json(reading) for reading in readings], indent=2))
        return 0
    print(f"tasks created at {both_times(at, zone)}\n")
    _print_parts([coverage_explanation(reading) for reading in readings])
    return 0


def _print_parts(parts: Sequence[Sequence[str]]) -> None:
    print("\n\n".join("\n".join(part) for part in parts))


def _nothing_to_read(source: str, region: str | None, known: Sequence[str]) -> ConfigurationError:
    from syncer.storage.source_names import check_source_names

    check_source_names([source], known)
    where = f"the region {region} of {source}" if region else source
    return ConfigurationError(f"{where} was never read: `syncer status` shows what was")


def parse_time(text: str, zone: ZoneInfo) -> datetime:
    """The instant that `text` means, in UTC; without an offset it is local to `zone`.

    Of an hour that the end of summer time repeats it is the first. Raises ConfigurationError.
    """
    try:
        parsed = datetime.fromisoformat(text)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ConfigurationError(
            f"{text!r} is no time: write 2026-01-31T12:00:00Z, or 2026-01-31T12:00 for {zone.key}"
        ) from None


def both_times(at: datetime, zone: ZoneInfo) -> str:
    """`at` in UTC, and beside it as the clocks in `zone` show it."""
    utc = f"{at:%Y-%m-%d %H:%M:%S}Z"
    return utc if zone.key == "UTC" else f"{utc} ({at.astimezone(zone):%Y-%m-%d %H:%M:%S} {zone.key})"
