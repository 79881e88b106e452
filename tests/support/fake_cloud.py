"""A fake of the engine's port Fetch: lists of tasks that arrive, run and end while they are read."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from syncer.errors import FilterRefused
from syncer.model import Facts, Offsets, Page, Paging, Query, Role, Sighting, Status, Task
from syncer.model.pagination import NumberedPaging
from tests.support.fake_sources import T0


@dataclass(frozen=True, slots=True, eq=False)
class CloudTask:
    """The real life of a task: it waits, runs from `started_at` on, and ends at `finished_at`."""

    task_id: str
    created_at: datetime
    started_at: datetime
    finished_at: datetime
    failed: bool = False
    #: The time from which on an ended task runs again.
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
        """The task in a list at `now`; without `outcome`, the status of an ended task is `finished`."""
        return _listed_task(
            self, self.status(now), (now >= self.started_at, now >= self.finished_at), outcome, ranked
        )


@cache
def _listed_task(
    task: CloudTask, status: Status, reached: tuple[bool, bool], outcome: bool, ranked: bool
) -> Task:
    """The task in a list; `reached` says whether it has started, and whether it has ended."""
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
        rank=_RANKS.get(status, 2) if ranked else None,
    )


_RANKS = {Status.WAITING: 0, Status.RUNNING: 1}


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
    """The lists of a provider. Every call takes time, in which tasks arrive, start and end."""

    facts: Facts
    tasks: list[CloudTask]
    clock: datetime = T0
    sorting: Sorting = newest_created
    retention: timedelta = timedelta(days=7)
    visibility_lag: timedelta = timedelta(0)
    call_takes: timedelta = timedelta(milliseconds=200)
    filter_is: str = "honoured"
    #: False: the provider has no rule which of two observations is newer.
    is_ranked: bool = True
    #: Ids of tasks that lists, but not queries by id, show in an old state.
    stale: set[str] = field(default_factory=set)
    #: Ids of tasks that the list never drops.
    kept: set[str] = field(default_factory=set)
    #: By task id: other values than the true ones that lists show.
    changes: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: The total that a list gives, by its number of rows.
    total_of: Callable[[int], int | None] = lambda rows: rows
    #: Called before each response; may raise, or change the cloud.
    trouble: Callable[[Query], None] = lambda _: None
    calls: list[Query] = field(default_factory=list)
    #: How often the pause that the vendor asked for was ended.
    resumptions: int = 0

    def now(self) -> datetime:
        return self.clock

    def resume(self) -> None:
        self.resumptions += 1

    def pass_time(self, seconds: float) -> None:
        self.clock += timedelta(seconds=seconds)

    def __call__(self, query: Query) -> Page:
        sent_at = self.clock
        self.calls.append(query)
        self.clock += self.call_takes
        self.trouble(query)
        rows = self._ids(query) if query.ids else self._rows(query)
        total = len(rows) if query.ids else self.total_of(len(rows))
        page, cursors = _page(rows, query, self.facts.paging, total)
        return Page(
            sightings=tuple(self._sighting(task, sent_at, query) for task in page),
            requested_at=sent_at,
            observed_at=self.clock,
            request_id=f"request-{len(self.calls)}",
            total=total,
            **cursors,
        )

    def visible(self, at: datetime) -> list[CloudTask]:
        return [t for t in self.tasks if self._is_shown(t, at)]

    def _is_shown(self, task: CloudTask, at: datetime) -> bool:
        is_kept = task.created_at > at - self.retention or task.task_id in self.kept
        return is_kept and task.created_at + self.visibility_lag <= at

    def _ids(self, query: Query) -> list[Task]:
        shown = [t for t in self.visible(self.clock) if t.task_id in query.ids]
        return [t.as_task(self.clock, outcome=True, ranked=self.is_ranked) for t in shown]

    def _rows(self, query: Query) -> list[Task]:
        has_outcome, ranked = self.facts.lists[-1].role is not Role.FAILED, self.is_ranked
        shown = [t for t in self.visible(self.clock) if self._is_in(t, query)]
        tasks = [t.as_task(self.clock, outcome=has_outcome, ranked=ranked) for t in shown]
        return sorted(map(self._changed, tasks), key=self.sorting)

    def _changed(self, task: Task) -> Task:
        stale = {"status": Status.RUNNING} if task.task_id in self.stale else {}
        changes = self.changes.get(task.task_id, {}) | stale
        return replace(task, **changes) if changes else task

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

    def _sighting(self, task: Task, sent_at: datetime, query: Query) -> Sighting:
        if query.list_name == "FINISH.failed":
            task = replace(task, status=Status.FAILED)
        if query.ids and self.facts.has_details:
            return Sighting(task=task, requested_at=sent_at, observed_at=self.clock, detail=repr(task))
        record = repr(replace(task, status=Status.UNKNOWN, rank=None))
        return Sighting(
            task=task,
            requested_at=sent_at,
            observed_at=self.clock,
            record=record,
            fingerprint=hashlib.blake2b(record.encode(), digest_size=16).digest(),
        )


def _page(
    rows: list[Task], query: Query, paging: Paging, total: int | None
) -> tuple[list[Task], dict[str, str | None]]:
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
    cursors = {"next_cursor": paging.next_cursor(query, len(page), total)}
    if isinstance(paging, Offsets):
        cursors["back_cursor"] = paging.back_cursor(query, len(page))
    return page, cursors


def _position(ids: list[str], cursor: str | None) -> int:
    if cursor is None:
        return 0
    return ids.index(cursor) if cursor in ids else len(ids)


def make_tasks(count: int, *, seed: int = 1, every: float = 10.0, ending: datetime = T0) -> list[CloudTask]:
    """`count` tasks, created `every` seconds until `ending`; one in five fails."""
    rng = random.Random(seed)
    tasks = []
    for n in range(count):
        created_at = ending - timedelta(seconds=every * (count - n))
        started_at = created_at + timedelta(seconds=rng.expovariate(1 / 20))
        finished_at = started_at + timedelta(seconds=rng.expovariate(1 / (every * 8)))
        tasks.append(CloudTask(f"t{n:05d}", created_at, started_at, finished_at, rng.random() < 0.2))
    return tasks
