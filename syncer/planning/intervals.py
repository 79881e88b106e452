"""Sets of creation times as sorted, disjoint, half-open intervals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from syncer.model import Interval

Intervals = tuple[Interval, ...]


def union(*sets: Iterable[Interval]) -> Intervals:
    """Every instant that is in any of `sets`. Adjacent intervals are joined, empty ones left out."""
    merged: list[Interval] = []
    for interval in sorted(i for intervals in sets for i in intervals if i.start < i.end):
        if merged and interval.start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, interval.end))
        else:
            merged.append(interval)
    return tuple(merged)


def before(intervals: Sequence[Interval], end: datetime) -> Intervals:
    """The part of `intervals` before `end`."""
    return tuple(Interval(i.start, min(i.end, end)) for i in intervals if i.start < end)
