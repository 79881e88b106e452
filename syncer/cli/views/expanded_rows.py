"""Rows as records, with one value per line, for terminals on which their table does not fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from syncer.cli.views.formatting import text_width

#: Spaces between a heading and its value, and before a value that is below its heading.
_GAP = 2


@dataclass(frozen=True, slots=True)
class RecordLine:
    """A line of a record: a heading or spaces of the same width, and a value or a part of it."""

    heading: str
    text: str


def record_lines(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, width: int
) -> Iterator[RecordLine]:
    """The lines of all rows, for a terminal of this width, with an empty line between records.

    A value is divided between words only, so numbers and names are never cut: a word that is wider than the
    terminal is wrapped by the terminal itself.
    """
    label_width = max(map(text_width, headings), default=0) + _GAP
    for number, row in enumerate(rows):
        if number:
            yield RecordLine("", "")
        for heading, value in zip(headings, row, strict=True):
            yield from _value_lines(heading, value, label_width, width)


def _value_lines(heading: str, value: str, label_width: int, width: int) -> Iterator[RecordLine]:
    room = width - label_width
    is_below = room < text_width(value) <= width - _GAP
    if is_below or max(map(text_width, value.split()), default=0) > room:
        # Below its heading, where there is more room.
        yield RecordLine(heading, "")
        yield from (RecordLine(" " * _GAP, part) for part in wrapped_lines(value, width - _GAP))
        return
    label = heading + " " * (label_width - text_width(heading))
    for part in wrapped_lines(value, room):
        yield RecordLine(label, part)
        label = " " * label_width


def wrapped_lines(text: str, width: int) -> list[str]:
    """`text` in lines of this width, divided between words only."""
    if text_width(text) <= width:
        return [text]
    lines: list[str] = []
    for word in text.split():
        if lines and text_width(lines[-1]) + 1 + text_width(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
