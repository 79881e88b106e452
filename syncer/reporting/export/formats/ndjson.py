"""Newline-delimited JSON: one object per line, with a key for every column, also for nulls."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import IO, Any

from syncer.reporting.export.formats.plain_values import plain
from syncer.reporting.export.types import ExportColumn


def open_writer(file: IO[bytes], columns: Sequence[ExportColumn]) -> _NdjsonWriter:
    """Return a writer to `file`."""
    return _NdjsonWriter(file, [column.name for column in columns])


class _NdjsonWriter:
    def __init__(self, file: IO[bytes], names: Sequence[str]) -> None:
        self._file = file
        self._names = names
        self._encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        self._file.writelines(map(self._line, rows))

    def close(self) -> None:
        """Do nothing: rows are not buffered."""

    def _line(self, row: Sequence[Any]) -> bytes:
        record = dict(zip(self._names, map(plain, row), strict=True))
        return f"{self._encode(record)}\n".encode()
