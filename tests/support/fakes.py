"""A fake provider (`Cloud`) with tasks that change over time, the facts of several APIs, and factories."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from syncer.errors import FilterRefused, SyncerError
from syncer.model import (
    Facts,
    Listing,
    Offsets,
    Page,
    PageNumbers,
    Paging,
    Query,
    Role,
    Sighting,
    Source,
    Status,
    Stream,
    Task,
    Tokens,
)
from syncer.model.pagination import NumberedPaging

T0 = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    """The moment `seconds` after the stories begin."""
    return T0 + timedelta(seconds=seconds)


def make_source(**overrides: object) -> Source:
    values: dict[str, object] = {
        "name": "fake",
        "provider": "fake",
        "site": "",
        "account": "account",
        "poll_every": timedelta(minutes=1),
        "sweep_every": timedelta(hours=6),
        "retention": timedelta(days=7),
        "detail_retention": None,
        "visibility_lag": timedelta(seconds=5),
        "lookback_min": timedelta(seconds=10),
        "lookback_max": timedelta(days=1),
        "page_size": 100,
    }
    return Source(**(values | overrides))  # type: ignore[arg-type]


def make_stream(**overrides: object) -> Stream:
    return Stream(make_source(**overrides))


MPS_FACTS = Facts(
    lists=(
        Listing(name="WAITING", role=Role.OPEN),
        Listing(name="PROCESSING", role=Role.OPEN),
        Listing(name="FINISH", role=Role.PRIMARY, terminal=True),
        Listing(name="FINISH.failed", role=Role.FAILED, terminal=True),
    ),
    page_size=100,
    requests_per_second=20,
    retention=timedelta(days=7),
    ids_per_request=1,
    has_details=True,
    paging=Tokens(is_resumable=True, names_next_record=True),
)
TAT_FACTS = Facts(
    lists=(Listing(name="ALL", role=Role.PRIMARY),),
    page_size=100,
    requests_per_second=10,
    ids_per_request=100,
    paging=Offsets(overlap=2),
)
AICCS_FACTS = Facts(
    lists=(
        Listing(name="waiting", role=Role.OPEN),
        Listing(name="running", role=Role.OPEN),
        Listing(name="ALL", role=Role.PRIMARY),
    ),
    page_size=50,
    requests_per_second=5,
    ids_per_request=1,
    paging=PageNumbers(),
)
VOD_FACTS = Facts(
    lists=(Listing(name="ALL", role=Role.PRIMARY),),
    page_size=100,
    requests_per_second=5,
    retention=timedelta(days=7),
    ids_per_request=1,
    has_windows=True,
    paging=Tokens(is_resumable=True),
)
#: A pair that no provider has yet: page numbers, and windows of creation times.
WINDOWED_PAGES_FACTS = replace(VOD_FACTS, paging=PageNumbers())


@dataclass(frozen=True, slots=True, eq=False)
class CloudTask:
    """A task as it really is: it waits, runs from `started_at`, and ends at `finished_at`."""

    task_id: str
    created_at: datetime
    started_at: datetime
    finished_at: datetime
    failed: bool = False
    #: From when on an ended task runs again.
    reopened_at: datetime | None = None

    def status(self, now: datetime) -> Status:
        if self.reopened_at is not None and now >= self.reopened_at:
            return Status.RUNNING
        if now < self.started_at:
            return Status.WAITING
        if now < self.finished_at:
            return Status.RUNNING
        return Status.FAILED if self.failed else Status.SUCCEEDED

    def as_task(self, now: datetime, *, outcome: bool, ranked: bool = True) -> Task:
        """The task as a list tells it at `now`; without `outcome`, an ended one is just finished."""
        return _told(
            self, self.status(now), (now >= self.started_at, now >= self.finished_at), outcome, ranked
        )


@cache
def _told(task: CloudTask, status: Status, reached: tuple[bool, bool], outcome: bool, ranked: bool) -> Task:
    """What a list tells of `task` once it has, or has not, reached its start and its end."""
    is_over = not status.is_open
    stamps = [
        stamp
        for stamp, is_reached in zip((task.started_at, task.finished_at), reached, strict=True)
        if is_reached
    ]
    return Task(
        task_id=task.task_id,
        status=status if outcome or not is_over else Status.FINISHED,
        created_at=_second(task.created_at),
        started_at=_second(task.started_at) if reached[0] else None,
        finished_at=_second(task.finished_at) if is_over else None,
        updated_at=_second(max([task.created_at, *stamps])),
        rank=_PLACES.get(status, 2) if ranked else None,
    )


_PLACES = {Status.WAITING: 0, Status.RUNNING: 1}


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


Sorting = Callable[[Task], object]


def newest_created(task: Task) -> object:
    return (-_stamp(task.created_at), task.task_id)


def newest_finished(task: Task) -> object:
    return (-_stamp(task.finished_at), task.task_id)


def newest_updated(task: Task) -> object:
    return (-_stamp(task.updated_at), task.task_id)


def oldest_created(task: Task) -> object:
    return (_stamp(task.created_at), task.task_id)


def shuffled(task: Task) -> object:
    return hashlib.sha256(task.task_id.encode()).digest()


def _stamp(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0


@dataclass
class Cloud:
    """A provider's lists, alive: every call takes time, and tasks arrive and move on in between."""

    facts: Facts
    tasks: list[CloudTask]
    clock: datetime = T0
    sorting: Sorting = newest_created
    retention: timedelta = timedelta(days=7)
    visibility_lag: timedelta = timedelta(0)
    call_takes: timedelta = timedelta(milliseconds=200)
    filter_is: str = "honoured"
    #: False where the provider has no rule of its own which of two observations is the newer.
    is_ranked: bool = True
    #: Ids that the lists, but not the calls by id, show in a state long past.
    stale: set[str] = field(default_factory=set)
    #: Called before each answer; may raise, or change the cloud.
    trouble: Callable[[Query], None] = lambda _: None
    calls: list[Query] = field(default_factory=list)

    def now(self) -> datetime:
        return self.clock

    def pass_time(self, seconds: float) -> None:
        self.clock += timedelta(seconds=seconds)

    def __call__(self, query: Query) -> Page:
        asked_at = self.clock
        self.calls.append(query)
        self.clock += self.call_takes
        self.trouble(query)
        rows = self._ids(query) if query.ids else self._rows(query)
        cut, cursors = _cut(rows, query, self.facts.paging)
        return Page(
            sightings=tuple(self._sighting(task, asked_at, query) for task in cut),
            observed_at=asked_at,
            request_id=f"request-{len(self.calls)}",
            total=len(rows),
            **cursors,
        )

    def visible(self, at: datetime) -> list[CloudTask]:
        return [t for t in self.tasks if self._is_shown(t, at)]

    def _is_shown(self, task: CloudTask, at: datetime) -> bool:
        return task.created_at + self.visibility_lag <= at and task.created_at > at - self.retention

    def _ids(self, query: Query) -> list[Task]:
        shown = [t for t in self.visible(self.clock) if t.task_id in query.ids]
        return [t.as_task(self.clock, outcome=True, ranked=self.is_ranked) for t in shown]

    def _rows(self, query: Query) -> list[Task]:
        tells, ranked = self.facts.lists[-1].role is not Role.FAILED, self.is_ranked
        shown = [t for t in self.visible(self.clock) if self._is_in(t, query)]
        tasks = [t.as_task(self.clock, outcome=tells, ranked=ranked) for t in shown]
        return sorted(map(self._perhaps_stale, tasks), key=self.sorting)

    def _perhaps_stale(self, task: Task) -> Task:
        return replace(task, status=Status.RUNNING) if task.task_id in self.stale else task

    def _is_in(self, task: CloudTask, query: Query) -> bool:
        status, name = task.status(self.clock), query.list_name
        if query.created_from and _second(task.created_at) < query.created_from:
            return False
        if query.created_to and _second(task.created_at) > query.created_to:
            return False
        match name:
            case "WAITING" | "waiting":
                return status is Status.WAITING
            case "PROCESSING" | "running":
                return status is Status.RUNNING
            case "FINISH":
                return not status.is_open
            case "FINISH.failed":
                return self._is_in_filtered(status)
        return True

    def _is_in_filtered(self, status: Status) -> bool:
        if self.filter_is == "refused":
            raise FilterRefused("SubTaskHasFailed is unknown here")
        return not status.is_open if self.filter_is == "ignored" else status is Status.FAILED

    def _sighting(self, task: Task, asked_at: datetime, query: Query) -> Sighting:
        if query.list_name == "FINISH.failed":
            task = replace(task, status=Status.FAILED)
        if query.ids and self.facts.has_details:
            return Sighting(task=task, observed_at=asked_at, detail=repr(task))
        record = repr(replace(task, status=Status.UNKNOWN, rank=None))
        return Sighting(
            task=task,
            observed_at=asked_at,
            record=record,
            fingerprint=hashlib.blake2b(record.encode(), digest_size=16).digest(),
        )


def _cut(rows: list[Task], query: Query, paging: Paging) -> tuple[list[Task], dict[str, str | None]]:
    """The rows of one page, and the cursors of the pages around it."""
    if query.ids:
        return rows, {"next_cursor": None}
    if not isinstance(paging, NumberedPaging):
        ids = [t.task_id for t in rows]
        start = _position(ids, query.cursor)
        end = start + query.limit
        return rows[start:end], {"next_cursor": ids[end] if end < len(ids) else None}
    start = paging.rows_before(query.cursor, query.limit)
    page = rows[start : start + query.limit]
    cursors = {"next_cursor": paging.next_cursor(query, len(page), len(rows))}
    if isinstance(paging, Offsets):
        cursors["back_cursor"] = paging.back_cursor(query, len(page))
    return page, cursors


def _position(ids: list[str], cursor: str | None) -> int:
    if cursor is None:
        return 0
    return ids.index(cursor) if cursor in ids else len(ids)


class Kill(BaseException):
    """The process dies here: nothing in it may notice."""


class Trouble:
    """Raises `errors` one after the other, then nothing: for Cloud.trouble and FakeStore.trouble."""

    def __init__(self, *errors: SyncerError | Kill | None) -> None:
        self.errors = list(errors)

    def __call__(self, _: object) -> None:
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            raise error


def make_tasks(count: int, *, seed: int = 1, every: float = 10.0, ending: datetime = T0) -> list[CloudTask]:
    """`count` tasks, one created each `every` seconds up to `ending`, one in five failing."""
    rng = random.Random(seed)
    tasks = []
    for n in range(count):
        created_at = ending - timedelta(seconds=every * (count - n))
        started_at = created_at + timedelta(seconds=rng.expovariate(1 / 20))
        finished_at = started_at + timedelta(seconds=rng.expovariate(1 / (every * 8)))
        tasks.append(CloudTask(f"t{n:05d}", created_at, started_at, finished_at, rng.random() < 0.2))
    return tasks
