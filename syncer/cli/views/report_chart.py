"""Chart of a report on a terminal: columns and bars, or records where the terminal is narrow."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from syncer.cli.views.report_columns import ReportBar, ReportColumn
from syncer.cli.views.report_layout import GAP, TableLayout, fit_layout, full_width
from syncer.cli.views.text_table import print_records

_FULL, _MARKED, _OPEN = "█", "▒", "░"
_EIGHTHS = " ▏▎▍▌▋▊▉"


def print_chart(
    console: Console, columns: Sequence[ReportColumn], bars: Sequence[ReportBar], *, optional: Sequence[str]
) -> None:
    """Print a report on a terminal: as a table with bars if that fits, else as records."""
    layout = fit_layout(columns, optional=optional, width=console.width, has_bars=bool(bars))
    if layout:
        console.print(_table(layout, bars))
        return
    rows = list(zip(*(column.cells for column in columns), strict=True))
    print_records(console, [column.heading for column in columns], rows, width=console.width)


def _table(layout: TableLayout, bars: Sequence[ReportBar]) -> Table:
    table = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="bold")
    for column in layout.columns:
        table.add_column(
            Text(column.heading),
            justify="right" if column.is_right else "left",
            # rich narrows only columns that may wrap; their cells are one line all the same.
            no_wrap=not column.is_shortenable,
            min_width=None if column.is_shortenable else full_width(column),
        )
    if layout.bar_width:
        table.add_column(width=layout.bar_width, no_wrap=True)
    for index, row in enumerate(zip(*(column.cells for column in layout.columns), strict=True)):
        bar = [bar_text(bars[index], layout.bar_width)] if layout.bar_width else []
        table.add_row(*map(_cell, row), *bar)
    return table


def _cell(text: str) -> Text:
    return Text(text, no_wrap=True, overflow="ellipsis")


def bar_text(bar: ReportBar, width: int) -> Text:
    """The bar, to an eighth of a character; its parts differ in shape as well as in colour."""
    marked = max(round(bar.marked * width), 1 if bar.marked else 0)
    eighths = max(round(bar.length * width * 8) - marked * 8, 0)
    whole, part = divmod(eighths, 8)
    rest = _OPEN * max(whole, 1 if part else 0) if bar.is_open else _FULL * whole + _EIGHTHS[part].strip()
    return Text.assemble((_MARKED * marked, "red"), (rest, "cyan"))
