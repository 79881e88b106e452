"""What an export is made of, and what it needs of the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from syncer.model import Interval
from syncer.reporting.export.days import Day


class Dataset(StrEnum):
    """What is exported."""

    TASKS = "tasks"
    VERSIONS = "versions"


class DayBasis(StrEnum):
    """Which of its instants puts a row into a day. None of them changes while the task goes on."""

    #: When the task was created, as the provider tells. Tasks without a time of creation belong to no day.
    CREATED = "created"
    #: When the task was first seen; of versions, when this state was. Every row has one.
    OBSERVED = "observed"


class Format(StrEnum):
    """How files are written."""

    PARQUET = "parquet"
    CSV = "csv"
    NDJSON = "ndjson"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which rows are exported; no `sources` means all of them."""

    dataset: Dataset
    by: DayBasis
    sources: tuple[str, ...] = ()

    @property
    def has_final_rows(self) -> bool:
        """Whether a row stays as it is for ever: a state that was observed does, a task goes on."""
        return self.dataset is Dataset.VERSIONS and self.by is DayBasis.OBSERVED


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """A column and its type, in the database's words."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class RowChecksum:
    """How many rows there are, and a sum over all their values that any change of them changes."""

    rows: int
    checksum: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows, and their part of the census's checksum (its parts are combined by exclusive or)."""

    rows: Sequence[Sequence[Any]]
    checksum: int


@dataclass(frozen=True, slots=True)
class StreamCoverage:
    """What a stream has confirmed of a day."""

    #: The stream's name for people.
    stream: str
    #: Where its coverage begins; None where it was never read to the end.
    begins_at: datetime | None
    #: The parts of the day that are not swept, and of these the parts that were not even polled.
    unconfirmed: tuple[Interval, ...] = ()
    unread: tuple[Interval, ...] = ()
    #: How long its list shows a task; None where nobody knows.
    retention: timedelta | None = None
    #: Since when it is not to be read any more.
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DayFacts:
    """What is known of a day at the moment `now_at`."""

    now_at: datetime
    open_tasks: int = 0
    coverage: tuple[StreamCoverage, ...] = ()


class ExportSnapshot(Protocol):
    """One day as it stood at one moment. Everything asked of it is of that moment."""

    @property
    def facts(self) -> DayFacts:
        """What tells whether the day can still change."""

    def row_checksum(self) -> RowChecksum:
        """What there is, without fetching it."""

    def chunks(self) -> Iterator[Chunk]:
        """All rows, a bounded number at a time, in an order that is always the same."""


class ExportSource(Protocol):
    """The database, as far as an export knows it."""

    def now(self) -> datetime:
        """The database's time."""

    def columns(self, selection: Selection) -> tuple[ExportColumn, ...]:
        """What each row holds."""

    def undated(self, selection: Selection) -> int:
        """How many tasks belong to no day."""

    def day(self, selection: Selection, day: Day) -> AbstractContextManager[ExportSnapshot]:
        """The rows of `day`."""
