"""An `ExportDatabase` in memory; tests change its days between two exports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any
from zlib import crc32

from syncer.reporting.export import Chunk, Day, DayFacts, ExportColumn, RowChecksum, Selection, SourceCoverage

NOW = datetime(2026, 12, 1, tzinfo=UTC)


class FakeExportDatabase:
    """Rows of (key, name) by day. `on_chunk` is called with the rows of each chunk that is read."""

    def __init__(self, days: dict[date, list[tuple[Any, ...]]], *, chunk: int = 2) -> None:
        self.days = days
        self.open_tasks = 0
        self.days_read: list[date] = []
        self.on_chunk: Callable[[Sequence[Any]], None] = lambda _: None
        self._chunk = chunk

    def now(self) -> datetime:
        return NOW

    def columns(self, _: Selection) -> tuple[ExportColumn, ...]:
        return ExportColumn("task_key", "bigint"), ExportColumn("name", "text")

    def count_undated(self, _: Selection) -> int:
        return 0

    @contextmanager
    def snapshot(self, _: Selection, day: Day) -> Iterator[FakeSnapshot]:
        yield FakeSnapshot(self, day.on, self._chunk)


class FakeSnapshot:
    """The rows of one day."""

    def __init__(self, database: FakeExportDatabase, on: date, chunk: int) -> None:
        self._database, self._on, self._size = database, on, chunk
        coverage = (SourceCoverage("vod", is_covered=True),)
        self.facts = DayFacts(now_at=NOW, open_tasks=database.open_tasks, coverage=coverage)

    def row_checksum(self) -> RowChecksum:
        rows = self._database.days.get(self._on, [])
        return RowChecksum(len(rows), _checksum(rows))

    def chunks(self) -> Iterator[Chunk]:
        self._database.days_read.append(self._on)
        rows = self._database.days.get(self._on, [])
        for at in range(0, len(rows), self._size):
            chunk = rows[at : at + self._size]
            self._database.on_chunk(chunk)
            yield Chunk(chunk, _checksum(chunk))


def _checksum(rows: Sequence[Any]) -> int:
    total = 0
    for row in rows:
        total ^= crc32(repr(row).encode())
    return total
