"""Sort orders of a simulated list. The vendors document none, so a client may rely on none."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from syncer.simulator.simulated_tasks import SimTask

#: Sort key of a task: two values of the order, then the task's number, which makes the key unique.
SortKey = tuple[int | str, int, int]

#: Later than any finish: "newest finished" shows open tasks before finished ones.
_NOT_FINISHED = 1 << 62


class ListOrder(StrEnum):
    """The order in which a list shows its tasks."""

    CREATED_DESC = "created-desc"
    CREATED_ASC = "created-asc"
    FINISHED_DESC = "finished-desc"
    UPDATED_DESC = "updated-desc"
    BY_ID = "by-id"
    #: Random, but the same for the same seed.
    SHUFFLED = "shuffled"


def sort_key_of(order: ListOrder) -> Callable[[SimTask, int], SortKey]:
    """The function from a task and the number of its state to its sort key."""
    return _SORT_KEYS[order]


def _created_desc(task: SimTask, index: int) -> SortKey:
    return -task.times[0], -task.number, task.number


def _created_asc(task: SimTask, index: int) -> SortKey:
    return task.times[0], task.number, task.number


def _finished_desc(task: SimTask, index: int) -> SortKey:
    finished = task.snapshot(index).finished_ms
    return -(_NOT_FINISHED if finished is None else finished), -task.number, task.number


def _updated_desc(task: SimTask, index: int) -> SortKey:
    return -task.times[index], -task.number, task.number


def _by_id(task: SimTask, index: int) -> SortKey:
    return task.task_id, 0, task.number


def _shuffled(task: SimTask, index: int) -> SortKey:
    return task.salt, 0, task.number


_SORT_KEYS: dict[ListOrder, Callable[[SimTask, int], SortKey]] = {
    ListOrder.CREATED_DESC: _created_desc,
    ListOrder.CREATED_ASC: _created_asc,
    ListOrder.FINISHED_DESC: _finished_desc,
    ListOrder.UPDATED_DESC: _updated_desc,
    ListOrder.BY_ID: _by_id,
    ListOrder.SHUFFLED: _shuffled,
}
