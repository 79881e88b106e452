"""The state of an exported day, and the reason why it is not complete."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from syncer.model import Interval
from syncer.reporting.export import (
    Dataset,
    DayFacts,
    DayState,
    PartitionBy,
    Selection,
    SourceCoverage,
    StreamCoverage,
    days_between,
)
from syncer.reporting.export.completeness import day_completeness

[DAY] = days_between(date(2026, 11, 1), date(2026, 11, 1), ZoneInfo("UTC"))
TASKS = Selection(dataset=Dataset.TASKS, by=PartitionBy.CREATED)
VERSIONS = Selection(dataset=Dataset.VERSIONS, by=PartitionBy.OBSERVED)
LATER = datetime(2026, 11, 3, tzinfo=UTC)
COVERED = SourceCoverage("vod", is_covered=True)


def at(hour: float) -> datetime:
    return DAY.started_at + timedelta(hours=hour)


def stream(
    *unconfirmed: tuple[float, float], is_unread: bool = True, shown_since: datetime | None = None
) -> StreamCoverage:
    """A stream that has not swept parts of the day, given in hours."""
    parts = tuple(Interval(at(start), at(end)) for start, end in unconfirmed)
    return StreamCoverage("vod", parts, parts if is_unread else (), shown_since)


def uncovered(*streams: StreamCoverage, is_partial: bool = False) -> SourceCoverage:
    return SourceCoverage("vod", is_covered=False, is_partial=is_partial, streams=streams)


def facts(*coverage: SourceCoverage, now_at: datetime = LATER, open_tasks: int = 0) -> DayFacts:
    return DayFacts(now_at=now_at, open_tasks=open_tasks, coverage=coverage)


def judged(selection: Selection, day_facts: DayFacts) -> tuple[DayState, str]:
    completeness = day_completeness(selection, DAY, day_facts)
    return completeness.state, completeness.reason


def test_covered_day_without_open_tasks_is_complete() -> None:
    assert judged(TASKS, facts(COVERED)) == (DayState.COMPLETE, "")


def test_day_is_provisional_before_its_end() -> None:
    day_facts = facts(COVERED, now_at=DAY.ended_at - timedelta(microseconds=1))
    assert judged(TASKS, day_facts) == (DayState.PROVISIONAL, "the day is not over")
    assert judged(TASKS, facts(COVERED, now_at=DAY.ended_at))[0] is DayState.COMPLETE


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (stream((3, 4)), (DayState.PROVISIONAL, "not swept yet: vod")),
        (stream((3, 4), shown_since=at(4)), (DayState.GAP, "lost: vod")),
        (stream((3, 4), shown_since=at(3)), (DayState.PROVISIONAL, "not swept yet: vod")),
        (stream((3, 4), shown_since=at(3.5)), (DayState.PROVISIONAL, "not swept yet: vod; lost: vod")),
        (stream((3, 4), is_unread=False), (DayState.PROVISIONAL, "not swept yet: vod")),
        (stream((3, 4), is_unread=False, shown_since=at(4)), (DayState.GAP, "never confirmed: vod")),
    ],
    ids=["unknown retention", "expired", "shown", "half expired", "polled", "polled, expired"],
)
def test_uncovered_parts_are_provisional_until_they_expire(
    stream: StreamCoverage, expected: tuple[DayState, str]
) -> None:
    assert judged(TASKS, facts(uncovered(stream))) == expected


@pytest.mark.parametrize("shown_since", [None, at(3)], ids=["unknown retention", "shown"])
def test_stream_that_is_no_longer_configured_cannot_be_swept(shown_since: datetime | None) -> None:
    retired = replace(stream((3, 4), shown_since=shown_since), is_retired=True)
    assert judged(TASKS, facts(uncovered(retired))) == (DayState.GAP, "no longer configured: vod")
    expired = replace(retired, shown_since=at(4))
    assert judged(TASKS, facts(uncovered(expired))) == (DayState.GAP, "lost: vod")


def test_coverage_that_begins_within_the_day_is_a_gap() -> None:
    reason = "coverage begins or ends on that day: vod"
    assert judged(TASKS, facts(uncovered(stream(), is_partial=True))) == (DayState.GAP, reason)
    unswept = uncovered(stream((12, 24)), is_partial=True)
    assert judged(TASKS, facts(unswept)) == (DayState.PROVISIONAL, f"not swept yet: vod; {reason}")


def test_day_before_the_coverage_is_a_gap() -> None:
    assert judged(TASKS, facts()) == (DayState.GAP, "before the coverage begins")
    assert judged(TASKS, facts(open_tasks=1))[0] is DayState.PROVISIONAL


def test_one_uncovered_source_is_enough() -> None:
    assert judged(TASKS, facts(COVERED, uncovered(stream((3, 4)))))[0] is DayState.PROVISIONAL


def test_covered_source_gives_no_reason() -> None:
    """The database decides whether a source covers the day; its streams only explain why not."""
    covered = SourceCoverage("vod", is_covered=True, streams=(stream((3, 4)),))
    assert judged(TASKS, facts(covered)) == (DayState.COMPLETE, "")


def test_reason_names_at_most_three_streams() -> None:
    streams = [StreamCoverage(name, unconfirmed=(Interval(at(0), at(24)),)) for name in "edcba"]
    assert judged(TASKS, facts(uncovered(*streams)))[1] == "not swept yet: a, b, c and 2 more"


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
    assert judged(Selection(dataset=dataset, by=by), facts(COVERED, open_tasks=1))[0] is state


def test_observed_versions_need_no_coverage_but_a_delay() -> None:
    early = facts(uncovered(stream((0, 24))), now_at=DAY.ended_at + timedelta(minutes=14))
    assert judged(VERSIONS, early) == (DayState.PROVISIONAL, "the day is not over")
    late = facts(uncovered(stream((0, 24))), now_at=DAY.ended_at + timedelta(minutes=15))
    assert judged(VERSIONS, late) == (DayState.COMPLETE, "")
