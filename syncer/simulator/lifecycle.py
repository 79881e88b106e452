"""The lifecycle of a list's tasks, and random draws that the vendors' lifecycles share."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from syncer.simulator.simulated_tasks import SimState

#: Each state of a task with the seconds from the creation to the state's begin; 0 for the first state.
Timeline = list[tuple[float, SimState]]

Item = TypeVar("Item")

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
#: Two digits at a time, because each page needs hundreds of ids.
_PAIRS = [high + low for high in _DIGITS for low in _DIGITS]


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """How the tasks of one list are created and change."""

    #: The id of a task with this salt, created at this epoch millisecond.
    task_id: Callable[[int, int], str]
    #: A random timeline of a task with this salt.
    timeline: Callable[[Random, int], Timeline]
    #: How many tasks are submitted at once.
    batch_size: Callable[[Random], int]
    #: The timeline with changes after its end; None where ended tasks never change.
    change_after_end: Callable[[Random, Timeline], Timeline] | None = None


def pick(choices: Sequence[Item], salt: int, shift: int) -> Item:
    """One of `choices`, always the same for the same salt; choices by different `shift` are independent."""
    return choices[(salt >> shift) % len(choices)]


def lognormal(rng: Random, median: float, sigma: float) -> float:
    """Draw seconds from the log-normal distribution, which has the long tail of real durations."""
    return rng.lognormvariate(math.log(median), sigma)


def base36(number: int, length: int) -> str:
    """The last `length` digits of `number` in base 36; `length` is even."""
    digits = []
    for _ in range(length // 2):
        number, pair = divmod(number, 1296)
        digits.append(_PAIRS[pair])
    return "".join(reversed(digits))
