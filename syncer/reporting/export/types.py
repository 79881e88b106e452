"""Values of an export, and the protocol of the database that its rows come from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from syncer.model import Interval
from syncer.reporting.export.days import Day


class Dataset(StrEnum):
    """What is exported: the rows of `reporting.tasks` or of `reporting.task_versions`."""

    TASKS = "tasks"
    VERSIONS = "versions"


class PartitionBy(StrEnum):
    """The instant that decides the day of a row. It never changes during the life of a task."""

    #: The creation time from the provider. Tasks without one belong to no day.
    CREATED = "created"
    #: For tasks: when the task was first observed. For versions: when this version was. Every row has one.
    OBSERVED = "observed"


class Format(StrEnum):
    """The file format."""

    PARQUET = "parquet"
    CSV = "csv"
    NDJSON = "ndjson"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The rows to export; empty `sources` means all sources."""

    dataset: Dataset
    by: PartitionBy
    sources: tuple[str, ...] = ()

    @property
    def has_final_rows(self) -> bool:
        """Whether an exported row can never change: true for versions by the time of observation."""
        return self.dataset is Dataset.VERSIONS and self.by is PartitionBy.OBSERVED


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """A column and its type, as Postgres names it."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class RowChecksum:
    """The number of rows, and a checksum over all values of all rows."""

    rows: int
    checksum: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows and their checksum. The exclusive or of all chunks' checksums is that of `RowChecksum`."""

    rows: Sequence[Sequence[Any]]
    checksum: int


@dataclass(frozen=True, slots=True)
class StreamCoverage:
    """The parts of a day that a stream still has to cover, as in the view `sync.stream_coverage`."""

    #: The label of the stream.
    stream: str
    #: The parts of the day that are not swept, and among them the parts that are not polled either.
    unconfirmed: tuple[Interval, ...] = ()
    unread: tuple[Interval, ...] = ()
    #: The provider shows tasks created since this instant; None if the retention is unknown.
    shown_since: datetime | None = None
    #: Whether the stream is no longer configured: then nothing reads these parts.
    is_retired: bool = False


@dataclass(frozen=True, slots=True)
class SourceCoverage:
    """The coverage of a source within one day."""

    source: str
    #: Whether the day is complete: `reporting.coverage_daily.is_covered`.
    is_covered: bool
    #: Whether the coverage of the source begins or ends within the day.
    is_partial: bool = False
    #: The streams that count for the day.
    streams: tuple[StreamCoverage, ...] = ()


@dataclass(frozen=True, slots=True)
class DayFacts:
    """What the database holds about a day at the instant `now_at`."""

    now_at: datetime
    open_tasks: int = 0
    #: The sources with a stream that counts for the day.
    coverage: tuple[SourceCoverage, ...] = ()


class ExportSnapshot(Protocol):
    """One day in one snapshot of the database: all answers are of the same instant."""

    @property
    def facts(self) -> DayFacts:
        """What decides whether the day can still change."""

    def row_checksum(self) -> RowChecksum:
        """Number and checksum of the rows, computed by the database."""

    def chunks(self) -> Iterator[Chunk]:
        """All rows, in chunks of bounded size and in a stable order."""


class ExportDatabase(Protocol):
    """The database that the rows of an export come from."""

    def now(self) -> datetime:
        """The current time of the database."""

    def columns(self, selection: Selection) -> tuple[ExportColumn, ...]:
        """The columns of the rows."""

    def count_undated(self, selection: Selection) -> int:
        """The number of tasks that belong to no day."""

    def snapshot(self, selection: Selection, day: Day) -> AbstractContextManager[ExportSnapshot]:
        """A snapshot with the rows of `day`, valid inside the block."""
