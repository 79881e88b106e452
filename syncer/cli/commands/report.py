"""`syncer report`: prints a shipped report as a table with bars, as CSV or as JSON."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from typing import TYPE_CHECKING

from syncer.cli.database import database_of_config
from syncer.cli.views.csv_output import write_csv
from syncer.cli.views.json_output import print_json, report_document, report_list_document
from syncer.cli.views.report_output import print_report
from syncer.cli.views.text_table import TextTable, print_table
from syncer.errors import ConfigurationError
from syncer.reporting.reports import NAMES, ShippedReport, shipped_report, shipped_reports

if TYPE_CHECKING:
    from syncer.storage.read.reports import ReportResult

EXAMPLE = """\
  syncer report                          # the state of every source
  syncer report list                     # the other reports
  syncer report failures --days 30 --source mps-cn
  syncer report daily --days 365 --csv > daily.csv
"""
#: A hundred years: enough, and the first day is still a valid date.
_MOST_DAYS = 36_500


def add_arguments(parser: ArgumentParser) -> None:
    """Add the report, its scope and its format."""
    names = f"{', '.join(NAMES)}, or list (default: {NAMES[0]})"
    parser.add_argument("name", nargs="?", default=NAMES[0], metavar="NAME", help=names)
    parser.add_argument("--days", type=_days, metavar="N", help="the last N local days, including today")
    parser.add_argument(
        "--source", action="append", default=[], metavar="NAME", help="only this source; repeatable"
    )
    formats = parser.add_mutually_exclusive_group()
    formats.add_argument("--csv", action="store_true", help="as CSV, durations in seconds")
    parser.add_argument(
        "--escape-formulas",
        action="store_true",
        help="with --csv: write a ' before texts that a spreadsheet would run as a formula",
    )
    formats.add_argument("--json", action="store_true", help="as JSON, durations in seconds")


def run(args: Namespace) -> int:
    """Print the report. Return 0, also where it has no rows."""
    if args.escape_formulas and not args.csv:
        raise ConfigurationError("--escape-formulas changes CSV only: add --csv")
    if args.name == "list":
        _print_list(as_json=args.json)
        return 0
    report = shipped_report(args.name)
    days = _checked_days(report, args.days)
    result = _run_report(args, report, days)
    if args.csv:
        write_csv(result, sys.stdout, escape_formulas=args.escape_formulas)
    elif args.json:
        print_json(report_document(report, result, days))
    else:
        print_report(report, result, days)
    return 0


def _run_report(args: Namespace, report: ShippedReport, days: int | None) -> ReportResult:
    from syncer.storage.read import open_database
    from syncer.storage.read.reports import run_report

    with database_of_config(args.config) as database, open_database(database.url) as engine:
        return run_report(engine, report, days=days, source_names=args.source)


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_DAYS:
        raise ArgumentTypeError(f"{text!r} is not a number of days from 1 to {_MOST_DAYS:,}")
    return int(text)


def _checked_days(report: ShippedReport, days: int | None) -> int | None:
    if days and not report.days:
        raise ConfigurationError(f"the report {report.name} shows the present: omit --days")
    return days or report.days


def _print_list(*, as_json: bool) -> None:
    reports = shipped_reports()
    if as_json:
        print_json(report_list_document(reports))
        return
    rows = [
        (report.name, f"{report.days} days" if report.days else "now", report.title) for report in reports
    ]
    print_table(TextTable(("report", "about", "what it shows"), rows, wrapped=frozenset({2})))
