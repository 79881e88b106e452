"""Text tables: drawn with lines on a terminal, plain aligned columns elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TextIO

from syncer.cli.views.formatting import cell_text, text_width


@dataclass(frozen=True, slots=True)
class TextTable:
    """Rows of values under column names. Columns of numbers are aligned to the right."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[object, ...]]
    title: str = ""
    #: Positions of other columns that are aligned to the right.
    right: frozenset[int] = frozenset()


def print_table(table: TextTable, to: TextIO | None = None) -> None:
    """Print `table` on `to` (standard output): drawn if that is a terminal, else as plain lines."""
    stream = to or sys.stdout
    if stream.isatty():
        _print_drawn(table, stream)
    else:
        stream.writelines(f"{line}\n" for line in plain_lines(table))


def plain_lines(table: TextTable) -> list[str]:
    """`table` as lines of aligned columns, two spaces apart."""
    cells = [table.columns, *(tuple(map(cell_text, row)) for row in table.rows)]
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
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=stream)
    style: dict[str, Any] = {"show_edge": False, "pad_edge": False, "padding": (0, 1, 0, 0)}
    drawn = Table(title=table.title or None, title_justify="left", box=box.SIMPLE_HEAD, **style)
    cells = [tuple(map(cell_text, row)) for row in table.rows]
    columns = list(zip(table.columns, *cells, strict=True))
    for index, width in enumerate(fit_widths(columns, console.width)):
        justify: Literal["left", "right"] = "right" if _is_right_aligned(table, index) else "left"
        drawn.add_column(table.columns[index], justify=justify, width=width, overflow="fold")
    for row in cells:
        drawn.add_row(*map(Text, row))  # Text: brackets in a value are no markup.
    console.print(drawn)


def fit_widths(columns: Sequence[Sequence[str]], width: int) -> list[int]:
    """The widths of columns, two spaces apart, on a terminal of this width.

    Where they do not fit, the widest columns are made narrower, but no narrower than their longest word.
    """
    widths = [max(map(text_width, cells)) for cells in columns]
    least = [max(text_width(word) for cell in cells for word in cell.split() or [""]) for cells in columns]
    while sum(widths) + 2 * (len(widths) - 1) > width:
        shrinkable = [index for index, full in enumerate(widths) if full > least[index]]
        if not shrinkable:
            break
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
