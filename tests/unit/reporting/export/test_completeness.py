"""A day is called complete only when nothing known can change it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from syncer.model import Interval
from syncer.reporting.export import (
    Dataset,
    DayBasis,
    DayFacts,
    Finality,
    Selection,
    StreamCoverage,
    days_between,
)
from syncer.reporting.export.completeness import day_state

[DAY] = days_between(date(2026, 11, 1), date(2026, 11, 1), ZoneInfo("UTC"))
TASKS = Selection(dataset=Dataset.TASKS, by=DayBasis.CREATED)
LATER = datetime(2026, 11, 3, tzinfo=UTC)
MUCH_LATER = datetime(2026, 12, 1, tzinfo=UTC)
WEEK = timedelta(days=7)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def at(hour: float) -> datetime:
    return DAY.started_at + timedelta(hours=hour)


def stream_coverage(*missing: tuple[float, float], unread: bool = True, **told: Any) -> StreamCoverage:
    parts = tuple(Interval(at(start), at(end)) for start, end in missing)
    told = {"begins_at": LONG_AGO, "retention": WEEK, **told}
    return StreamCoverage("vod", unconfirmed=parts, unread=parts if unread else (), **told)


def facts(*coverage: StreamCoverage, now_at: datetime = LATER, open_tasks: int = 0) -> DayFacts:
    return DayFacts(now_at=now_at, open_tasks=open_tasks, coverage=coverage)


def verdict(selection: Selection, known: DayFacts) -> tuple[Finality, str]:
    found = day_state(selection, DAY, known)
    return found.state, found.reason


def test_swept_day_without_open_tasks_is_complete() -> None:
    assert verdict(TASKS, facts(stream_coverage())) == (Finality.COMPLETE, "")


def test_day_is_not_over_before_its_end() -> None:
    known = facts(stream_coverage(), now_at=DAY.ended_at - timedelta(microseconds=1))
    assert verdict(TASKS, known) == (Finality.PROVISIONAL, "not over yet")
    assert verdict(TASKS, facts(stream_coverage(), now_at=DAY.ended_at))[0] is Finality.COMPLETE


@pytest.mark.parametrize(
    ("stream_coverage", "now_at", "expected"),
    [
        (stream_coverage((3, 4)), LATER, (Finality.PROVISIONAL, "not swept yet: vod")),
        (stream_coverage((3, 4)), MUCH_LATER, (Finality.GAP, "lost: vod")),
        (stream_coverage((3, 4), unread=False), LATER, (Finality.PROVISIONAL, "not swept yet: vod")),
        (stream_coverage((3, 4), unread=False), MUCH_LATER, (Finality.GAP, "never confirmed: vod")),
        (stream_coverage((3, 4), retention=None), MUCH_LATER, (Finality.PROVISIONAL, "not swept yet: vod")),
        (
            stream_coverage((0, 9), begins_at=at(9), retention=None),
            LATER,
            (Finality.GAP, "read from within it: vod"),
        ),
        (
            stream_coverage((0, 9), (12, 24), begins_at=at(9), retention=None),
            LATER,
            (Finality.PROVISIONAL, "not swept yet: vod; read from within it: vod"),
        ),
        (stream_coverage((0, 24), begins_at=at(24)), LATER, (Finality.GAP, "before anything was read")),
        (stream_coverage((0, 24), begins_at=None), LATER, (Finality.PROVISIONAL, "not swept yet: vod")),
    ],
    ids=[
        "fillable",
        "too late",
        "polled once",
        "polled once, too late",
        "no known retention",
        "begins within the day",
        "begins and ends within",
        "begins later",
        "never read whole",
    ],
)
def test_holes_are_awaited_or_lost(
    stream_coverage: StreamCoverage, now_at: datetime, expected: tuple[Finality, str]
) -> None:
    assert verdict(TASKS, facts(stream_coverage, now_at=now_at)) == expected


def test_stream_that_began_later_hinders_nobody() -> None:
    new = StreamCoverage("new", begins_at=DAY.ended_at, unconfirmed=(Interval(at(0), at(24)),))
    assert verdict(TASKS, facts(stream_coverage(), new)) == (Finality.COMPLETE, "")


def test_only_some_of_many_streams_are_named() -> None:
    coverage = [
        StreamCoverage(name, begins_at=None, unconfirmed=(Interval(at(0), at(24)),)) for name in "edcba"
    ]
    assert verdict(TASKS, facts(*coverage))[1] == "not swept yet: a, b, c and 2 more"


@pytest.mark.parametrize(
    ("dataset", "by", "state"),
    [
        (Dataset.TASKS, DayBasis.CREATED, Finality.PROVISIONAL),
        (Dataset.TASKS, DayBasis.OBSERVED, Finality.PROVISIONAL),
        (Dataset.VERSIONS, DayBasis.CREATED, Finality.PROVISIONAL),
        (Dataset.VERSIONS, DayBasis.OBSERVED, Finality.COMPLETE),
    ],
)
def test_open_tasks_change_all_but_observed_states(dataset: Dataset, by: DayBasis, state: Finality) -> None:
    assert verdict(Selection(dataset=dataset, by=by), facts(stream_coverage(), open_tasks=1))[0] is state


def test_observed_days_need_no_coverage_but_time_to_settle() -> None:
    selection = Selection(dataset=Dataset.VERSIONS, by=DayBasis.OBSERVED)
    known = facts(stream_coverage((0, 24)), now_at=DAY.ended_at + timedelta(minutes=14))
    assert verdict(selection, known) == (Finality.PROVISIONAL, "not over yet")
    known = facts(stream_coverage((0, 24)), now_at=DAY.ended_at + timedelta(minutes=15))
    assert verdict(selection, known) == (Finality.COMPLETE, "")


def test_stream_that_was_retired_before_a_day_has_no_say_in_it() -> None:
    gone = stream_coverage((0, 24), retired_at=at(0))
    assert verdict(TASKS, facts(gone, stream_coverage())) == (Finality.COMPLETE, "")
    assert verdict(TASKS, facts(stream_coverage((0, 24), retired_at=at(1))))[0] is Finality.PROVISIONAL


def test_day_that_a_stream_begins_in_has_lost_nothing() -> None:
    begun = stream_coverage((0, 6), begins_at=at(6))
    assert verdict(TASKS, facts(begun)) == (Finality.GAP, "read from within it: vod")
    confirmed_later = StreamCoverage(
        "vod",
        begins_at=at(6),
        unconfirmed=(Interval(at(0), at(8)),),
        unread=(Interval(at(0), at(6)),),
        retention=WEEK,
    )
    known = facts(confirmed_later, now_at=MUCH_LATER)
    assert verdict(TASKS, known) == (Finality.GAP, "never confirmed: vod; read from within it: vod")
