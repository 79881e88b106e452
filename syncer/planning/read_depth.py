"""How far down a poll should read to find open tasks, where a list is sorted by creation.

Each open task that a page shows saves a call by id; each further page costs one call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from syncer.model import Facts, OpenTask, Order, Source
from syncer.planning.order import Boundary
from syncer.planning.run_plan import open_scans

#: The number of tasks created at an instant or later, counted up to a limit: `count(created_at, at_most)`.
CountSince = Callable[[datetime, int], int]


def can_deepen(facts: Facts, learned: frozenset[Order]) -> bool:
    """Whether reading further down shows older tasks: in windows, and in a list sorted by creation."""
    return bool(facts.ids_per_request) and (facts.has_windows or Order.CREATED_DESC in learned)


def deeper_boundary(
    boundary: Boundary, missing: Iterable[OpenTask], source: Source, facts: Facts, count: CountSince
) -> Boundary:
    """`boundary`, moved back to where pages and calls by id for the `missing` tasks are the fewest.

    Unchanged where the lists of open tasks show them with even fewer calls.
    """
    page_size, ids_per_request = source.page_size, facts.ids_per_request
    created = sorted((task.created_at for task in missing if task.created_at), reverse=True)
    older = [created_at for created_at in created if created_at < boundary.created_at]
    calls = _calls(len(older), ids_per_request)
    at_most = page_size * (calls + 1)
    base = count(boundary.created_at, at_most) if older else 0
    lists = len(open_scans(facts))
    best = min(calls, lists + _calls(len(older), page_size)) if lists else calls
    depth = boundary.created_at
    for index in _steps(len(older)):
        more = count(older[index - 1], base + at_most) - base
        cost = _calls(more, page_size) + _calls(len(older) - index, ids_per_request)
        if cost < best:
            best, depth = cost, older[index - 1]
    return replace(boundary, created_at=depth)


def _steps(count: int) -> Iterator[int]:
    """1, 2, 4 … and `count` itself: few depths to compare, with one near the best."""
    step = 1
    while step < count:
        yield step
        step *= 2
    if count:
        yield count


def _calls(count: int, size: int) -> int:
    return -(-count // size)
