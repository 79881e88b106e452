"""A simulated task. Its whole timeline is drawn at its creation, so the state at any time is a lookup."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from enum import IntEnum


class Phase(IntEnum):
    """What a state means, whatever the vendor calls it."""

    WAITING = 0
    RUNNING = 1
    PAUSED = 2
    ENDED = 3


@dataclass(frozen=True, slots=True)
class SimState:
    """One state of a task; `status` is the vendor's word."""

    status: str
    phase: Phase
    failed: bool = False
    #: Counters, where the vendor shows any.
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class TaskSnapshot:
    """A task while it is in one of its states. Times are epoch milliseconds."""

    state: SimState
    created_ms: int
    started_ms: int | None
    finished_ms: int | None
    #: When the state began.
    updated_ms: int


@dataclass(frozen=True, slots=True, eq=False)
class SimTask:
    """A task with its timeline: `states[i]` begins at `times[i]`. `times[0]` is its creation."""

    #: Position in the order of creation, counted from 0.
    number: int
    task_id: str
    region: str
    #: 64 random bits that determine names, types and error texts.
    salt: int
    #: Shared by tasks that were submitted together.
    batch: int
    times: tuple[int, ...]
    states: tuple[SimState, ...]

    @property
    def created_ms(self) -> int:
        return self.times[0]

    def index_at(self, now_ms: int) -> int:
        """The number of the state at `now_ms`, which may not be before the creation."""
        return bisect_right(self.times, now_ms) - 1

    def next_change(self, now_ms: int) -> int | None:
        """When the state after the one at `now_ms` begins; None if there is none."""
        index = bisect_right(self.times, now_ms)
        return self.times[index] if index < len(self.times) else None

    def snapshot(self, index: int) -> TaskSnapshot:
        """The task in its state number `index`."""
        return TaskSnapshot(
            self.states[index], self.times[0], self._started(index), self._finished(index), self.times[index]
        )

    def _started(self, index: int) -> int | None:
        for at_ms, state in zip(self.times[: index + 1], self.states, strict=False):
            if state.phase is Phase.RUNNING:
                return at_ms
        return None

    def _finished(self, index: int) -> int | None:
        """The begin of the unbroken series of ended states up to `index`."""
        finished = None
        while index >= 0 and self.states[index].phase is Phase.ENDED:
            finished = self.times[index]
            index -= 1
        return finished
