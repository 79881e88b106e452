"""Generator of one list's tasks: a pure function of the seed, the configuration and the first instant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from syncer.simulator.lifecycle import Lifecycle, Timeline
from syncer.simulator.simulated_tasks import SimState, SimTask

#: Load of each hour of a day in China, in tenths of the highest; the index is the hour in UTC.
_LOAD = (7, 9, 10, 10, 7, 8, 10, 10, 9, 9, 8, 7, 7, 7, 6, 5, 4, 2, 1, 1, 1, 1, 2, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorConfig:
    """How many tasks a list gets, and when."""

    seed: str
    #: Tasks created before the first instant, over `span_ms` milliseconds.
    backlog: int
    span_ms: int
    #: Batches of tasks submitted each minute from the first instant on.
    arrivals_per_minute: float
    #: Factor on every duration of a timeline.
    pace: float = 1.0
    regions: tuple[str, ...] = ("",)
    #: The share of tasks that change after their end, where the vendor has such tasks.
    change_after_end_rate: float = 0.0


class TaskGenerator:
    """All tasks of one list that have been generated; `generate_until` adds more."""

    def __init__(self, lifecycle: Lifecycle, config: GeneratorConfig, begin_ms: int) -> None:
        self.tasks: list[SimTask] = []
        self._lifecycle = lifecycle
        self._config = config
        self._rng = Random(f"{config.seed}/backlog")
        self._by_id: dict[str, SimTask] = {}
        #: One object for each distinct state, shared by all tasks.
        self._states: dict[SimState, SimState] = {}
        self._generate_backlog(begin_ms)
        self._rng = Random(f"{config.seed}/arrivals")
        self._next_ms = begin_ms + self._draw_pause_ms()

    def find(self, task_id: str) -> SimTask | None:
        """The task with this id; None if none has been generated."""
        return self._by_id.get(task_id)

    def generate_until(self, now_ms: int) -> Sequence[SimTask]:
        """Generate the tasks created up to `now_ms`; return those that are new since the last call."""
        first = len(self.tasks)
        while self._next_ms <= now_ms:
            self._submit(self._next_ms, self._lifecycle.batch_size(self._rng))
            self._next_ms += self._draw_pause_ms()
        return self.tasks[first:]

    def _generate_backlog(self, begin_ms: int) -> None:
        sizes = list(self._draw_batch_sizes(self._config.backlog))
        instants = sorted(self._draw_backlog_instant(begin_ms) for _ in sizes)
        for created_ms, size in zip(instants, sizes, strict=True):
            self._submit(created_ms, size)

    def _draw_batch_sizes(self, tasks: int) -> Iterator[int]:
        """Draw batch sizes that add up to `tasks`."""
        while tasks > 0:
            size = min(tasks, self._lifecycle.batch_size(self._rng))
            tasks -= size
            yield size

    def _draw_backlog_instant(self, begin_ms: int) -> int:
        """Draw an instant of the backlog; hours of high load are likelier."""
        while True:
            instant_ms = begin_ms - 1 - self._rng.randrange(max(1, self._config.span_ms))
            if self._rng.randrange(10) < _LOAD[datetime.fromtimestamp(instant_ms / 1000, UTC).hour]:
                return instant_ms

    def _draw_pause_ms(self) -> int:
        """Draw the milliseconds until the next batch; practically infinite where nothing arrives."""
        rate = self._config.arrivals_per_minute
        return 1 + int(self._rng.expovariate(rate / 60_000)) if rate > 0 else 1 << 60

    def _submit(self, created_ms: int, size: int) -> None:
        batch = self._rng.getrandbits(64)
        region = self._region(batch)
        for _ in range(size):
            self._add(created_ms, batch, region)

    def _region(self, batch: int) -> str:
        """The region of a batch; earlier regions get more."""
        regions = self._config.regions
        return regions[min(batch % len(regions), (batch >> 16) % len(regions))]

    def _add(self, created_ms: int, batch: int, region: str) -> None:
        salt = self._rng.getrandbits(64)
        task_id = self._lifecycle.task_id(salt, created_ms)
        while task_id in self._by_id:
            salt = self._rng.getrandbits(64)
            task_id = self._lifecycle.task_id(salt, created_ms)
        times, states = self._in_milliseconds(created_ms, self._draw_timeline(salt))
        task = SimTask(len(self.tasks), task_id, region, salt, batch, times, states)
        self.tasks.append(task)
        self._by_id[task_id] = task

    def _draw_timeline(self, salt: int) -> Timeline:
        timeline = self._lifecycle.timeline(self._rng, salt)
        change, rate = self._lifecycle.change_after_end, self._config.change_after_end_rate
        return change(self._rng, timeline) if change and rate and self._rng.random() < rate else timeline

    def _in_milliseconds(
        self, created_ms: int, timeline: Timeline
    ) -> tuple[tuple[int, ...], tuple[SimState, ...]]:
        """Begins and states of the timeline; each state begins at least 1 ms after the one before."""
        times = [created_ms]
        for delay, _ in timeline[1:]:
            times.append(max(times[-1] + 1, created_ms + int(delay * 1000 * self._config.pace)))
        states = tuple(self._states.setdefault(state, state) for _, state in timeline)
        return tuple(times), states
