"""The values everything else speaks in: frozen, aware of time zones, free of I/O.

This module imports nothing of ours and may not learn any vendor's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

#: The region of a stream whose provider has none; never null, so that joins and keys stay simple.
GLOBAL = "global"


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


class Mode(StrEnum):
    """How deep a run reads: a poll only as deep as it must, a sweep everything the provider still shows."""

    POLL = "poll"
    SWEEP = "sweep"


class Order(StrEnum):
    """An order a list was seen to be in. No vendor documents one, so it is always learned, never assumed."""

    CREATED_DESC = "created newest first"
    FINISHED_DESC = "finished newest first"
    UPDATED_DESC = "updated newest first"
    CREATED_ASC = "created oldest first"


class Role(StrEnum):
    """What a list is read for."""

    #: Shows open tasks only. Read whole.
    OPEN = "open"
    #: Shows every task (or every finished one). A poll may stop in it at the frontier.
    MEMBERS = "members"
    #: Shows the failed among the MEMBERS list before it: tells outcomes, to the depth MEMBERS was read.
    FAILED = "failed"


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
class Listing:
    """One list of a provider. Lists are declared in lifecycle order, the order in which they must be read."""

    name: str
    role: Role
    #: True where every task in the list has ended, so that a finish order is meaningful.
    terminal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a provider's API before the first call. A duration nobody documents is None."""

    lists: tuple[Listing, ...]
    #: The most records one page may hold.
    page_size: int
    #: Our default rate for each account and action, below what the vendor documents.
    requests_per_second: float
    #: How long the lists show a task.
    retention: timedelta | None = None
    #: How long a call by id answers; None: as long as the lists.
    detail_retention: timedelta | None = None
    #: How many ids one call takes; 0 where tasks cannot be asked for by id.
    ids_per_request: int = 0
    #: True where a call by id answers in another shape than the list: it fills fields, it replaces none.
    answers_detail: bool = False
    #: True where the list can be restricted to an interval of creation times (both ends included).
    has_windows: bool = False
    #: True where a cursor stays valid over a pause (tokens, markers); offsets and page numbers do not.
    has_lasting_cursors: bool = False
    #: True where a cursor is the id of the record that the next page begins with: a page that ends the list
    #: without that record has not shown the end, but lost its place.
    has_named_cursors: bool = False
    #: How many rows neighbouring pages share, where cursors are offsets; they must reappear, or the scan
    #: steps back.
    overlap: int = 0
    #: True where a cursor is the number of a page, counted from one, and so means something else for every
    #: page size.
    counts_pages: bool = False
    #: True where the account must name regions, each with a list of its own.
    has_regions: bool = False
    #: Paths (dotted, list indices left out) whose changes mean nothing, such as signed URLs.
    volatile: frozenset[str] = frozenset()
    #: Every documented path of a list record; whatever else turns up is stored and noted as a quirk.
    known_paths: frozenset[str] = frozenset()
    #: Documented values of enumerations, by path; a new one is stored and noted as a quirk.
    known_values: Mapping[str, frozenset[str]] = field(default_factory=dict)
    #: Which field of Task a path fills: a value there that could not be understood is noted as a quirk.
    fields: Mapping[str, str] = field(default_factory=dict)
    #: The vendor's own environment variables, tried in turn: (access key, secret key, session token).
    environment: tuple[tuple[str, str, str | None], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One configured use of a provider, without its secrets."""

    name: str
    provider: str
    site: str
    account: str
    #: Tells one access key from another without telling the key; finds a renamed source again.
    key_hash: str = ""
    poll_every: timedelta
    sweep_every: timedelta
    retention: timedelta | None
    detail_retention: timedelta | None
    visibility_lag: timedelta
    lookback_min: timedelta
    lookback_max: timedelta
    page_size: int


@dataclass(frozen=True, slots=True)
class Stream:
    """The smallest thing with its own coverage and schedule: a source in one region."""

    source: Source
    region: str = GLOBAL

    @property
    def label(self) -> str:
        """The stream's name for people: `tat/ap-guangzhou`, or just `mps-cn` where there is no region."""
        return self.source.name if self.region == GLOBAL else f"{self.source.name}/{self.region}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One question to a provider: a page of a list, or tasks by id. Regions travel with it."""

    #: The name of a Listing; "" when asking by id.
    listing: str = ""
    region: str = GLOBAL
    cursor: str | None = None
    limit: int = 100
    created_from: datetime | None = None
    created_to: datetime | None = None
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An HTTP request to the byte: what is signed is what is sent."""

    method: str
    #: Complete, with its query string encoded as it is signed.
    url: str
    #: What the rate limit counts by, together with the account.
    action: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, whole. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key. Its secrets show in no repr."""

    access_key: str
    secret_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What a provider's answer wraps around its records."""

    records: tuple[Any, ...]
    #: Where the next page begins; None only where the API itself said that this was the last one.
    next_cursor: str | None
    #: How many records the API says the query has: a hint, never a proof.
    total: int | None = None
    request_id: str = ""
    #: Where to ask again when the overlap with the page before is missing; None where pages cannot overlap.
    back_cursor: str | None = None
    #: How many records the server was willing to put on the page, where it says so.
    page_size: int | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answered page, parsed."""

    sightings: tuple[Sighting, ...]
    next_cursor: str | None
    observed_at: datetime
    total: int | None = None
    request_id: str = ""
    back_cursor: str | None = None
    page_size: int | None = None
    rejected: tuple[Rejected, ...] = ()
    quirks: tuple[Quirk, ...] = ()
    #: How many HTTP requests it took, retries included.
    requests: int = 1


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """Creation times from `start` up to, not including, `end`."""

    start: datetime
    end: datetime


class OutcomeFilter(StrEnum):
    """What is known of the filter behind a FAILED list."""

    UNPROVEN = "unproven"
    TRUSTED = "trusted"
    #: The API answered as if the filter were not there.
    IGNORED = "ignored"
    #: The API refused the filter.
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What an interrupted run needs to go on."""

    #: The run's original start, on the provider's clock: its ceiling never grows by a resume.
    started_at: datetime
    saved_at: datetime
    #: Lists read to their end or to the frontier, in the order they were read.
    done: tuple[str, ...] = ()
    listing: str | None = None
    cursor: str | None = None
    #: What the unfinished scan has learned so far, as JSON values; written and read by planning alone.
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamState:
    """What a stream has proven and learned so far. Intervals are sorted and disjoint."""

    polled: tuple[Interval, ...] = ()
    swept: tuple[Interval, ...] = ()
    #: By list: the orders its last complete scan did not contradict.
    orders: Mapping[str, frozenset[Order]] = field(default_factory=dict)
    #: None until something was learned; then between the source's bounds.
    lookback: timedelta | None = None
    #: Starts of complete runs, on the provider's clock.
    first_sweep_at: datetime | None = None
    last_sweep_at: datetime | None = None
    last_run_at: datetime | None = None
    outcome_filter: OutcomeFilter = OutcomeFilter.UNPROVEN
    outcome_filter_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTask:
    """A task in the database that can still change."""

    task_id: str
    created_at: datetime | None
    first_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution for one stream. `run_id` is the database's; a resumed run keeps it."""

    run_id: int
    mode: Mode
    started_at: datetime
    checkpoint: Checkpoint | None = None


class RunStatus(StrEnum):
    """How a run stands. `interrupted` was told to stop, and goes on from its checkpoint."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What a batch changed."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    late: int = 0
    lost: int = 0
    #: The longest any late task stayed hidden after its creation, as far as is known.
    late_by: timedelta = timedelta(0)
    #: Tasks of the batch that stand in the database as `finished`, their outcome not told.
    undecided: tuple[str, ...] = ()
    #: Ended tasks that a list shows as open again, where the provider has no rule of which is newer. They
    #: stay as they are until a confirmed sighting says the same.
    doubted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one transaction stores: rows, progress and counters together, or nothing."""

    run: Run
    sightings: tuple[Sighting, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    quirks: tuple[Quirk, ...] = ()
    #: Open tasks that a scan which had to show them did not.
    lost: tuple[str, ...] = ()
    pages: int = 0
    requests: int = 0
    #: Replaces the run's checkpoint; None with `status` set to an end other than INTERRUPTED removes it.
    checkpoint: Checkpoint | None = None
    #: Given when the run is complete: replaces what the stream has proven and learned.
    state: StreamState | None = None
    status: RunStatus = RunStatus.RUNNING
    error: str | None = None
