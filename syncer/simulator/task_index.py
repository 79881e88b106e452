"""Index of the tasks that a list shows at the present simulated time, in the list's order.

A list of 100,000 tasks is sorted once; after that a task that appears, changes or expires costs one
binary search, and a page costs the tasks on it.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator
from heapq import heappop, heappush
from itertools import islice

from syncer.simulator.generator import TaskGenerator
from syncer.simulator.simulated_tasks import SimState, SimTask
from syncer.simulator.sort_orders import ListOrder, SortKey, sort_key_of

#: The filters under which the API lists a task in this state, such as its status or its region.
FilterKeys = Callable[[SimTask, SimState], tuple[str, ...]]

#: From this number of changes on, sorting everything is cheaper than moving each task.
_BULK = 500

#: Beyond any instant.
_FAR = 1 << 62


class TaskIndex:
    """The tasks a list shows at the instant of the last `advance`. Not safe for several threads.

    A list is sorted once for each filter key. Positions count from 0 within the tasks of one filter key.
    """

    def __init__(
        self,
        generator: TaskGenerator,
        filter_keys: FilterKeys,
        *,
        order: ListOrder = ListOrder.CREATED_DESC,
        lag_ms: int = 0,
        retention_ms: int | None = None,
    ) -> None:
        self.now_ms = -1
        self._generator = generator
        self._filter_keys = filter_keys
        self._order = order
        self._sort_key = sort_key_of(order)
        self._lag_ms = lag_ms
        self._retention_ms = retention_ms
        #: By filter key: the sorted keys of its tasks.
        self._sorted: dict[str, list[SortKey]] = {}
        #: By the number of each task on show: its filter keys and its sort key.
        self._shown: dict[int, tuple[tuple[str, ...], SortKey]] = {}
        #: Heap of the next change of each task: instant and task number.
        self._changes: list[tuple[int, int]] = []
        for task in generator.tasks:
            self._schedule(self.visible_from(task), task)

    def visible_from(self, task: SimTask) -> int:
        """The epoch millisecond from which the list shows the task."""
        return task.created_ms + self._lag_ms

    def visible_until(self, task: SimTask) -> int | None:
        """The first instant at which the list no longer shows the task; None if it always will."""
        return None if self._retention_ms is None else task.created_ms + self._retention_ms

    def advance(self, now_ms: int) -> None:
        """Update the index to `now_ms`; an instant in the past changes nothing."""
        self.now_ms = max(self.now_ms, now_ms)
        for task in self._generator.generate_until(self.now_ms):
            self._schedule(self.visible_from(task), task)
        changed = list(self._pop_changed())
        if len(changed) > _BULK:
            self._rebuild(changed)
        else:
            for task in changed:
                self._remove(task)
                self._insert(task)

    def size(self, filter_key: str) -> int:
        """How many tasks the list shows with this filter."""
        return len(self._sorted.get(filter_key, ()))

    def page(self, filter_key: str, start: int, limit: int) -> list[SimTask]:
        """Up to `limit` tasks with this filter, from position `start` on."""
        tasks = self._generator.tasks
        return [tasks[key[2]] for key in self._sorted.get(filter_key, [])[start : start + limit]]

    def scan(self, filter_key: str, start: int = 0) -> Iterator[SimTask]:
        """All tasks with this filter, from position `start` on."""
        tasks = self._generator.tasks
        for key in islice(self._sorted.get(filter_key, ()), start, None):
            yield tasks[key[2]]

    def created_between(
        self, filter_key: str, begin_ms: int | None, end_ms: int | None, start: int = 0
    ) -> Iterator[SimTask]:
        """The tasks with this filter from position `start` on that were created in [begin_ms, end_ms]."""
        begin, end = begin_ms if begin_ms is not None else -_FAR, end_ms if end_ms is not None else _FAR
        first, last = self._bounds(filter_key, begin, end)
        tasks = self._generator.tasks
        for key in islice(self._sorted.get(filter_key, ()), max(start, first), last):
            task = tasks[key[2]]
            if begin <= task.created_ms <= end:
                yield task

    def _bounds(self, filter_key: str, begin: int, end: int) -> tuple[int, int | None]:
        """The positions between which such tasks are: all, where the order is not by creation."""
        keys = self._sorted.get(filter_key, [])
        if self._order is ListOrder.CREATED_DESC:
            return bisect_left(keys, (-end,)), bisect_left(keys, (-begin + 1,))
        if self._order is ListOrder.CREATED_ASC:
            return bisect_left(keys, (begin,)), bisect_left(keys, (end + 1,))
        return 0, None

    def find(self, task_id: str) -> SimTask | None:
        """The task, if the list shows it now."""
        task = self._generator.find(task_id)
        return task if task is not None and task.number in self._shown else None

    def find_created(self, task_id: str) -> SimTask | None:
        """The task, if it has been created, on show or not."""
        return self._generator.find(task_id)

    def created_tasks(self) -> list[SimTask]:
        """Every task created so far, on show or not, in the order of creation."""
        return list(self._generator.tasks)

    def contains(self, filter_key: str, task: SimTask) -> bool:
        """Whether the list shows the task with this filter."""
        shown = self._shown.get(task.number)
        return shown is not None and filter_key in shown[0]

    def position(self, filter_key: str, task: SimTask) -> int:
        """The task's position, or the one it would have if it still matched the filter."""
        return bisect_left(self._sorted.get(filter_key, []), self._last_sort_key(filter_key, task))

    def _last_sort_key(self, filter_key: str, task: SimTask) -> SortKey:
        """The sort key of the task in its last state that matched the filter."""
        index = task.index_at(self.now_ms)
        while index > 0 and filter_key not in self._filter_keys(task, task.states[index]):
            index -= 1
        return self._sort_key(task, index)

    def _schedule(self, at_ms: int, task: SimTask) -> None:
        heappush(self._changes, (at_ms, task.number))

    def _pop_changed(self) -> Iterator[SimTask]:
        """Remove the changes that are due; yield each changed task and schedule its next change."""
        while self._changes and self._changes[0][0] <= self.now_ms:
            task = self._generator.tasks[heappop(self._changes)[1]]
            next_ms = self._next_change(task)
            if next_ms is not None:
                self._schedule(next_ms, task)
            yield task

    def _next_change(self, task: SimTask) -> int | None:
        until = self.visible_until(task)
        if until is not None and until <= self.now_ms:
            return None
        change = task.next_change(self.now_ms)
        return min((at_ms for at_ms in (until, change) if at_ms is not None), default=None)

    def _keys(self, task: SimTask) -> tuple[tuple[str, ...], SortKey] | None:
        """The task's filter keys and sort key at the present; None if it has expired."""
        until = self.visible_until(task)
        if until is not None and until <= self.now_ms:
            return None
        index = task.index_at(self.now_ms)
        return self._filter_keys(task, task.states[index]), self._sort_key(task, index)

    def _remove(self, task: SimTask) -> None:
        keys = self._shown.pop(task.number, None)
        if keys is None:
            return
        filter_keys, sort_key = keys
        for filter_key in filter_keys:
            sorted_keys = self._sorted[filter_key]
            del sorted_keys[bisect_left(sorted_keys, sort_key)]

    def _insert(self, task: SimTask) -> None:
        keys = self._keys(task)
        if keys is None:
            return
        self._shown[task.number] = keys
        filter_keys, sort_key = keys
        for filter_key in filter_keys:
            insort(self._sorted.setdefault(filter_key, []), sort_key)

    def _rebuild(self, changed: Iterable[SimTask]) -> None:
        """Apply the changes by sorting everything."""
        for task in changed:
            keys = self._keys(task)
            if keys is None:
                self._shown.pop(task.number, None)
            else:
                self._shown[task.number] = keys
        self._sorted = {}
        for filter_keys, sort_key in self._shown.values():
            for filter_key in filter_keys:
                self._sorted.setdefault(filter_key, []).append(sort_key)
        for sorted_keys in self._sorted.values():
            sorted_keys.sort()
