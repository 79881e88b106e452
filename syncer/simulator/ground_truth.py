"""Ground truth: every task, its states, and when a client could have seen them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from syncer.simulator.request_pipeline import RequestPipeline
from syncer.simulator.simulated_clock import from_ms
from syncer.simulator.simulated_tasks import Phase, SimTask
from syncer.simulator.vendor_api import JsonObject, VendorApi


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueState:
    """A state from `at` to the next state's `at`."""

    at: datetime
    #: The vendor's word.
    status: str
    is_open: bool
    has_failed: bool
    _api: VendorApi = field(repr=False)
    _task: SimTask = field(repr=False)
    _index: int

    @property
    def record(self) -> JsonObject:
        """The row that the list shows (for TAT without output)."""
        return self._api.record(self._task, self._index)

    @property
    def detail(self) -> JsonObject:
        """The response of a call by id; for TAT the row with output."""
        return self._api.detail(self._task, self._index)

    def as_json(self, *, records: bool = True, details: bool = False) -> JsonObject:
        """The state as JSON values, with the record and the detail if wanted."""
        return {
            "at": self.at.isoformat(),
            "status": self.status,
            "is_open": self.is_open,
            "has_failed": self.has_failed,
            **({"record": self.record} if records else {}),
            **({"detail": self.detail} if details else {}),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueTask:
    """A task. The list shows it from `visible_from`, and before `visible_until` (None: for ever)."""

    task_id: str
    region: str
    created_at: datetime
    visible_from: datetime
    visible_until: datetime | None
    states: tuple[TrueState, ...]

    def state_at(self, now: datetime) -> TrueState | None:
        """The state at `now`; None before the creation."""
        begun = [state for state in self.states if state.at <= now]
        return begun[-1] if begun else None

    def is_visible(self, now: datetime) -> bool:
        """Whether the list shows the task at `now`."""
        return self.visible_from <= now and (self.visible_until is None or now < self.visible_until)

    def as_json(self, *, records: bool = True, details: bool = False) -> JsonObject:
        """The task as JSON values, its states with records and details if wanted."""
        return {
            "task_id": self.task_id,
            "region": self.region,
            "created_at": self.created_at.isoformat(),
            "visible_from": self.visible_from.isoformat(),
            "visible_until": self.visible_until.isoformat() if self.visible_until else None,
            "states": [state.as_json(records=records, details=details) for state in self.states],
        }


def true_tasks(pipeline: RequestPipeline, now_ms: int, *, future: bool = False) -> Iterator[TrueTask]:
    """Advance the list to `now_ms`; yield the tasks created by then, in the order of creation.

    Each task has its states up to `now_ms`; with `future` also the later ones.
    """
    with pipeline.lock:
        pipeline.task_index.advance(now_ms)
        tasks = pipeline.task_index.created_tasks()
    for task in tasks:
        if task.created_ms <= now_ms:
            count = len(task.times) if future else task.index_at(now_ms) + 1
            yield _true_task(pipeline, task, count)


def _true_task(pipeline: RequestPipeline, task: SimTask, count: int) -> TrueTask:
    """The task with its first `count` states."""
    until = pipeline.task_index.visible_until(task)
    return TrueTask(
        task_id=task.task_id,
        region=task.region,
        created_at=from_ms(task.created_ms),
        visible_from=from_ms(pipeline.task_index.visible_from(task)),
        visible_until=None if until is None else from_ms(until),
        states=tuple(_true_state(pipeline.api, task, index) for index in range(count)),
    )


def _true_state(api: VendorApi, task: SimTask, index: int) -> TrueState:
    state = task.states[index]
    return TrueState(
        at=from_ms(task.times[index]),
        status=state.status,
        is_open=state.phase is not Phase.ENDED,
        has_failed=state.failed,
        _api=api,
        _task=task,
        _index=index,
    )
