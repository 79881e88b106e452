"""CSV as in RFC 4180: UTF-8, with a header; null is an empty field, the empty text is `""`.

https://www.rfc-editor.org/rfc/rfc4180
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import IO, Any

from syncer.reporting.export.formats.plain_values import plain
from syncer.reporting.export.types import ExportColumn
from syncer.reporting.spreadsheet_formulas import escape_formula

_SPECIAL = frozenset(',"\r\n')


def open_writer(
    file: IO[bytes], columns: Sequence[ExportColumn], *, escape_formulas: bool = False
) -> _CsvWriter:
    """Write the header to `file`; return the writer of the rows."""
    file.write(_line(column.name for column in columns))
    return _CsvWriter(file, _escaped if escape_formulas else _unchanged)


class _CsvWriter:
    def __init__(self, file: IO[bytes], row_values: Callable[[Sequence[Any]], Iterable[Any]]) -> None:
        self._file = file
        self._row_values = row_values

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        self._file.writelines(_line(self._row_values(row)) for row in rows)

    def close(self) -> None:
        """Do nothing: rows are not buffered."""


def _unchanged(row: Sequence[Any]) -> Iterable[Any]:
    return row


def _escaped(row: Sequence[Any]) -> Iterable[Any]:
    return (escape_formula(value) if isinstance(value, str) else value for value in row)


def _line(values: Iterable[Any]) -> bytes:
    return (",".join(map(_cell, values)) + "\r\n").encode("utf-8")


def _cell(value: Any) -> str:
    match plain(value):
        case None:
            return ""
        case bool() as boolean:
            return "true" if boolean else "false"
        case str() as text:
            is_bare = text and _SPECIAL.isdisjoint(text)
            return text if is_bare else '"' + text.replace('"', '""') + '"'
        case number:
            return repr(number)
