"""Text tables: drawn on a terminal if they fit, else as records; plain aligned columns elsewhere.

Numbers, names and instants are never cut or divided.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TextIO

from syncer.cli.views.expanded_rows import record_lines, wrapped_lines
from syncer.cli.views.formatting import cell_text, printable, text_width
from syncer.cli.views.report_layout import GAP, SHORTEST_TEXT
from syncer.cli.views.terminal import terminal_console, terminal_width

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


@dataclass(frozen=True, slots=True)
class TextTable:
    """Rows of values under column names. Columns of numbers are aligned to the right."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[object, ...]]
    title: str = ""
    #: Positions of other columns that are aligned to the right.
    right: frozenset[int] = frozenset()
    #: Positions of columns of sentences, whose cells may take several lines on a narrow terminal.
    wrapped: frozenset[int] = frozenset()


def print_table(table: TextTable, to: TextIO | None = None) -> None:
    """Print `table` on `to` (standard output): drawn if that is a terminal, else as plain lines."""
    stream = to or sys.stdout
    if stream.isatty():
        _print_drawn(table, stream)
    else:
        stream.writelines(f"{line}\n" for line in plain_lines(table))


def plain_lines(table: TextTable) -> list[str]:
    """`table` as lines of aligned columns, two spaces apart."""
    cells = [table.columns, *_cells(table)]
    right = [_is_right_aligned(table, index) for index in range(len(table.columns))]
    widths = [max(map(text_width, column)) for column in zip(*cells, strict=True)]
    lines = [table.title] if table.title else []
    for row in cells:
        padded = (
            _pad(cell, width, right=is_right)
            for cell, width, is_right in zip(row, widths, right, strict=True)
        )
        lines.append("  ".join(padded).rstrip())
    return lines


def _print_drawn(table: TextTable, stream: TextIO) -> None:
    """Draw `table` on a terminal; print it as records where it does not fit."""
    from rich.cells import cell_len
    from rich.text import Text

    width = terminal_width(stream)
    cells = _cells(table)
    columns = list(zip(table.columns, *cells, strict=True))
    # The widths that rich will compute: it cuts what is wider.
    widths = fit_widths(columns, width, wrapped=table.wrapped, width_of=cell_len)
    # A console as wide as the table, so that rich never shortens a cell.
    console = terminal_console(stream, width=max(width, sum(widths or ()) + GAP * len(table.columns)))
    if table.title:
        console.print(Text(table.title, style="italic"), soft_wrap=True)
    if widths:
        console.print(_drawn(table, cells, widths))
    else:
        print_records(console, table.columns, cells, width=width)


def _cells(table: TextTable) -> list[tuple[str, ...]]:
    return [tuple(printable(cell_text(value)) for value in row) for row in table.rows]


def _drawn(table: TextTable, cells: Sequence[tuple[str, ...]], widths: Sequence[int]) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, GAP - 1, 0, 0))
    for index, (column, width) in enumerate(zip(table.columns, widths, strict=True)):
        justify: Literal["left", "right"] = "right" if _is_right_aligned(table, index) else "left"
        heading = Text("\n".join(wrapped_lines(column, width)))
        drawn.add_column(heading, justify=justify, width=width, no_wrap=index not in table.wrapped)
    for row in cells:
        drawn.add_row(*map(Text, row))  # Text: brackets in a value are no markup.
    return drawn


def print_records(
    console: Console, headings: Sequence[str], rows: Sequence[Sequence[str]], *, width: int
) -> None:
    """Print rows as records, with one value per line, on a terminal of this width."""
    from rich.text import Text

    for line in record_lines(headings, rows, width=width):
        # soft_wrap: rich neither cuts nor divides a line.
        console.print(Text.assemble((line.heading, "bold"), line.text), soft_wrap=True)


def fit_widths(
    columns: Sequence[Sequence[str]],
    width: int,
    *,
    wrapped: Collection[int] = (),
    width_of: Callable[[str], int] = text_width,
) -> list[int] | None:
    """The widths of columns, two spaces apart, on a terminal of this width; None where they do not fit.

    Each column is its heading and its cells. Where they do not fit, the widest columns are made narrower:
    headings may take several lines, and so may the cells of the columns at the positions `wrapped`; both are
    divided between words only. `width_of` computes the width of a text.
    """

    def longest_word(text: str) -> int:
        return max(map(width_of, text.split()), default=0)

    widths = [max(map(width_of, column)) for column in columns]
    least = [
        max(longest_word(heading), *map(longest_word, cells), min(SHORTEST_TEXT, full))
        if index in wrapped
        else max(longest_word(heading), *map(width_of, cells), 0)
        for index, (full, (heading, *cells)) in enumerate(zip(widths, columns, strict=True))
    ]
    while sum(widths) + GAP * (len(widths) - 1) > width:
        shrinkable = [index for index, full in enumerate(widths) if full > least[index]]
        if not shrinkable:
            return None
        widths[max(shrinkable, key=widths.__getitem__)] -= 1
    return widths


def _is_right_aligned(table: TextTable, index: int) -> bool:
    if index in table.right:
        return True
    values = [row[index] for row in table.rows if row[index] is not None]
    return bool(values) and all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in values
    )


def _pad(cell: str, width: int, *, right: bool) -> str:
    space = " " * (width - text_width(cell))
    return space + cell if right else cell + space
