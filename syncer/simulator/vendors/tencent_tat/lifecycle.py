"""Lifecycle of Tencent TAT invocation tasks: one command on many instances, ended within seconds."""

from __future__ import annotations

from random import Random

from syncer.simulator.lifecycle import Lifecycle, Timeline, base36, lognormal
from syncer.simulator.simulated_tasks import Phase, SimState

PENDING = SimState("PENDING", Phase.WAITING)
DELIVERING = SimState("DELIVERING", Phase.WAITING)
DELAYED = SimState("DELIVER_DELAYED", Phase.WAITING)
RUNNING = SimState("RUNNING", Phase.RUNNING)
CANCELLING = SimState("CANCELLING", Phase.RUNNING)
SUCCESS = SimState("SUCCESS", Phase.ENDED)
FAILED = SimState("FAILED", Phase.ENDED, failed=True)
TIMEOUT = SimState("TIMEOUT", Phase.ENDED, failed=True)
TASK_TIMEOUT = SimState("TASK_TIMEOUT", Phase.ENDED, failed=True)
DELIVER_FAILED = SimState("DELIVER_FAILED", Phase.ENDED, failed=True)
START_FAILED = SimState("START_FAILED", Phase.ENDED, failed=True)
CANCELLED = SimState("CANCELLED", Phase.ENDED)
TERMINATED = SimState("TERMINATED", Phase.ENDED)

_RUN_ENDS = (SUCCESS,) * 90 + (FAILED,) * 6 + (TIMEOUT,) * 3 + (TASK_TIMEOUT,)


def _task_id(salt: int, created_ms: int) -> str:
    return f"invt-{base36(salt, 8)}"


def _timeline(rng: Random, salt: int) -> Timeline:
    timeline: Timeline = [(0.0, PENDING)]
    if rng.random() < 0.01:
        return [*timeline, (lognormal(rng, 2, 0.6), CANCELLED)]
    at = lognormal(rng, 0.8, 0.5)
    timeline.append((at, DELIVERING))
    if rng.random() < 0.02:
        at += lognormal(rng, 10, 0.3)
        timeline.append((at, DELAYED))
        at += lognormal(rng, 600, 1.2)
    at += lognormal(rng, 1, 0.5)
    if rng.random() < 0.025:
        return [*timeline, (at, rng.choice((DELIVER_FAILED, DELIVER_FAILED, START_FAILED)))]
    return timeline + _run(rng, at)


def _run(rng: Random, at: float) -> Timeline:
    stopped = at + lognormal(rng, 8, 1.5)
    if rng.random() < 0.01:
        return [(at, RUNNING), (stopped, CANCELLING), (stopped + lognormal(rng, 2, 0.5), TERMINATED)]
    return [(at, RUNNING), (stopped, rng.choice(_RUN_ENDS))]


def _batch_size(rng: Random) -> int:
    return min(60, max(1, round(lognormal(rng, 2, 1.0))))


LIFECYCLE = Lifecycle(_task_id, _timeline, _batch_size)
