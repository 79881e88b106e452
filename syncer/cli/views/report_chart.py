"""Reports on a terminal: columns and bars as far as it is wide, else the values below each other."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from syncer.cli.views.report_columns import GAP, ReportBar, ReportColumn, TableLayout, fit_layout, full_width

_FULL, _MARKED, _OPEN = "█", "▒", "░"
_PARTS = " ▏▎▍▌▋▊▉"


def report_chart(
    columns: Sequence[ReportColumn], bars: Sequence[ReportBar], *, spare: Sequence[str], room: int
) -> RenderableType:
    """What fits into `room` places: without spare columns and without bars where they do not fit."""
    found = fit_layout(columns, spare=spare, room=room, has_bars=bool(bars))
    return _beside(found, bars) if found else _cards(columns)


def _beside(found: TableLayout, bars: Sequence[ReportBar]) -> Table:
    drawn = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="bold")
    for column in found.columns:
        drawn.add_column(
            Text(column.heading),
            justify="right" if column.is_right else "left",
            # Only columns that may wrap give way; their cells have one line all the same.
            no_wrap=not column.is_words,
            min_width=None if column.is_words else full_width(column),
        )
    if found.bar:
        drawn.add_column(width=found.bar, no_wrap=True)
    for at, row in enumerate(zip(*(column.cells for column in found.columns), strict=True)):
        drawn.add_row(*map(_line, row), *([bar_text(bars[at], found.bar)] if found.bar else []))
    return drawn


def _line(words: str) -> Text:
    return Text(words, no_wrap=True, overflow="ellipsis")


def bar_text(bar: ReportBar, longest: int) -> Text:
    """A bar, to the eighth of a place. Its kinds differ in shape, too, for colours are not for all."""
    marked = max(round(bar.marked * longest), 1 if bar.marked else 0)
    eighths = max(round(bar.length * longest * 8) - marked * 8, 0)
    whole, part = divmod(eighths, 8)
    rest = _OPEN * max(whole, 1 if part else 0) if bar.is_open else _FULL * whole + _PARTS[part].strip()
    return Text.assemble((_MARKED * marked, "red"), (rest, "cyan"))


def _cards(columns: Sequence[ReportColumn]) -> Group:
    """Each row on lines of its own: a name and a value each."""
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


def print_chart(console: Console, title: str, scope: str, picture: RenderableType, note: str) -> None:
    """A report, from its title to the note that explains it."""
    console.print(Text(title, style="bold"), Text(scope, style="dim"), "", sep="\n")
    console.print(picture)
    console.print("", Text(note, style="dim"), sep="\n")
