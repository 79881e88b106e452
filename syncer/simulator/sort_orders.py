"""The orders a simulated list can be in. The vendors document none, so a client may rely on none."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from syncer.simulator.simulated_tasks import SimTask

#: What sorts a task in its list: two keys, then the task's number, which makes it unique.
Entry = tuple[int | str, int, int]

#: Later than any finish: open tasks stand before finished ones in "newest finished".
_NOT_YET = 1 << 62


class ListOrder(StrEnum):
    CREATED_DESC = "created-desc"
    CREATED_ASC = "created-asc"
    FINISHED_DESC = "finished-desc"
    UPDATED_DESC = "updated-desc"
    BY_ID = "by-id"
    #: Random, but the same for the same seed.
    SHUFFLED = "shuffled"


def entry_of(order: ListOrder) -> Callable[[SimTask, int], Entry]:
    """A function that gives the place of a task while it is in its state number `index`."""
    return _ENTRIES[order]


def _by_created_desc(task: SimTask, index: int) -> Entry:
    return -task.times[0], -task.number, task.number


def _by_created_asc(task: SimTask, index: int) -> Entry:
    return task.times[0], task.number, task.number


def _by_finished_desc(task: SimTask, index: int) -> Entry:
    finished = task.moment(index).finished_ms
    return -(_NOT_YET if finished is None else finished), -task.number, task.number


def _by_updated_desc(task: SimTask, index: int) -> Entry:
    return -task.times[index], -task.number, task.number


def _by_id(task: SimTask, index: int) -> Entry:
    return task.task_id, 0, task.number


def _shuffled(task: SimTask, index: int) -> Entry:
    return task.salt, 0, task.number


_ENTRIES: dict[ListOrder, Callable[[SimTask, int], Entry]] = {
    ListOrder.CREATED_DESC: _by_created_desc,
    ListOrder.CREATED_ASC: _by_created_asc,
    ListOrder.FINISHED_DESC: _by_finished_desc,
    ListOrder.UPDATED_DESC: _by_updated_desc,
    ListOrder.BY_ID: _by_id,
    ListOrder.SHUFFLED: _shuffled,
}
