"""Functions that compute the expected results in Python, without SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from math import floor
from typing import Any, TypeVar

from tests.queries.fixture_tasks import FIRST, LAST, OPEN, FixtureTask, fixture_tasks

T = TypeVar("T")
Row = tuple[Any, ...]

TASKS = fixture_tasks()


def is_within(day: date | None) -> bool:
    """Whether `day` is one of the two weeks."""
    return day is not None and FIRST <= day <= LAST


#: The tasks that were created, and those that ended, in the two weeks.
CREATED = [task for task in TASKS if is_within(task.created_day)]
ENDED = [task for task in TASKS if is_within(task.finished_day)]


def group_by(items: Iterable[T], *keys: Callable[[T], Any]) -> dict[Any, list[T]]:
    """`items` in groups of equal keys, sorted by key."""
    groups: dict[Any, list[T]] = defaultdict(list)
    for item in items:
        groups[tuple(key(item) for key in keys)].append(item)
    return dict(sorted(groups.items()))


def source(task: FixtureTask) -> str:
    return task.source


def task_type(task: FixtureTask) -> str:
    return task.type_key


def with_status(group: Iterable[FixtureTask], *statuses: str) -> int:
    """The number of tasks with one of these statuses."""
    return sum(task.status in statuses for task in group)


def with_outcome(group: Iterable[FixtureTask]) -> int:
    """The number of tasks with a known outcome."""
    return with_status(group, "succeeded", "failed", "cancelled")


def is_terminal(status: str) -> bool:
    return status not in OPEN


def ratio(part: float, whole: float) -> float | None:
    """`part / whole`; None if `whole` is 0."""
    return part / whole if whole else None


def percentile(values: Sequence[float], fraction: float) -> float:
    """The percentile with linear interpolation, as percentile_cont."""
    ordered = sorted(values)
    position = fraction * (len(ordered) - 1)
    low = floor(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low)
