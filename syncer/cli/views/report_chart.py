"""Chart of a report on a terminal: columns and bars; one value per line where the terminal is narrow."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from syncer.cli.views.report_columns import ReportBar, ReportColumn
from syncer.cli.views.report_layout import GAP, TableLayout, fit_layout, full_width

_FULL, _MARKED, _OPEN = "█", "▒", "░"
_EIGHTHS = " ▏▎▍▌▋▊▉"


def report_chart(
    columns: Sequence[ReportColumn], bars: Sequence[ReportBar], *, optional: Sequence[str], width: int
) -> RenderableType:
    """The report for a terminal of this width: as a table with bars if that fits, else as cards."""
    layout = fit_layout(columns, optional=optional, width=width, has_bars=bool(bars))
    return _table(layout, bars) if layout else _cards(columns)


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


def _cards(columns: Sequence[ReportColumn]) -> Group:
    """One card for each row, with one line for each value."""
    widest = max(cell_len(column.heading) for column in columns)
    cards = []
    for row in zip(*(column.cells for column in columns), strict=True):
        card = Table.grid(padding=(0, 2, 0, 0))
        card.add_column(style="bold", width=widest)
        card.add_column(overflow="fold")
        for column, value in zip(columns, row, strict=True):
            card.add_row(Text(column.heading), Text(value))
        cards.append(Padding(card, (0, 0, 1, 0)))
    return Group(*cards)


def print_chart(console: Console, title: str, scope: str, chart: RenderableType, description: str) -> None:
    """Print a report: its title and scope, the chart, its description."""
    console.print(Text(title, style="bold"), Text(scope, style="dim"), "", sep="\n")
    console.print(chart)
    console.print("", Text(description, style="dim"), sep="\n")
