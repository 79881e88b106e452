"""Tables for people: drawn on a terminal, plain aligned lines elsewhere."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TextIO


@dataclass(frozen=True, slots=True)
class TextTable:
    """Rows of values under column names. A column of numbers stands to the right."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[object, ...]]
    title: str = ""
    #: Columns of words that stand to the right all the same, by their place.
    right: frozenset[int] = frozenset()


def print_table(table: TextTable, to: TextIO | None = None) -> None:
    """Print `table` as fits the place it is printed to."""
    stream = to or sys.stdout
    if stream.isatty():
        _draw(table, stream)
    else:
        stream.writelines(f"{line}\n" for line in plain_lines(table))


def plain_lines(table: TextTable) -> list[str]:
    """`table` as lines of aligned columns, two spaces apart."""
    cells = [table.columns, *(tuple(map(cell_text, row)) for row in table.rows)]
    right = [_is_number(table, index) for index in range(len(table.columns))]
    widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
    lines = [table.title] if table.title else []
    for row in cells:
        padded = (
            _pad(cell, width, right=to_right)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        )
        lines.append("  ".join(padded).rstrip())
    return lines


def cell_text(value: object) -> str:
    """A value as people read it: instants in UTC to the second, durations in their largest units."""
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M:%S}Z"
        case timedelta():
            return duration_text(value)
        case _:
            return str(value)


def shortened(word: str, width: int = 26) -> str:
    """`word`, or where it is longer than `width` its two ends, by which ids differ.

    Text that is read from its beginning is cut by `errors.one_line`.
    """
    head = width // 3
    return word if len(word) <= width else f"{word[:head]}…{word[head + 1 - width :]}"


def duration_text(value: timedelta) -> str:
    """The two largest units of a duration: `2d 3h`, `4m 5s`, `0.25s`."""
    seconds = abs(value.total_seconds())
    sign = "-" if value < timedelta(0) else ""
    if seconds < 60:
        return f"{sign}{seconds:.3g}s"
    units = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
    rest = int(seconds)
    parts: list[str] = []
    for unit, size in units:
        count, rest = divmod(rest, size)
        if count or parts:
            parts.append(f"{count}{unit}")
    return sign + " ".join(part for part in parts[:2] if not part.startswith("0"))


def _draw(table: TextTable, stream: TextIO) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table as Drawn
    from rich.text import Text

    drawn = Drawn(title=table.title or None, title_justify="left", box=box.SIMPLE_HEAD)
    for index, column in enumerate(table.columns):
        drawn.add_column(column, justify="right" if _is_number(table, index) else "left")
    for row in table.rows:
        drawn.add_row(*(Text(cell_text(value)) for value in row))  # Text: brackets in a value are no markup
    Console(file=stream).print(drawn)


def _is_number(table: TextTable, index: int) -> bool:
    if index in table.right:
        return True
    values = [row[index] for row in table.rows if row[index] is not None]
    return bool(values) and all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in values
    )


def width(cell: str) -> int:
    """How many places a terminal gives `cell`: two to each Chinese character."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in cell)


def _pad(cell: str, places: int, *, right: bool) -> str:
    space = " " * (places - width(cell))
    return space + cell if right else cell + space
