"""Lifecycle of Alibaba aiccs robot-call tasks: campaigns of hours that count calls, pause and resume."""

from __future__ import annotations

from random import Random

from syncer.simulator.lifecycle import Lifecycle, Timeline, lognormal
from syncer.simulator.simulated_tasks import Phase, SimState

_FIRST_ID = 1 << 60


def _task_id(salt: int, created_ms: int) -> str:
    """A 19-digit number above 2^53, which a float cannot represent."""
    return str(_FIRST_ID + salt % (1 << 62))


def _timeline(rng: Random, salt: int) -> Timeline:
    total = min(20_000, round(lognormal(rng, 300, 1.2)) + 1)
    released = lognormal(rng, 120, 1.2)
    ready = released + lognormal(rng, 20, 0.6)
    timeline: Timeline = [
        (0.0, _state("INIT", Phase.WAITING, 0, total)),
        (released, _state("RELEASE", Phase.WAITING, 0, total)),
        (ready, _state("READY", Phase.WAITING, 0, total)),
    ]
    if rng.random() < 0.03:
        return [*timeline, (ready + lognormal(rng, 900, 1.0), _state("CANCEL", Phase.ENDED, 0, total))]
    return timeline + _campaign(rng, ready + lognormal(rng, 60, 1.0), total)


def _campaign(rng: Random, at: float, total: int) -> Timeline:
    """The calls, counted in up to ten steps; some campaigns pause or are cancelled."""
    steps = min(10, total)
    step = lognormal(rng, 3600, 0.9) / steps
    timeline: Timeline = [(at, _state("RUNNING", Phase.RUNNING, 0, total))]
    for number in range(1, steps):
        at += step * rng.uniform(0.5, 1.5)
        done = total * number // steps
        timeline.append((at, _state("RUNNING", Phase.RUNNING, done, total)))
        chance = rng.random()
        if chance < 0.01:
            ending = rng.choice(("CANCEL", "SYSTEM_CANCEL"))
            return [*timeline, (at + step / 2, _state(ending, Phase.ENDED, done, total))]
        if chance < 0.05:
            timeline.append(
                (at + step / 2, _state(rng.choice(("STOP", "SYSTEM_STOP")), Phase.PAUSED, done, total))
            )
            at += step / 2 + lognormal(rng, 1800, 1.0)
            timeline.append((at, _state("RUNNING", Phase.RUNNING, done, total)))
    return [*timeline, (at + step, _state("DONE", Phase.ENDED, total, total))]


def _change_after_end(rng: Random, timeline: Timeline) -> Timeline:
    """Numbers are added and the campaign resumes, or a counter is corrected after the end."""
    at, last = timeline[-1]
    at += lognormal(rng, 600, 0.8)
    if rng.random() < 0.5:
        corrected = _state(last.status, Phase.ENDED, max(0, last.done - 1), last.total + 1)
        return [*timeline, (at, corrected)]
    total = last.total + rng.randint(1, 50)
    again = _state("RUNNING", Phase.RUNNING, last.done, total)
    return [
        *timeline,
        (at, again),
        (at + lognormal(rng, 300, 0.8), _state("DONE", Phase.ENDED, total, total)),
    ]


def _state(status: str, phase: Phase, done: int, total: int) -> SimState:
    return SimState(status, phase, done=done, total=total)


def _batch_size(rng: Random) -> int:
    return 1


LIFECYCLE = Lifecycle(_task_id, _timeline, _batch_size, _change_after_end)
