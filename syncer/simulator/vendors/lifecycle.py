"""What a world must know to make the tasks of one list."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from syncer.simulator.simulated_tasks import SimState

#: A life: each state with the seconds since the creation at which it begins, the first at 0.
Life = list[tuple[float, SimState]]

Item = TypeVar("Item")

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
#: Two digits at a time: ids are made by the hundred for every page.
_PAIRS = [high + low for high in _DIGITS for low in _DIGITS]


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """How the tasks of one list come about."""

    #: The id of a task with this salt, created at this epoch millisecond.
    identify: Callable[[int, int], str]
    #: The life of a task with this salt.
    live: Callable[[Random, int], Life]
    #: How many tasks are submitted at once.
    batch_size: Callable[[Random], int]
    #: The life with what can come after its end; None where nothing can.
    revive: Callable[[Random, Life], Life] | None = None


def pick(choices: Sequence[Item], salt: int, shift: int) -> Item:
    """One of `choices`, always the same for the same salt; another `shift` picks independently."""
    return choices[(salt >> shift) % len(choices)]


def about(rng: Random, median: float, spread: float) -> float:
    """A duration in seconds around `median`, with the long tail that real durations have."""
    return rng.lognormvariate(math.log(median), spread)


def base36(number: int, length: int) -> str:
    """The last `length` digits of `number` in base 36; `length` is even."""
    digits = []
    for _ in range(length // 2):
        number, pair = divmod(number, 1296)
        digits.append(_PAIRS[pair])
    return "".join(reversed(digits))
