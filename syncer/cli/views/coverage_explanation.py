"""How a time of creation was read, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from syncer.cli.views.text_table import cell_text, duration_text
from syncer.errors import one_line

if TYPE_CHECKING:
    from syncer.storage.read import CoverageAnswer, IncompleteRuns, RunRef

#: So much of an error is told; the logs have all of it.
_ERROR_WIDTH = 160


def coverage_explanation(reading: CoverageAnswer) -> list[str]:
    """One stream: whether it has read the tasks created then, and by which runs, or why not."""
    grade = reading.grade or "not covered"
    return [f"{reading.label}: {grade}", *(f"  {line}" for line in coverage_lines(reading))]


def coverage_lines(reading: CoverageAnswer) -> Iterator[str]:
    """What stands behind the grade, or what is in its way."""
    yield from _proof(reading) if reading.grade else _doubt(reading)
    for setback in reading.incomplete_runs:
        yield incomplete_run_line(setback)


def _proof(reading: CoverageAnswer) -> Iterator[str]:
    yield f"read by {_run(reading.first_after)}"
    if reading.confirmed_by:
        yield f"confirmed by {_run(reading.confirmed_by)}"
    elif reading.grade == "swept":
        yield "confirmed by a sweep; which one is not on record"
    else:
        yield "a later sweep is to confirm it: until then a task that was listed late may be missing"


def _doubt(reading: CoverageAnswer) -> Iterator[str]:
    yield _reason(reading)
    if reading.last_before:
        yield f"last complete run before it: {_run(reading.last_before)}"
    if reading.first_after:
        yield f"first complete run after it: {_run(reading.first_after)}"
    yield _time_left(reading)


def _reason(reading: CoverageAnswer) -> str:
    match str(reading.reason):
        case "before":
            return f"the coverage begins later, at {cell_text(reading.covered_from)}"
        case "after":
            return (
                f"no complete run reaches that far yet; the coverage ends at {cell_text(reading.covered_to)}"
            )
        case "gap" if reading.gap:
            gap = reading.gap
            return f"in a gap ({gap.state}) from {cell_text(gap.started_at)} to {cell_text(gap.ended_at)}"
        case _:
            return "nothing is covered yet"


def _time_left(reading: CoverageAnswer) -> str:
    if reading.shown_until is None:
        return "how long the provider shows such tasks is not known"
    left = reading.shown_until - reading.asked_at
    until = cell_text(reading.shown_until)
    if left.total_seconds() <= 0:
        return f"the provider showed such tasks until {until}: nothing can fill it any more"
    return f"the provider shows such tasks until {until}: {duration_text(left)} left to read them"


def _run(run: RunRef | None) -> str:
    if run is None:
        return "a run; which one is not on record"
    ended = f", complete at {cell_text(run.ended_at)}" if run.ended_at else ""
    return f"{run.mode} {run.run_id}, begun at {cell_text(run.started_at)}{ended}"


def incomplete_run_line(setback: IncompleteRuns) -> str:
    """Runs that did not come to their end: how many, when, and why."""
    outcome = _OUTCOMES.get(setback.status, setback.status)
    error = f": {one_line(setback.error, _ERROR_WIDTH)}" if setback.error else ""
    if setback.count == 1:
        return f"{setback.mode} {setback.run_id} {outcome}, begun at {cell_text(setback.last_at)}{error}"
    spell = f"begun from {cell_text(setback.first_at)} to {cell_text(setback.last_at)}"
    return f"{setback.count:,} {setback.mode}s {outcome}, {spell}; the last, {setback.run_id}{error}"


_OUTCOMES = {"failed": "failed", "interrupted": "interrupted", "running": "under way"}
