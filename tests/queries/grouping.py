"""Counting without SQL: the few means by which the answers are found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from math import floor
from typing import Any, TypeVar

from tests.queries.fixture_tasks import FIRST, LAST, OPEN, Life, lives

T = TypeVar("T")
Row = tuple[Any, ...]

LIVES = lives()


def is_within(day: date | None) -> bool:
    """Whether `day` is one of the two weeks."""
    return day is not None and FIRST <= day <= LAST


#: Those that were created, and those that ended, in the two weeks. A task that goes on has no end yet.
CREATED = [life for life in LIVES if is_within(life.created_day)]
ENDED = [life for life in LIVES if is_within(life.finished_day)]


def by(things: Iterable[T], *keys: Callable[[T], Any]) -> dict[Any, list[T]]:
    """`things` in groups of equal keys, in the order of these."""
    groups: dict[Any, list[T]] = defaultdict(list)
    for thing in things:
        groups[tuple(key(thing) for key in keys)].append(thing)
    return dict(sorted(groups.items()))


def source(life: Life) -> str:
    return life.source


def kind(life: Life) -> str:
    return life.kind


def with_status(group: Iterable[Life], *statuses: str) -> int:
    """How many of `group` ended so."""
    return sum(life.status in statuses for life in group)


def with_outcome(group: Iterable[Life]) -> int:
    """Of how many of `group` the outcome is known."""
    return with_status(group, "succeeded", "failed", "cancelled")


def is_terminal(status: str) -> bool:
    return status not in OPEN


def ratio(part: float, whole: float) -> float | None:
    """None where there is nothing to divide by."""
    return part / whole if whole else None


def percentile(values: Sequence[float], fraction: float) -> float:
    """Between the two nearest values, in proportion."""
    ordered = sorted(values)
    place = fraction * (len(ordered) - 1)
    low = floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
