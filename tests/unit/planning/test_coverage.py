"""Coverage and learned state after a complete run."""

from __future__ import annotations

from datetime import timedelta

from syncer.model import Interval, Mode, Source, StreamState
from syncer.planning import run_plan
from syncer.planning.coverage import CompletedRun, advance_state, ceiling
from tests.support.fakes import T0, after, make_source
from tests.support.planning_values import make_state

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def completed_run(**changes: object) -> CompletedRun:
    values: dict[str, object] = {
        "mode": Mode.POLL,
        "started_at": T0,
        "frontier": after(-70),
        "last_answer_at": after(3),
        "shown_for": None,
    }
    return CompletedRun(**(values | changes))  # type: ignore[arg-type]


def advanced(state: StreamState, source: Source | None = None, **changes: object) -> StreamState:
    source = source or make_source()
    return advance_state(state, source, completed_run(**changes), run_plan.lookback(state, source))


def test_coverage_never_passes_the_ceiling() -> None:
    assert advanced(make_state()).polled == (Interval(after(-86400), after(-5)),)


def test_ceiling_is_a_whole_second() -> None:
    assert ceiling(T0 + timedelta(milliseconds=900), timedelta(0)) == T0


def test_coverage_of_the_first_sweep_begins_at_the_oldest_task_shown() -> None:
    state = advanced(StreamState(), mode=Mode.SWEEP, frontier=None)
    assert state.polled == (Interval(after(3 + 30) - 7 * DAY, after(-5)),)
    assert state.swept == ()
    assert state.first_sweep_at == state.last_sweep_at == state.last_run_at == T0


def test_coverage_is_confirmed_by_a_later_sweep() -> None:
    state = advanced(make_state(), mode=Mode.SWEEP)
    assert state.swept == (Interval(after(3 + 30) - 7 * DAY, after(-3600 - 5)),)
    assert state.first_sweep_at == after(-86400)


def test_coverage_keeps_the_gap_of_a_downtime_beyond_the_retention() -> None:
    down = make_state(polled=(Interval(after(-20 * 86400), after(-10 * 86400)),))
    state = advanced(down, mode=Mode.SWEEP, frontier=after(-10 * 86400))
    assert len(state.polled) == 2
    assert state.polled[1].start == after(3 + 30) - 7 * DAY


def test_coverage_without_known_retention_is_proven_by_rows() -> None:
    source = make_source(retention=None)
    first = advanced(StreamState(), source, mode=Mode.SWEEP, frontier=None, shown_for=8 * MINUTE)
    # Those 8 minutes, less a margin, before the last page: what was older may have left before its page.
    assert first.polled == (Interval(after(3 - 8 * 60 + 24), after(-5)),)
    empty = advanced(StreamState(), source, mode=Mode.SWEEP, frontier=None)
    assert empty.polled == ()


def test_late_poll_claims_what_a_known_retention_proves() -> None:
    assert advanced(make_state(), is_late=True).polled == (Interval(after(-86400), after(-5)),)
    down = make_state(polled=(Interval(after(-20 * 86400), after(-10 * 86400)),))
    late = advanced(down, frontier=after(-10 * 86400), is_late=True)
    assert late.polled[1] == Interval(after(3 + 30) - 7 * DAY, after(-5))


def test_late_poll_without_known_retention_claims_what_its_rows_prove() -> None:
    source = make_source(retention=None)
    before = (Interval(after(-86400), after(-3600)),)
    state = make_state(polled=before, last_run_at=after(-3600))

    def polled(shown_for: timedelta | None) -> tuple[Interval, ...]:
        return advanced(state, source, frontier=after(-3610), is_late=True, shown_for=shown_for).polled

    assert polled(None) == before
    # Its oldest ended task is 8 minutes old: what left the list before was not shown.
    assert polled(8 * MINUTE) == (*before, Interval(after(3 - 8 * 60 + 24), after(-5)))
    # It was shown for longer than the downtime, so nothing can have left unseen.
    assert polled(2 * 60 * MINUTE) == (Interval(after(-86400), after(-5)),)
    punctual = advanced(state, source, frontier=after(-3610)).polled
    assert punctual == (Interval(after(-86400), after(-5)),)


def test_late_task_widens_the_lookback_and_withdraws_confirmation() -> None:
    swept = make_state(swept=(Interval(after(-86400), after(-60)),))
    state = advanced(swept, late_by=5 * MINUTE)
    assert state.lookback == 10 * MINUTE
    assert state.swept == (Interval(after(-86400), after(-600 - 5)),)
    assert state.polled[-1].end == after(-5)


def test_state_keeps_the_latest_start_of_each_mode() -> None:
    newer = make_state(last_run_at=after(50), last_sweep_at=after(40))
    state = advanced(newer, mode=Mode.SWEEP)
    assert (state.last_run_at, state.last_sweep_at) == (after(50), after(40))
