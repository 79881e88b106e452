"""Union and cut of sets of intervals."""

from __future__ import annotations

import itertools
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from syncer.model import Interval
from syncer.planning.intervals import before, union
from tests.support.fakes import after

moments = st.integers(0, 50).map(after)


intervals = st.builds(Interval, moments, moments)


@given(st.lists(intervals, max_size=8), st.lists(intervals, max_size=8), st.integers(0, 50))
def test_union_contains_what_either_contains(one: list[Interval], other: list[Interval], at: int) -> None:
    result = union(one, other)
    assert holds(result, after(at)) == holds([*one, *other], after(at))
    assert all(a.end < b.start for a, b in itertools.pairwise(result))


@given(st.lists(intervals, max_size=8), moments, st.integers(0, 50))
def test_before_cuts_at_the_end(one: list[Interval], end: datetime, at: int) -> None:
    assert holds(before(union(one), end), after(at)) == (holds(one, after(at)) and after(at) < end)


def holds(some: object, at: datetime) -> bool:
    return any(i.start <= at < i.end for i in some)  # type: ignore[attr-defined]
