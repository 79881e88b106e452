"""The tasks of one list, past and to come: a pure function of the seed, the plan and the first instant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from syncer.simulator.simulated_tasks import SimState, SimTask
from syncer.simulator.vendors.lifecycle import Life, Lifecycle

#: How busy each hour of a day is in China, as shares of the busiest; index is the hour in UTC.
_BUSY = (7, 9, 10, 10, 7, 8, 10, 10, 9, 9, 8, 7, 7, 7, 6, 5, 4, 2, 1, 1, 1, 1, 2, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorConfig:
    """How many tasks a list gets, and when."""

    seed: str
    backlog: int
    span_ms: int
    arrivals_per_minute: float
    #: Every duration of a life is multiplied by it.
    pace: float = 1.0
    regions: tuple[str, ...] = ("",)
    #: The share of tasks that change after their end, where the vendor has such tasks.
    afterlife_rate: float = 0.0


class TaskGenerator:
    """All tasks of one list that were created so far; `grow` adds those that have come since."""

    def __init__(self, lifecycle: Lifecycle, plan: GeneratorConfig, begin_ms: int) -> None:
        self.tasks: list[SimTask] = []
        self._lifecycle = lifecycle
        self._plan = plan
        self._rng = Random(f"{plan.seed}/backlog")
        self._by_id: dict[str, SimTask] = {}
        #: Lives of few kinds, each state kept once however many tasks are in it.
        self._states: dict[SimState, SimState] = {}
        self._make_backlog(begin_ms)
        self._rng = Random(f"{plan.seed}/arrivals")
        self._next_ms = begin_ms + self._pause_ms()

    def find(self, task_id: str) -> SimTask | None:
        return self._by_id.get(task_id)

    def grow(self, now_ms: int) -> Sequence[SimTask]:
        """The tasks created since the last call, up to `now_ms`."""
        first = len(self.tasks)
        while self._next_ms <= now_ms:
            self._submit(self._next_ms, self._lifecycle.batch_size(self._rng))
            self._next_ms += self._pause_ms()
        return self.tasks[first:]

    def _make_backlog(self, begin_ms: int) -> None:
        sizes = list(self._batch_sizes(self._plan.backlog))
        moments = sorted(self._backlog_moment(begin_ms) for _ in sizes)
        for created_ms, size in zip(moments, sizes, strict=True):
            self._submit(created_ms, size)

    def _batch_sizes(self, left: int) -> Iterator[int]:
        while left > 0:
            size = min(left, self._lifecycle.batch_size(self._rng))
            left -= size
            yield size

    def _backlog_moment(self, begin_ms: int) -> int:
        """A random instant of the backlog, likelier in busy hours."""
        while True:
            moment = begin_ms - 1 - self._rng.randrange(max(1, self._plan.span_ms))
            if self._rng.randrange(10) < _BUSY[datetime.fromtimestamp(moment / 1000, UTC).hour]:
                return moment

    def _pause_ms(self) -> int:
        """Milliseconds to the next batch; as good as for ever where nothing arrives."""
        rate = self._plan.arrivals_per_minute
        return 1 + int(self._rng.expovariate(rate / 60_000)) if rate > 0 else 1 << 60

    def _submit(self, created_ms: int, size: int) -> None:
        batch = self._rng.getrandbits(64)
        region = self._region(batch)
        for _ in range(size):
            self._add(created_ms, batch, region)

    def _region(self, batch: int) -> str:
        """Earlier regions are the busier ones."""
        regions = self._plan.regions
        return regions[min(batch % len(regions), (batch >> 16) % len(regions))]

    def _add(self, created_ms: int, batch: int, region: str) -> None:
        salt = self._rng.getrandbits(64)
        task_id = self._lifecycle.identify(salt, created_ms)
        while task_id in self._by_id:
            salt = self._rng.getrandbits(64)
            task_id = self._lifecycle.identify(salt, created_ms)
        life = self._life(salt)
        times, states = self._timeline(created_ms, life)
        task = SimTask(len(self.tasks), task_id, region, salt, batch, times, states)
        self.tasks.append(task)
        self._by_id[task_id] = task

    def _life(self, salt: int) -> Life:
        life = self._lifecycle.live(self._rng, salt)
        revive, rate = self._lifecycle.revive, self._plan.afterlife_rate
        return revive(self._rng, life) if revive and rate and self._rng.random() < rate else life

    def _timeline(self, created_ms: int, life: Life) -> tuple[tuple[int, ...], tuple[SimState, ...]]:
        """The life in milliseconds, each state at least one after the one before."""
        times = [created_ms]
        for delay, _ in life[1:]:
            times.append(max(times[-1] + 1, created_ms + int(delay * 1000 * self._plan.pace)))
        states = tuple(self._states.setdefault(state, state) for _, state in life)
        return tuple(times), states
