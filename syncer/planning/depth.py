"""How deep a poll should read in a list sorted by creation, so that it meets open tasks on the way.

Each open task that the pages show saves a call by id; each page more costs one call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from syncer.model import Facts, OpenTask, Order, Source
from syncer.planning.order import Boundary
from syncer.planning.run_plan import open_lists

#: How many tasks were created at some moment or later, counted no further than to a number.
CountSince = Callable[[datetime, int], int]


def can_deepen(facts: Facts, learned: frozenset[Order]) -> bool:
    """Whether reading further down shows older tasks: in windows, and where the list is in that order."""
    return bool(facts.ids_per_request) and (facts.has_windows or Order.CREATED_DESC in learned)


def deepened(
    limit: Boundary, sought: Iterable[OpenTask], source: Source, facts: Facts, count: CountSince
) -> Boundary:
    """`limit`, moved back to where pages and calls by id for the `sought` tasks together are the fewest.

    It stays where it is if lists of open tasks show them all for even less.
    """
    page_size, ids_per_request = source.page_size, facts.ids_per_request
    moments = sorted((task.created_at for task in sought if task.created_at), reverse=True)
    older = [moment for moment in moments if moment < limit.created_at]
    calls = _calls(len(older), ids_per_request)
    at_most = page_size * (calls + 1)
    base = count(limit.created_at, at_most) if older else 0
    lists = len(open_lists(facts))
    best = min(calls, lists + _calls(len(older), page_size)) if lists else calls
    depth = limit.created_at
    for index in _steps(len(older)):
        more = count(older[index - 1], base + at_most) - base
        cost = _calls(more, page_size) + _calls(len(older) - index, ids_per_request)
        if cost < best:
            best, depth = cost, older[index - 1]
    return replace(limit, created_at=depth)


def _steps(count: int) -> Iterator[int]:
    """1, 2, 4 … and `count` itself: enough places to look at, and few."""
    step = 1
    while step < count:
        yield step
        step *= 2
    if count:
        yield count


def _calls(count: int, size: int) -> int:
    return -(-count // size)
