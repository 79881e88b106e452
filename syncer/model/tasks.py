"""Tasks as they are seen: what a record tells, and what of it was not understood."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

#: The most characters in the id of a task. An index entry of Postgres holds about 2,700 bytes, and UTF-8
#: takes up to four for a character.
LONGEST_ID = 512
#: The whole numbers that a bigint column holds.
INT64 = range(-(2**63), 2**63)


class Status(StrEnum):
    """What a task is doing, in one vocabulary for all providers; the vendor's own word stays beside it."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    #: Ended, and the provider did not tell how.
    FINISHED = "finished"
    #: A word nobody has documented yet. Counts as open, because the task may still change.
    UNKNOWN = "unknown"

    @property
    def is_open(self) -> bool:
        return self in _OPEN


_OPEN = frozenset({Status.WAITING, Status.RUNNING, Status.PAUSED, Status.UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task as a provider's record tells it. Every field but the id and the status may be missing."""

    task_id: str
    status: Status
    provider_status: str | None = None
    name: str | None = None
    task_type: str | None = None
    sub_types: tuple[str, ...] = ()
    created_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    #: The provider's own stamp of the last change.
    updated_at: datetime | None = None
    progress_done: int | None = None
    progress_total: int | None = None
    parent_id: str | None = None
    resource_id: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    #: The provider's rule of "newer": of two observations the higher rank wins, then the later one.
    #: A place in the lifecycle, an update stamp in microseconds; None where only the time of asking counts.
    rank: int | None = None

    @property
    def is_open(self) -> bool:
        return self.status.is_open


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A task as it was seen at one moment, ready to be stored."""

    task: Task
    #: When the request was sent, on the provider's clock.
    observed_at: datetime
    request_id: str = ""
    #: The list record as JSON, cleaned and redacted; None where only part of the task was told.
    record: str | None = None
    #: The answer of a detail call as JSON, likewise; fills fields and erases none.
    detail: str | None = None
    #: Of the mapped fields but the status, and of the record without its volatile paths. None if record is.
    fingerprint: bytes | None = None
    #: True where something Postgres cannot hold was replaced.
    raw_altered: bool = False
    #: True where the provider was asked about this very task, and not just for a list.
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTask:
    """A task in the database that can still change."""

    task_id: str
    created_at: datetime | None
    first_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A record that could not become a task, kept aside with the reason."""

    record: str
    reason: str
    observed_at: datetime
    request_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirk:
    """Something undocumented in a record: a field (value None) or a new value of an enumeration."""

    path: str
    value: str | None = None
    sample: str
