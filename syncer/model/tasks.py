"""Tasks as providers show them, and what of their records could not be mapped."""

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
    """Status of a task, in one vocabulary for all providers. `Task.provider_status` has the vendor's word."""

    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    #: Ended; the provider did not show the outcome.
    FINISHED = "finished"
    #: The vendor's word is undocumented. Counts as open, because the task may still change.
    UNKNOWN = "unknown"

    @property
    def is_open(self) -> bool:
        return self in _OPEN


_OPEN = frozenset({Status.WAITING, Status.RUNNING, Status.PAUSED, Status.UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task, mapped from a provider's record. Every field but the id and the status may be missing."""

    task_id: str
    status: Status
    provider_status: str | None = None
    name: str | None = None
    task_type: str | None = None
    sub_types: tuple[str, ...] = ()
    created_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    #: The provider's own time of the last change.
    updated_at: datetime | None = None
    progress_done: int | None = None
    progress_total: int | None = None
    parent_id: str | None = None
    resource_id: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    #: The provider's rule of "newer": of two observations the higher rank wins, then the later request. It is
    #: a step of the lifecycle or an update time in microseconds; None where only the request counts.
    rank: int | None = None

    @property
    def is_open(self) -> bool:
        return self.status.is_open


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A task as a response showed it at one instant, ready to be stored."""

    task: Task
    #: When the request was sent, on the provider's clock, and never later than that. Orders observations and
    #: limits what they prove.
    requested_at: datetime
    #: When the answer had been received, on the provider's clock, and never earlier than that. The time in
    #: reports: the state began before it.
    observed_at: datetime
    request_id: str = ""
    #: The list record as JSON, cleaned and redacted; None for a partial sighting, which has some fields only.
    record: str | None = None
    #: The response of a detail call as JSON, likewise; it fills fields and clears none.
    detail: str | None = None
    #: Of the mapped fields but the status, and of the record without its volatile paths. None if record is.
    fingerprint: bytes | None = None
    #: True where a value that Postgres cannot store was replaced.
    raw_altered: bool = False
    #: True where the task was asked for by its id, and not only shown by a list.
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTask:
    """A task in the database that can still change."""

    task_id: str
    created_at: datetime | None
    first_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A record that could not become a task, stored with the reason."""

    record: str
    reason: str
    observed_at: datetime
    request_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirk:
    """An undocumented part of a record: a field (value None) or a new value of an enumeration."""

    path: str
    value: str | None = None
    sample: str
