"""A day is complete only if nothing day_facts can change its rows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from syncer.model import Interval
from syncer.reporting.export import (
    Dataset,
    DayFacts,
    DayState,
    PartitionBy,
    Selection,
    StreamCoverage,
    days_between,
)
from syncer.reporting.export.completeness import day_completeness

[DAY] = days_between(date(2026, 11, 1), date(2026, 11, 1), ZoneInfo("UTC"))
TASKS = Selection(dataset=Dataset.TASKS, by=PartitionBy.CREATED)
LATER = datetime(2026, 11, 3, tzinfo=UTC)
MUCH_LATER = datetime(2026, 12, 1, tzinfo=UTC)
WEEK = timedelta(days=7)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def at(hour: float) -> datetime:
    return DAY.started_at + timedelta(hours=hour)


def stream_coverage(*missing: tuple[float, float], unread: bool = True, **fields: Any) -> StreamCoverage:
    parts = tuple(Interval(at(start), at(end)) for start, end in missing)
    fields = {"begins_at": LONG_AGO, "retention": WEEK, **fields}
    return StreamCoverage("vod", unconfirmed=parts, unread=parts if unread else (), **fields)


def facts(*coverage: StreamCoverage, now_at: datetime = LATER, open_tasks: int = 0) -> DayFacts:
    return DayFacts(now_at=now_at, open_tasks=open_tasks, coverage=coverage)


def judged(selection: Selection, facts: DayFacts) -> tuple[DayState, str]:
    completeness = day_completeness(selection, DAY, facts)
    return completeness.state, completeness.reason


def test_swept_day_without_open_tasks_is_complete() -> None:
    assert judged(TASKS, facts(stream_coverage())) == (DayState.COMPLETE, "")


def test_day_is_provisional_before_its_end() -> None:
    day_facts = facts(stream_coverage(), now_at=DAY.ended_at - timedelta(microseconds=1))
    assert judged(TASKS, day_facts) == (DayState.PROVISIONAL, "the day is not over")
    assert judged(TASKS, facts(stream_coverage(), now_at=DAY.ended_at))[0] is DayState.COMPLETE


@pytest.mark.parametrize(
    ("stream_coverage", "now_at", "expected"),
    [
        (stream_coverage((3, 4)), LATER, (DayState.PROVISIONAL, "not swept yet: vod")),
        (stream_coverage((3, 4)), MUCH_LATER, (DayState.GAP, "lost: vod")),
        (stream_coverage((3, 4), unread=False), LATER, (DayState.PROVISIONAL, "not swept yet: vod")),
        (stream_coverage((3, 4), unread=False), MUCH_LATER, (DayState.GAP, "never confirmed: vod")),
        (stream_coverage((3, 4), retention=None), MUCH_LATER, (DayState.PROVISIONAL, "not swept yet: vod")),
        (
            stream_coverage((0, 9), begins_at=at(9), retention=None),
            LATER,
            (DayState.GAP, "coverage begins on that day: vod"),
        ),
        (
            stream_coverage((0, 9), (12, 24), begins_at=at(9), retention=None),
            LATER,
            (DayState.PROVISIONAL, "not swept yet: vod; coverage begins on that day: vod"),
        ),
        (stream_coverage((0, 24), begins_at=at(24)), LATER, (DayState.GAP, "before the coverage begins")),
        (stream_coverage((0, 24), begins_at=None), LATER, (DayState.PROVISIONAL, "not swept yet: vod")),
    ],
    ids=[
        "fillable",
        "expired",
        "polled once",
        "polled once, expired",
        "unknown retention",
        "begins within the day",
        "begins and ends within the day",
        "begins after the day",
        "no complete run",
    ],
)
def test_missing_coverage_is_provisional_until_it_expires(
    stream_coverage: StreamCoverage, now_at: datetime, expected: tuple[DayState, str]
) -> None:
    assert judged(TASKS, facts(stream_coverage, now_at=now_at)) == expected


def test_stream_that_begins_after_the_day_is_ignored() -> None:
    new = StreamCoverage("new", begins_at=DAY.ended_at, unconfirmed=(Interval(at(0), at(24)),))
    assert judged(TASKS, facts(stream_coverage(), new)) == (DayState.COMPLETE, "")


def test_reason_names_at_most_three_streams() -> None:
    coverage = [
        StreamCoverage(name, begins_at=None, unconfirmed=(Interval(at(0), at(24)),)) for name in "edcba"
    ]
    assert judged(TASKS, facts(*coverage))[1] == "not swept yet: a, b, c and 2 more"


@pytest.mark.parametrize(
    ("dataset", "by", "state"),
    [
        (Dataset.TASKS, PartitionBy.CREATED, DayState.PROVISIONAL),
        (Dataset.TASKS, PartitionBy.OBSERVED, DayState.PROVISIONAL),
        (Dataset.VERSIONS, PartitionBy.CREATED, DayState.PROVISIONAL),
        (Dataset.VERSIONS, PartitionBy.OBSERVED, DayState.COMPLETE),
    ],
)
def test_open_tasks_make_mutable_rows_provisional(dataset: Dataset, by: PartitionBy, state: DayState) -> None:
    assert judged(Selection(dataset=dataset, by=by), facts(stream_coverage(), open_tasks=1))[0] is state


def test_observed_versions_need_no_coverage_but_a_delay() -> None:
    selection = Selection(dataset=Dataset.VERSIONS, by=PartitionBy.OBSERVED)
    day_facts = facts(stream_coverage((0, 24)), now_at=DAY.ended_at + timedelta(minutes=14))
    assert judged(selection, day_facts) == (DayState.PROVISIONAL, "the day is not over")
    day_facts = facts(stream_coverage((0, 24)), now_at=DAY.ended_at + timedelta(minutes=15))
    assert judged(selection, day_facts) == (DayState.COMPLETE, "")


def test_stream_retired_before_the_day_is_ignored() -> None:
    retired = stream_coverage((0, 24), retired_at=at(0))
    assert judged(TASKS, facts(retired, stream_coverage())) == (DayState.COMPLETE, "")
    assert judged(TASKS, facts(stream_coverage((0, 24), retired_at=at(1))))[0] is DayState.PROVISIONAL


def test_coverage_that_begins_within_the_day_is_not_a_loss() -> None:
    begun = stream_coverage((0, 6), begins_at=at(6))
    assert judged(TASKS, facts(begun)) == (DayState.GAP, "coverage begins on that day: vod")
    confirmed_later = StreamCoverage(
        "vod",
        begins_at=at(6),
        unconfirmed=(Interval(at(0), at(8)),),
        unread=(Interval(at(0), at(6)),),
        retention=WEEK,
    )
    day_facts = facts(confirmed_later, now_at=MUCH_LATER)
    assert judged(TASKS, day_facts) == (
        DayState.GAP,
        "never confirmed: vod; coverage begins on that day: vod",
    )
