"""`syncer report`: the shipped reports, in the terminal or for programs."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from dataclasses import asdict
from typing import TYPE_CHECKING, TextIO

from syncer.cli.database import configured_database
from syncer.cli.views.json_output import report_json, write_csv
from syncer.cli.views.report_columns import bars_of, columns_of
from syncer.cli.views.text_table import TextTable, plain_lines, print_table
from syncer.errors import ConfigurationError
from syncer.reporting.reports import NAMES, ShippedReport, shipped_report, shipped_reports

if TYPE_CHECKING:
    from syncer.storage.read.reports import ReportResult

EXAMPLE = """\
  syncer report                          # where every source stands
  syncer report list                     # what else there is
  syncer report failures --days 30 --source mps-cn
  syncer report daily --days 365 --csv > daily.csv
"""
#: Looks far enough back for everybody, and no date comes before the calendar.
_MOST_DAYS = 36_500


def add_arguments(parser: ArgumentParser) -> None:
    """Which report, about what, and in which form."""
    names = f"{', '.join(NAMES)}, or list (default: {NAMES[0]})"
    parser.add_argument("name", nargs="?", default=NAMES[0], metavar="NAME", help=names)
    parser.add_argument(
        "--days", type=_days, metavar="N", help="look back on so many local days, today included"
    )
    parser.add_argument(
        "--source", action="append", default=[], metavar="NAME", help="only this one; repeatable"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--csv", action="store_true", help="as CSV, durations in seconds")
    form.add_argument("--json", action="store_true", help="as JSON, durations in seconds")


def run(args: Namespace) -> int:
    """Print the report. Finding nothing is not a failure."""
    if args.name == "list":
        _print_list(is_json=args.json)
        return 0
    report = shipped_report(args.name)
    days = _checked_days(report, args.days)
    answer = _ask(args, report, days)
    if args.csv:
        write_csv(answer, sys.stdout)
    elif args.json:
        print(report_json(report, answer, days))
    else:
        show_report(report, answer, days)
    return 0


def _ask(args: Namespace, report: ShippedReport, days: int | None) -> ReportResult:
    from syncer.storage.read import open_database
    from syncer.storage.read.reports import run_report

    with configured_database(args.config) as database, open_database(database.url) as engine:
        return run_report(engine, report, days=days, source_names=args.source)


def _days(written: str) -> int:
    if not written.isdecimal() or not 1 <= int(written) <= _MOST_DAYS:
        raise ArgumentTypeError(f"{written!r} is no number of days from 1 to {_MOST_DAYS:,}")
    return int(written)


def _checked_days(report: ShippedReport, days: int | None) -> int | None:
    if days and not report.days:
        raise ConfigurationError(f"the report {report.name} is about the present: leave out --days")
    return days or report.days


def show_report(
    report: ShippedReport, answer: ReportResult, days: int | None, to: TextIO | None = None
) -> None:
    """Print `answer` as fits the place it is printed to: drawn on a terminal, plain lines elsewhere."""
    stream = to or sys.stdout
    columns = columns_of(report, answer)
    scope = scope_line(answer, days)
    if not answer.rows:
        print(report.title, scope, "", empty_line(report, answer), sep="\n", file=stream)
    elif stream.isatty():
        from rich.console import Console

        from syncer.cli.views.report_chart import print_chart, report_chart

        console = Console(file=stream, highlight=False)
        bars = bars_of(report, answer)
        picture = report_chart(columns, bars, spare=report.optional_columns, room=console.width)
        print_chart(console, report.title, scope, picture, report.description)
    else:
        rows = list(zip(*(column.cells for column in columns), strict=True))
        right = frozenset(at for at, column in enumerate(columns) if column.is_right)
        table = TextTable(tuple(column.heading for column in columns), rows, right=right)
        print(report.title, scope, "", *plain_lines(table), sep="\n", file=stream)


def scope_line(answer: ReportResult, days: int | None) -> str:
    """What was asked about: which days, whose, in which time zone."""
    when = "now" if days is None else "today" if days == 1 else f"the last {days} days"
    sources = "all sources" if answer.is_all_sources else ", ".join(answer.sources)
    return f"{when} in {answer.time_zone}, {sources}"


def empty_line(report: ShippedReport, answer: ReportResult) -> str:
    """What to say where there is nothing to show."""
    if not answer.sources:
        return "nothing was read yet: type `syncer sync` or `syncer run`"
    return "nothing" if report.days is None else "nothing in these days; `--days N` looks further back"


def _print_list(*, is_json: bool) -> None:
    reports = shipped_reports()
    if is_json:
        told = ("name", "title", "description", "days")
        print(json.dumps([{key: asdict(each)[key] for key in told} for each in reports], indent=2))
        return
    rows = [(each.name, f"{each.days} days" if each.days else "now", each.title) for each in reports]
    print_table(TextTable(("report", "about", "what it tells"), rows))
