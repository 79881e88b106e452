"""What a complete run has proven, in two grades: `polled`, and `swept`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from syncer.model import Interval, Mode, Order, OutcomeFilter, Source, StreamState
from syncer.planning.intervals import before, union
from syncer.planning.scans import shown_from

#: A late task widens the lookback to this many times the delay it was seen with.
LATE_FACTOR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletedRun:
    """What a run that reached the end of every scan can show for itself."""

    mode: Mode
    started_at: datetime
    #: The boundary the scans were read back to; None where they were all read whole.
    frontier: datetime | None
    #: The provider's clock at the last page of the list that was finished last.
    last_page_at: datetime
    #: See ScanProgress.shown_for.
    shown_for: timedelta | None
    #: By list: the orders that a complete scan taught or, by what it contradicted, left.
    orders: Mapping[str, frozenset[Order]] = field(default_factory=dict)
    late_by: timedelta = timedelta(0)
    outcome_filter: OutcomeFilter = OutcomeFilter.UNPROVEN
    outcome_filter_at: datetime | None = None


def ceiling(started_at: datetime, visibility_lag: timedelta) -> datetime:
    """The end of what a run that began at `started_at` may claim.

    Whole seconds, because creation stamps are: a task stamped with this very second may not exist yet.
    """
    return (started_at - visibility_lag).replace(microsecond=0)


def advance_state(
    state: StreamState, source: Source, proof: CompletedRun, lookback: timedelta
) -> StreamState:
    """`state` after a complete run."""
    end = ceiling(proof.started_at, source.visibility_lag)
    wide = _widened(lookback, proof.late_by, source)
    claims = [Interval(start, end) for start in _lower_ends(state, source, proof, end)]
    polled = union(state.polled, claims)
    swept = state.swept
    if proof.mode is Mode.SWEEP and state.last_sweep_at:
        # Confirmed is what an earlier sweep had read too: one sweep alone knows nothing of delays.
        confirmed_to = min(end - wide, ceiling(state.last_sweep_at, source.visibility_lag))
        swept = union(swept, before(_proven(source, proof, end), confirmed_to))
    if proof.late_by:
        swept = before(swept, end - wide)
    is_sweep = proof.mode is Mode.SWEEP
    return replace(
        state,
        polled=polled,
        swept=swept,
        orders={**state.orders, **proof.orders},
        lookback=wide,
        first_sweep_at=state.first_sweep_at or (proof.started_at if is_sweep else None),
        last_sweep_at=_latest([state.last_sweep_at, proof.started_at if is_sweep else None]),
        last_run_at=_latest([state.last_run_at, proof.started_at]),
        outcome_filter=proof.outcome_filter,
        outcome_filter_at=proof.outcome_filter_at,
    )


def _lower_ends(state: StreamState, source: Source, proof: CompletedRun, end: datetime) -> Iterable[datetime]:
    """Where the run's claims begin: at what the list still showed, and at the frontier it read back to."""
    if proof.mode is Mode.SWEEP:
        yield from (interval.start for interval in _proven(source, proof, end))
    if proof.frontier is not None:
        yield max(filter(None, (proof.frontier, _shown_from(source, proof))))


def _proven(source: Source, proof: CompletedRun, end: datetime) -> tuple[Interval, ...]:
    """What the provider still showed, all of which a sweep has read.

    Without a known retention only the rows can prove that: the list forgets by some stamp of a task, so it
    shows every task for as long as it has shown an ended one after that was stamped last.
    """
    retention = source.retention or proof.shown_for
    start = shown_from(retention, proof.last_page_at) if retention else None
    return (Interval(start, end),) if start and start < end else ()


def _shown_from(source: Source, proof: CompletedRun) -> datetime | None:
    return shown_from(source.retention, proof.last_page_at) if source.retention else None


def _widened(lookback: timedelta, late_by: timedelta, source: Source) -> timedelta:
    return min(max(lookback, LATE_FACTOR * late_by), source.lookback_max)


def _latest(stamps: Iterable[datetime | None]) -> datetime | None:
    return max(filter(None, stamps), default=None)
