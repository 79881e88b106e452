"""What a complete run has proven: coverage in two grades, `polled` and `swept`, and the learned state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from syncer.model import Interval, Mode, Order, OutcomeFilter, Source, StreamState
from syncer.planning.intervals import before, union
from syncer.planning.scans import shown_from

#: The lookback after a late task is this multiple of the task's delay.
LATE_FACTOR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletedRun:
    """Facts about a run that reached the end of every scan."""

    mode: Mode
    started_at: datetime
    #: Creation time back to which the scans were read; None where they were all read to the end.
    frontier: datetime | None
    #: When the last page of the list that ended last had been received, on the provider's clock.
    last_answer_at: datetime
    #: See ScanProgress.shown_for.
    shown_for: timedelta | None
    #: The oldest creation time that the lists showed.
    oldest_created_at: datetime | None = None
    #: By list: the orders that the run learned or did not contradict.
    orders: Mapping[str, frozenset[Order]] = field(default_factory=dict)
    late_by: timedelta = timedelta(0)
    #: Tasks may have appeared and left the list since the last complete run.
    is_late: bool = False
    outcome_filter: OutcomeFilter = OutcomeFilter.UNPROVEN
    outcome_filter_at: datetime | None = None


def ceiling(started_at: datetime, visibility_lag: timedelta) -> datetime:
    """The latest end of coverage that a run which began at `started_at` may claim.

    In whole seconds, as creation times are: another task with this very second may be created later.
    """
    return (started_at - visibility_lag).replace(microsecond=0)


def advance_state(state: StreamState, source: Source, run: CompletedRun, lookback: timedelta) -> StreamState:
    """`state` after the complete run."""
    end = ceiling(run.started_at, source.visibility_lag)
    new_lookback = _widened(lookback, run.late_by, source)
    polled = union(state.polled, [Interval(start, end) for start in _claim_starts(source, run, end)])
    swept = state.swept
    if run.mode is Mode.SWEEP and state.last_sweep_at:
        # Confirmed is only what an earlier sweep has read too: one sweep alone proves nothing about delays.
        confirmed_to = min(end - new_lookback, ceiling(state.last_sweep_at, source.visibility_lag))
        swept = union(swept, before(_shown(source, run, end), confirmed_to))
    if run.late_by:
        swept = before(swept, end - new_lookback)
    is_sweep = run.mode is Mode.SWEEP
    last_sweep_at = _latest([state.last_sweep_at, run.started_at if is_sweep else None])
    return replace(
        state,
        polled=polled,
        swept=swept,
        orders={**state.orders, **run.orders},
        lookback=new_lookback,
        first_sweep_at=state.first_sweep_at or (run.started_at if is_sweep else None),
        last_sweep_at=last_sweep_at,
        last_run_at=_latest([state.last_run_at, run.started_at]),
        paused_until=None,
        shown_age=_age(run.oldest_created_at, last_sweep_at) if is_sweep else state.shown_age,
        outcome_filter=run.outcome_filter,
        outcome_filter_at=run.outcome_filter_at,
    )


def _claim_starts(source: Source, run: CompletedRun, end: datetime) -> Iterable[datetime]:
    """Where the claims of the run begin: at what the list still showed, and at the frontier."""
    if run.mode is Mode.SWEEP:
        yield from (interval.start for interval in _shown(source, run, end))
    if run.frontier is not None:
        retention = source.retention or (run.shown_for if run.is_late else None)
        if retention is not None:
            yield max(run.frontier, shown_from(retention, run.last_answer_at))
        elif not run.is_late:
            yield run.frontier


def _shown(source: Source, run: CompletedRun, end: datetime) -> tuple[Interval, ...]:
    """The creation times that the provider still showed on the last page; a sweep has read all of them.

    Without a known retention only the rows prove it. A list drops tasks by the age of some timestamp of
    theirs, so it shows every task for as long as it has shown an ended task after its latest timestamp.
    """
    retention = source.retention or run.shown_for
    start = shown_from(retention, run.last_answer_at) if retention else None
    return (Interval(start, end),) if start and start < end else ()


def _age(created_at: datetime | None, at: datetime | None) -> timedelta | None:
    """The age at `at` of a task that was created at `created_at`; 0 where it was created later."""
    return max(timedelta(0), at - created_at) if created_at and at else None


def _widened(lookback: timedelta, late_by: timedelta, source: Source) -> timedelta:
    return min(max(lookback, LATE_FACTOR * late_by), source.lookback_max)


def _latest(instants: Iterable[datetime | None]) -> datetime | None:
    return max(filter(None, instants), default=None)
