"""Output of a report: a chart on a terminal, plain text elsewhere."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

from syncer.cli.views.formatting import NO_LONGER_CONFIGURED
from syncer.cli.views.report_columns import report_bars, report_columns
from syncer.cli.views.terminal import terminal_console
from syncer.cli.views.text_table import TextTable, plain_lines

if TYPE_CHECKING:
    from syncer.reporting.reports import ShippedReport
    from syncer.storage.read.reports import ReportResult


def print_report(
    report: ShippedReport, result: ReportResult, days: int | None, to: TextIO | None = None
) -> None:
    """Print `result` on `to` (standard output): drawn if that is a terminal, else as plain lines."""
    stream = to or sys.stdout
    columns = report_columns(report, result)
    scope = scope_line(result, days)
    if not result.rows:
        print(report.title, scope, "", no_rows_line(report, result), sep="\n", file=stream)
    elif stream.isatty():
        from rich.text import Text

        from syncer.cli.views.report_chart import print_chart

        console = terminal_console(stream)
        console.print(Text(report.title, style="bold"), Text(scope, style="dim"), "", sep="\n")
        print_chart(console, columns, report_bars(report, result), optional=report.optional_columns)
        console.print("", Text(report.description, style="dim"), sep="\n")
    else:
        rows = list(zip(*(column.cells for column in columns), strict=True))
        right = frozenset(index for index, column in enumerate(columns) if column.is_right)
        table = TextTable(tuple(column.heading for column in columns), rows, right=right)
        print(report.title, scope, "", *plain_lines(table), sep="\n", file=stream)


def scope_line(result: ReportResult, days: int | None) -> str:
    """The scope of a report: its days, time zone and sources, and which of these are no longer configured."""
    when = "now" if days is None else "today" if days == 1 else f"the last {days} days"
    sources = "all sources" if result.is_all_sources else ", ".join(result.sources)
    retired = f"; {NO_LONGER_CONFIGURED}: {', '.join(result.retired)}" if result.retired else ""
    return f"{when} in {result.time_zone}, {sources}{retired}"


def no_rows_line(report: ShippedReport, result: ReportResult) -> str:
    """The line that replaces a table without rows."""
    if not result.sources:
        return "nothing has been read yet: type `syncer sync` or `syncer run`"
    return "no rows" if report.days is None else "no rows in these days; use `--days N` for a longer period"
