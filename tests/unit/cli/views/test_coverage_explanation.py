"""Explanation of a coverage answer: the runs behind it, or the reason why a time is not covered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from syncer.cli.views.coverage_explanation import coverage_explanation, incomplete_runs_line
from syncer.storage.read import CoverageExplanation, Gap, IncompleteRunGroup, RunSummary, UncoveredReason

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def make_run(run_id: int, mode: str = "poll", *, minutes: int = 0) -> RunSummary:
    started_at = AT + minutes * MINUTE
    return RunSummary(
        run_id=run_id, mode=mode, started_at=started_at, ended_at=started_at + timedelta(seconds=9)
    )


POLLED = CoverageExplanation(
    source="tat",
    region="ap-tokyo",
    at=AT,
    grade="polled",
    reason=None,
    gap=None,
    covered_from=AT - timedelta(days=3),
    covered_to=AT + timedelta(days=1),
    shown_until=AT + timedelta(days=7),
    asked_at=AT + timedelta(days=2),
    last_before=make_run(11),
    first_after=make_run(12, minutes=1),
    confirmed_by=None,
    incomplete_runs=(),
)
SWEPT = replace(POLLED, grade="swept", confirmed_by=make_run(40, "sweep", minutes=60))
FAILED_RUN = IncompleteRunGroup(
    status="failed",
    count=1,
    first_at=AT,
    last_at=AT,
    run_id=17,
    mode="poll",
    error="the key is refused (request 5)",
)


def test_covered_time_names_its_runs() -> None:
    assert coverage_explanation(SWEPT) == [
        "tat/ap-tokyo: swept",
        "  read by poll 12, started at 2026-01-02 03:05:05Z, complete at 2026-01-02 03:05:14Z",
        "  confirmed by sweep 40, started at 2026-01-02 04:04:05Z, complete at 2026-01-02 04:04:14Z",
    ]
    assert coverage_explanation(POLLED)[2].startswith("  not yet confirmed by a later sweep")


def test_covered_time_without_recorded_runs() -> None:
    assert coverage_explanation(replace(SWEPT, first_after=None, confirmed_by=None))[1:] == [
        "  read by a run that is not recorded",
        "  confirmed by a sweep that is not recorded",
    ]


GAP = Gap(
    source="tat",
    region="ap-tokyo",
    started_at=AT - MINUTE,
    ended_at=AT + MINUTE,
    state="fillable",
    headroom=timedelta(days=5),
)


@pytest.mark.parametrize(
    ("reason", "line"),
    [
        (UncoveredReason.NOTHING, "nothing is covered yet"),
        (UncoveredReason.BEFORE, "the coverage starts later, at 2025-12-30 03:04:05Z"),
        (UncoveredReason.GAP, "in a gap (fillable) from 2026-01-02 03:03:05Z to 2026-01-02 03:05:05Z"),
        (
            UncoveredReason.AFTER,
            "no complete run has read up to this time; the coverage ends at 2026-01-03 03:04:05Z",
        ),
    ],
)
def test_uncovered_time_states_the_reason(reason: UncoveredReason, line: str) -> None:
    coverage = replace(POLLED, grade=None, reason=reason, gap=GAP if reason is UncoveredReason.GAP else None)
    assert coverage_explanation(coverage) == [
        "tat/ap-tokyo: not covered",
        f"  {line}",
        "  last complete run before it: poll 11, started at 2026-01-02 03:04:05Z, "
        "complete at 2026-01-02 03:04:14Z",
        "  first complete run after it: poll 12, started at 2026-01-02 03:05:05Z, "
        "complete at 2026-01-02 03:05:14Z",
        "  the provider lists such tasks until 2026-01-09 03:04:05Z: headroom 5d",
    ]


def test_uncovered_time_states_the_headroom() -> None:
    missed = replace(POLLED, grade=None, reason=UncoveredReason.BEFORE, incomplete_runs=[FAILED_RUN])
    late = coverage_explanation(replace(missed, asked_at=AT + timedelta(days=8)))
    assert late[-2] == (
        "  the provider listed such tasks until 2026-01-09 03:04:05Z: they can no longer be read"
    )
    assert late[-1] == "  poll 17 failed, started at 2026-01-02 03:04:05Z: the key is refused (request 5)"
    unknown = coverage_explanation(replace(missed, shown_until=None, last_before=None, first_after=None))
    assert unknown[2] == "  it is unknown how long the provider lists such tasks"


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"count": 1200, "last_at": AT + MINUTE},
            "1,200 polls failed, started from 2026-01-02 03:04:05Z to 2026-01-02 03:05:05Z; the last is 17: "
            "the key is refused (request 5)",
        ),
        (
            {"status": "running", "mode": "sweep", "error": None},
            "sweep 17 in progress, started at 2026-01-02 03:04:05Z",
        ),
    ],
    ids=["many", "in progress"],
)
def test_incomplete_runs_are_one_line(changes: dict[str, object], line: str) -> None:
    assert incomplete_runs_line(replace(FAILED_RUN, **changes)) == line  # type: ignore[arg-type]


def test_long_error_is_shortened() -> None:
    assert len(incomplete_runs_line(replace(FAILED_RUN, error="x" * 10_000))) < 250
