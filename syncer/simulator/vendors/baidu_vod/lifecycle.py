"""Lifecycle of Baidu VOD tasks. Only the states FINISHED and FAILED are documented."""

from __future__ import annotations

from random import Random

from syncer.simulator.lifecycle import Lifecycle, Timeline, base36, lognormal, pick
from syncer.simulator.simulated_tasks import Phase, SimState

PENDING = SimState("PENDING", Phase.WAITING)
RUNNING = SimState("RUNNING", Phase.RUNNING)
FINISHED = SimState("FINISHED", Phase.ENDED)
FAILED = SimState("FAILED", Phase.ENDED, failed=True)

_TYPES = ("WORKFLOW",) * 3 + ("PRESET",)


def task_type(salt: int) -> str:
    """WORKFLOW or PRESET."""
    return pick(_TYPES, salt, 4)


def media_id(batch: int) -> str:
    """The id of the media file that all tasks of the batch process."""
    return f"mda-{base36(batch, 8)}{base36(batch >> 20, 8)}"


def _task_id(salt: int, created_ms: int) -> str:
    """An id that sorts by creation, as in the vendor's examples."""
    return f"tsk-{base36(created_ms // 1000, 6)}{base36(salt, 10)}"


def _timeline(rng: Random, salt: int) -> Timeline:
    begun = lognormal(rng, 3, 1.0)
    slowdown = lognormal(rng, 100, 1.5) if rng.random() < 1 / 200 else 1.0
    finished = begun + lognormal(rng, 40, 1.1) * slowdown
    outcome = FAILED if rng.random() < 0.05 else FINISHED
    return [(0.0, PENDING), (begun, RUNNING), (finished, outcome)]


def _batch_size(rng: Random) -> int:
    return rng.randint(2, 4) if rng.random() < 0.15 else 1


LIFECYCLE = Lifecycle(_task_id, _timeline, _batch_size)
