"""What a list shows now, in its order, kept up by small steps as time goes on.

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
from syncer.simulator.sort_orders import Entry, ListOrder, entry_of

#: Shelves are the parts of a list that the API can be asked for on their own (a status, a region).
Partitions = Callable[[SimTask, SimState], tuple[str, ...]]

#: From how many changes on sorting everything again is cheaper than moving one by one.
_BULK = 500

#: Beyond any instant.
_FAR = 1 << 62


class TaskIndex:
    """The tasks a list shows at the instant it was last advanced to. Not safe for several threads."""

    def __init__(
        self,
        generator: TaskGenerator,
        partitions: Partitions,
        *,
        order: ListOrder = ListOrder.CREATED_DESC,
        lag_ms: int = 0,
        retention_ms: int | None = None,
    ) -> None:
        self.now_ms = -1
        self._generator = generator
        self._partitions_of = partitions
        self._order = order
        self._entry_of = entry_of(order)
        self._lag_ms = lag_ms
        self._retention_ms = retention_ms
        self._partitions: dict[str, list[Entry]] = {}
        #: By task number: where it stands.
        self._placed: dict[int, tuple[tuple[str, ...], Entry]] = {}
        #: When each task next changes place.
        self._due: list[tuple[int, int]] = []
        for task in generator.tasks:
            self._wait(self.visible_from(task), task)

    def visible_from(self, task: SimTask) -> int:
        return task.created_ms + self._lag_ms

    def visible_until(self, task: SimTask) -> int | None:
        """The first instant at which the list no longer shows the task; None if it always will."""
        return None if self._retention_ms is None else task.created_ms + self._retention_ms

    def advance(self, now_ms: int) -> None:
        """Show the list as it is at `now_ms`; an instant in the past changes nothing."""
        self.now_ms = max(self.now_ms, now_ms)
        for task in self._generator.grow(self.now_ms):
            self._wait(self.visible_from(task), task)
        due = list(self._changed())
        if len(due) > _BULK:
            self._replace_all(due)
        else:
            for task in due:
                self._remove(task)
                self._insert(task)

    def size(self, partition: str) -> int:
        return len(self._partitions.get(partition, ()))

    def page(self, partition: str, start: int, limit: int) -> list[SimTask]:
        """The `limit` tasks of the shelf from position `start` on."""
        tasks = self._generator.tasks
        return [tasks[entry[2]] for entry in self._partitions.get(partition, [])[start : start + limit]]

    def scan(self, partition: str, start: int = 0) -> Iterator[SimTask]:
        """The tasks of the shelf from position `start` on."""
        tasks = self._generator.tasks
        for entry in islice(self._partitions.get(partition, ()), start, None):
            yield tasks[entry[2]]

    def created_between(
        self, partition: str, begin_ms: int | None, end_ms: int | None, start: int = 0
    ) -> Iterator[SimTask]:
        """The tasks of the shelf from position `start` on that were created in [begin_ms, end_ms]."""
        begin, end = begin_ms if begin_ms is not None else -_FAR, end_ms if end_ms is not None else _FAR
        first, last = self._bounds(partition, begin, end)
        tasks = self._generator.tasks
        for entry in islice(self._partitions.get(partition, ()), max(start, first), last):
            task = tasks[entry[2]]
            if begin <= task.created_ms <= end:
                yield task

    def _bounds(self, partition: str, begin: int, end: int) -> tuple[int, int | None]:
        """Between which positions such tasks can stand: all, where the order is not by creation."""
        entries = self._partitions.get(partition, [])
        if self._order is ListOrder.CREATED_DESC:
            return bisect_left(entries, (-end,)), bisect_left(entries, (-begin + 1,))
        if self._order is ListOrder.CREATED_ASC:
            return bisect_left(entries, (begin,)), bisect_left(entries, (end + 1,))
        return 0, None

    def find(self, task_id: str) -> SimTask | None:
        """The task, if the list shows it now."""
        task = self._generator.find(task_id)
        return task if task is not None and task.number in self._placed else None

    def find_ever(self, task_id: str) -> SimTask | None:
        """The task, if it was created by now, shown or not."""
        return self._generator.find(task_id)

    def created(self) -> list[SimTask]:
        """Every task created so far, shown or not, in the order of creation."""
        return list(self._generator.tasks)

    def holds(self, partition: str, task: SimTask) -> bool:
        placed = self._placed.get(task.number)
        return placed is not None and partition in placed[0]

    def position(self, partition: str, task: SimTask) -> int:
        """Where the task stands in the shelf, or would stand had it not left."""
        return bisect_left(self._partitions.get(partition, []), self._entry_in(partition, task))

    def _entry_in(self, partition: str, task: SimTask) -> Entry:
        """Where the task stands now, or stood when it was last in the shelf."""
        index = task.index_at(self.now_ms)
        while index > 0 and partition not in self._partitions_of(task, task.states[index]):
            index -= 1
        return self._entry_of(task, index)

    def _wait(self, at_ms: int, task: SimTask) -> None:
        heappush(self._due, (at_ms, task.number))

    def _changed(self) -> Iterator[SimTask]:
        """Each task that has to be placed anew, with its next change noted."""
        while self._due and self._due[0][0] <= self.now_ms:
            task = self._generator.tasks[heappop(self._due)[1]]
            following = self._next_move(task)
            if following is not None:
                self._wait(following, task)
            yield task

    def _next_move(self, task: SimTask) -> int | None:
        until = self.visible_until(task)
        if until is not None and until <= self.now_ms:
            return None
        change = task.next_change(self.now_ms)
        moves = [at_ms for at_ms in (until, change) if at_ms is not None]
        return min(moves, default=None)

    def _place(self, task: SimTask) -> tuple[tuple[str, ...], Entry] | None:
        until = self.visible_until(task)
        if until is not None and until <= self.now_ms:
            return None
        index = task.index_at(self.now_ms)
        return self._partitions_of(task, task.states[index]), self._entry_of(task, index)

    def _remove(self, task: SimTask) -> None:
        placed = self._placed.pop(task.number, None)
        if placed is None:
            return
        for partition in placed[0]:
            entries = self._partitions[partition]
            del entries[bisect_left(entries, placed[1])]

    def _insert(self, task: SimTask) -> None:
        placed = self._place(task)
        if placed is None:
            return
        self._placed[task.number] = placed
        for partition in placed[0]:
            insort(self._partitions.setdefault(partition, []), placed[1])

    def _replace_all(self, changed: Iterable[SimTask]) -> None:
        for task in changed:
            placed = self._place(task)
            if placed is None:
                self._placed.pop(task.number, None)
            else:
                self._placed[task.number] = placed
        self._partitions = {}
        for partitions, entry in self._placed.values():
            for partition in partitions:
                self._partitions.setdefault(partition, []).append(entry)
        for entries in self._partitions.values():
            entries.sort()
