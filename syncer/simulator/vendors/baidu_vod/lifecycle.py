"""Lives of Baidu VOD tasks. Of their states only FINISHED and FAILED are documented."""

from __future__ import annotations

from random import Random

from syncer.simulator.simulated_tasks import Phase, SimState
from syncer.simulator.vendors.lifecycle import Life, Lifecycle, about, base36, pick

PENDING = SimState("PENDING", Phase.WAITING)
RUNNING = SimState("RUNNING", Phase.RUNNING)
FINISHED = SimState("FINISHED", Phase.ENDED)
FAILED = SimState("FAILED", Phase.ENDED, failed=True)

_TYPES = ("WORKFLOW",) * 3 + ("PRESET",)


def task_type(salt: int) -> str:
    return pick(_TYPES, salt, 4)


def media_id(batch: int) -> str:
    """The media that tasks submitted together work on."""
    return f"mda-{base36(batch, 8)}{base36(batch >> 20, 8)}"


def _identify(salt: int, created_ms: int) -> str:
    """Ids sort by creation, as those in the vendor's examples do."""
    return f"tsk-{base36(created_ms // 1000, 6)}{base36(salt, 10)}"


def _live(rng: Random, salt: int) -> Life:
    begun = about(rng, 3, 1.0)
    drag = about(rng, 100, 1.5) if rng.random() < 1 / 200 else 1.0
    finished = begun + about(rng, 40, 1.1) * drag
    outcome = FAILED if rng.random() < 0.05 else FINISHED
    return [(0.0, PENDING), (begun, RUNNING), (finished, outcome)]


def _batch_size(rng: Random) -> int:
    return rng.randint(2, 4) if rng.random() < 0.15 else 1


LIFECYCLE = Lifecycle(_identify, _live, _batch_size)
