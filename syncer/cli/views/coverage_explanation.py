"""Explanation of a coverage answer: whether a creation time was read, by which runs, or why not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from syncer.cli.views.formatting import NO_LONGER_CONFIGURED, cell_text, duration_text
from syncer.cli.views.gap_table import gap_state
from syncer.errors import one_line

if TYPE_CHECKING:
    from syncer.storage.read import CoverageExplanation, IncompleteRunGroup, RunSummary

#: Longest error text that is shown; the logs have all of it.
_ERROR_WIDTH = 160
_OUTCOMES = {"failed": "failed", "interrupted": "interrupted", "running": "in progress"}


def coverage_explanation(coverage: CoverageExplanation) -> list[str]:
    """One stream: the grade of its coverage at the creation time, and what explains it."""
    grade = coverage.grade or "not covered"
    retired = f", {retired_text(coverage.retired_at)}" if coverage.retired_at else ""
    return [f"{coverage.label}: {grade}{retired}", *(f"  {line}" for line in coverage_lines(coverage))]


def coverage_lines(coverage: CoverageExplanation) -> Iterator[str]:
    """The runs behind the grade, or the reason why there is none; then the runs that were incomplete."""
    yield from _covered_lines(coverage) if coverage.grade else _uncovered_lines(coverage)
    for runs in coverage.incomplete_runs:
        yield incomplete_runs_line(runs)


def _covered_lines(coverage: CoverageExplanation) -> Iterator[str]:
    yield f"read by {_run_text(coverage.first_after)}"
    if coverage.confirmed_by:
        yield f"confirmed by {_run_text(coverage.confirmed_by)}"
    elif coverage.grade == "swept":
        yield "confirmed by a sweep that is not recorded"
    else:
        never = "never" if coverage.retired_at else "not yet"
        yield f"{never} confirmed by a later sweep: a task that was listed late may be missing"


def _uncovered_lines(coverage: CoverageExplanation) -> Iterator[str]:
    yield _reason_text(coverage)
    if coverage.last_before:
        yield f"last complete run before it: {_run_text(coverage.last_before)}"
    if coverage.first_after:
        yield f"first complete run after it: {_run_text(coverage.first_after)}"
    yield _headroom_text(coverage)


def _reason_text(coverage: CoverageExplanation) -> str:
    match str(coverage.reason):
        case "before":
            return f"the coverage starts later, at {cell_text(coverage.covered_from)}"
        case "after":
            end = cell_text(coverage.covered_to)
            return f"no complete run has read up to this time; the coverage ends at {end}"
        case "gap" if coverage.gap:
            gap = coverage.gap
            return (
                f"in a gap ({gap_state(gap)}) from {cell_text(gap.started_at)} to {cell_text(gap.ended_at)}"
            )
        case _:
            return "nothing is covered yet"


def _headroom_text(coverage: CoverageExplanation) -> str:
    if coverage.shown_until is None:
        unknown = "it is unknown how long the provider lists such tasks"
        return (
            f"{unknown}, and nothing reads them: {NO_LONGER_CONFIGURED}" if coverage.retired_at else unknown
        )
    left = coverage.shown_until - coverage.asked_at
    until = cell_text(coverage.shown_until)
    if coverage.retired_at and left.total_seconds() > 0:
        return f"the provider lists such tasks until {until}, but nothing reads them: {NO_LONGER_CONFIGURED}"
    if left.total_seconds() <= 0:
        return f"the provider listed such tasks until {until}: they can no longer be read"
    return f"the provider lists such tasks until {until}: headroom {duration_text(left)}"


def retired_text(retired_at: datetime) -> str:
    """Since when a stream is no longer configured."""
    return f"{NO_LONGER_CONFIGURED} since {cell_text(retired_at)}"


def _run_text(run: RunSummary | None) -> str:
    if run is None:
        return "a run that is not recorded"
    ended = f", complete at {cell_text(run.ended_at)}" if run.ended_at else ""
    return f"{run.mode} {run.run_id}, started at {cell_text(run.started_at)}{ended}"


def incomplete_runs_line(runs: IncompleteRunGroup) -> str:
    """Runs that did not complete: how many, when they started, and the last error."""
    outcome = _OUTCOMES.get(runs.status, runs.status)
    error = f": {one_line(runs.error, _ERROR_WIDTH)}" if runs.error else ""
    if runs.count == 1:
        return f"{runs.mode} {runs.run_id} {outcome}, started at {cell_text(runs.last_at)}{error}"
    period = f"started from {cell_text(runs.first_at)} to {cell_text(runs.last_at)}"
    return f"{runs.count:,} {runs.mode}s {outcome}, {period}; the last is {runs.run_id}{error}"
