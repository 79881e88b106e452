"""Lives of Alibaba aiccs robot-call tasks: campaigns of hours whose counters grow, pause and resume."""

from __future__ import annotations

from random import Random

from syncer.simulator.simulated_tasks import Phase, SimState
from syncer.simulator.vendors.lifecycle import Life, Lifecycle, about

_FIRST_ID = 1 << 60


def _identify(salt: int, created_ms: int) -> str:
    """A 19-digit number beyond 2^53, which a float cannot hold."""
    return str(_FIRST_ID + salt % (1 << 62))


def _live(rng: Random, salt: int) -> Life:
    total = min(20_000, round(about(rng, 300, 1.2)) + 1)
    released = about(rng, 120, 1.2)
    ready = released + about(rng, 20, 0.6)
    life: Life = [
        (0.0, _state("INIT", Phase.WAITING, 0, total)),
        (released, _state("RELEASE", Phase.WAITING, 0, total)),
        (ready, _state("READY", Phase.WAITING, 0, total)),
    ]
    if rng.random() < 0.03:
        return [*life, (ready + about(rng, 900, 1.0), _state("CANCEL", Phase.ENDED, 0, total))]
    return life + _campaign(rng, ready + about(rng, 60, 1.0), total)


def _campaign(rng: Random, at: float, total: int) -> Life:
    """The calls, counted in up to ten steps, now and then with a pause."""
    steps = min(10, total)
    step = about(rng, 3600, 0.9) / steps
    life: Life = [(at, _state("RUNNING", Phase.RUNNING, 0, total))]
    for number in range(1, steps):
        at += step * rng.uniform(0.5, 1.5)
        done = total * number // steps
        life.append((at, _state("RUNNING", Phase.RUNNING, done, total)))
        chance = rng.random()
        if chance < 0.01:
            ending = rng.choice(("CANCEL", "SYSTEM_CANCEL"))
            return [*life, (at + step / 2, _state(ending, Phase.ENDED, done, total))]
        if chance < 0.05:
            life.append(
                (at + step / 2, _state(rng.choice(("STOP", "SYSTEM_STOP")), Phase.PAUSED, done, total))
            )
            at += step / 2 + about(rng, 1800, 1.0)
            life.append((at, _state("RUNNING", Phase.RUNNING, done, total)))
    return [*life, (at + step, _state("DONE", Phase.ENDED, total, total))]


def _revive(rng: Random, life: Life) -> Life:
    """Numbers are attached and the campaign goes on, or a counter is corrected after the end."""
    at, last = life[-1]
    at += about(rng, 600, 0.8)
    if rng.random() < 0.5:
        corrected = _state(last.status, Phase.ENDED, max(0, last.done - 1), last.total + 1)
        return [*life, (at, corrected)]
    total = last.total + rng.randint(1, 50)
    again = _state("RUNNING", Phase.RUNNING, last.done, total)
    return [*life, (at, again), (at + about(rng, 300, 0.8), _state("DONE", Phase.ENDED, total, total))]


def _state(status: str, phase: Phase, done: int, total: int) -> SimState:
    return SimState(status, phase, done=done, total=total)


def _batch_size(rng: Random) -> int:
    return 1


LIFECYCLE = Lifecycle(_identify, _live, _batch_size, _revive)
