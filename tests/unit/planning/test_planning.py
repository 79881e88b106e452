"""The pure decisions: orders, boundaries, scans, coverage, outcomes."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncer.model import (
    Checkpoint,
    Interval,
    Mode,
    OpenTask,
    Order,
    OutcomeFilter,
    Page,
    Run,
    Sighting,
    Source,
    Status,
    StreamState,
    Task,
)
from syncer.planning import lost_tasks, run_plan
from syncer.planning.coverage import CompletedRun, advance_state, ceiling
from syncer.planning.intervals import before, union
from syncer.planning.order import Boundary, OrderEvidence, is_beyond, may_stop
from syncer.planning.outcome_filter import is_worth_asking, judge_filter
from syncer.planning.scans import Scan, ScanProgress, entered_after, may_have_expired, was_listed_at
from tests.support.fakes import AICCS_FACTS, MPS_FACTS, T0, TAT_FACTS, VOD_FACTS, after, make_source

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def task(created: float | None, finished: float | None = None, updated: float | None = None) -> Task:
    stamps = [None if s is None else after(s) for s in (created, finished, updated)]
    return Task(
        task_id=f"{created}-{finished}-{updated}",
        status=Status.FINISHED if finished is not None else Status.RUNNING,
        created_at=stamps[0],
        finished_at=stamps[1],
        updated_at=stamps[2],
    )


def evidence(*tasks: Task, terminal: bool = True) -> OrderEvidence:
    return OrderEvidence.begin(terminal=terminal).observe(tasks)


# Order


def test_order_is_proven_by_strict_steps_alone() -> None:
    assert Order.CREATED_DESC in evidence(*map(task, (9, 8, 8, 7, 6))).proven
    assert evidence(*map(task, (8, 8, 8, 8, 8, 8))).proven == frozenset()


def test_order_with_one_violation_is_gone() -> None:
    seen = evidence(*map(task, (9, 8, 7, 6, 5, 4, 10, 3, 2, 1)))
    assert Order.CREATED_DESC not in seen.steps
    assert Order.CREATED_ASC not in seen.steps


def test_order_is_contradicted_by_a_row_without_stamp() -> None:
    assert Order.CREATED_DESC not in evidence(task(9), task(8), task(None), task(6)).steps


def test_order_of_finishing_needs_a_list_of_ended_tasks() -> None:
    assert Order.FINISHED_DESC in evidence(task(1, 9), terminal=True).steps
    assert Order.FINISHED_DESC not in evidence(task(1, 9), terminal=False).steps


def test_order_evidence_survives_a_checkpoint() -> None:
    seen = evidence(task(9, 9, 9), task(8, 12, 9))
    assert OrderEvidence.from_json(seen.to_json()) == seen


BOUNDARY = Boundary(created_at=after(100), changed_at=after(200))
LEARNED = frozenset({Order.CREATED_DESC})


def test_poll_stops_after_a_whole_page_beyond() -> None:
    page = [task(s) for s in (90, 80, 70, 60)]
    assert may_stop(LEARNED, evidence(*page), page, BOUNDARY)


def test_poll_does_not_stop_without_a_complete_scan_before() -> None:
    page = [task(s) for s in (90, 80, 70, 60)]
    assert not may_stop(frozenset(), evidence(*page), page, BOUNDARY)


def test_poll_does_not_stop_on_equal_stamps() -> None:
    page = [task(90)] * 50
    assert not may_stop(LEARNED, evidence(*page), page, BOUNDARY)


def test_poll_does_not_stop_at_a_late_finisher_on_the_last_row() -> None:
    page = [task(s, 300) for s in (140, 130, 120, 90)]
    assert not may_stop(LEARNED, evidence(*page), page, BOUNDARY)


def test_poll_does_not_stop_while_another_learned_order_is_possible() -> None:
    learned = LEARNED | {Order.FINISHED_DESC}
    page = [task(90, 399), task(80, 398), task(70, 397), task(60, 396)]
    assert not may_stop(learned, evidence(*page), page, BOUNDARY)
    assert may_stop(LEARNED, evidence(*page), page, BOUNDARY)


def test_poll_stops_by_finish_and_by_update_against_the_last_run() -> None:
    ended = [task(150, s, s) for s in (190, 180, 170, 160)]
    for order in (Order.FINISHED_DESC, Order.UPDATED_DESC):
        assert may_stop(frozenset({order}), evidence(*ended), ended, BOUNDARY)


def test_poll_never_stops_oldest_first() -> None:
    page = [task(s) for s in (10, 20, 30, 40)]
    assert not may_stop(frozenset({Order.CREATED_ASC}), evidence(*page), page, BOUNDARY)
    assert not is_beyond(page[0], Order.CREATED_ASC, BOUNDARY)


def test_poll_does_not_stop_on_an_empty_page() -> None:
    assert not may_stop(LEARNED, evidence(*map(task, (9, 8, 7, 6))), [], BOUNDARY)


# Intervals

moments = st.integers(0, 50).map(after)
intervals = st.builds(Interval, moments, moments)


@given(st.lists(intervals, max_size=8), st.lists(intervals, max_size=8), st.integers(0, 50))
def test_union_holds_what_either_holds(one: list[Interval], other: list[Interval], at: int) -> None:
    result = union(one, other)
    assert holds(result, after(at)) == holds([*one, *other], after(at))
    assert all(a.end < b.start for a, b in itertools.pairwise(result))


@given(st.lists(intervals, max_size=8), moments, st.integers(0, 50))
def test_before_cuts_at_the_end(one: list[Interval], end: datetime, at: int) -> None:
    assert holds(before(union(one), end), after(at)) == (holds(one, after(at)) and after(at) < end)


def holds(some: object, at: datetime) -> bool:
    return any(i.start <= at < i.end for i in some)  # type: ignore[attr-defined]


# Runs


def known(**changes: object) -> StreamState:
    values: dict[str, object] = {
        "polled": (Interval(after(-86400), after(-60)),),
        "first_sweep_at": after(-86400),
        "last_sweep_at": after(-3600),
        "last_run_at": after(-55),
    }
    return StreamState(**(values | changes))  # type: ignore[arg-type]


def test_mode_is_what_was_wanted_while_polls_follow_each_other() -> None:
    assert run_plan.next_mode(Mode.POLL, known(), make_source(), T0) is Mode.POLL
    assert run_plan.next_mode(Mode.SWEEP, known(), make_source(), T0) is Mode.SWEEP


def test_mode_is_sweep_first_and_after_downtime() -> None:
    assert run_plan.next_mode(Mode.POLL, StreamState(), make_source(), T0) is Mode.SWEEP
    assert run_plan.next_mode(Mode.POLL, known(), make_source(), T0 + HOUR) is Mode.SWEEP


def test_lookback_stays_between_its_bounds() -> None:
    source = make_source(lookback_min=MINUTE, lookback_max=HOUR)
    assert run_plan.lookback(StreamState(), source) == MINUTE
    assert run_plan.lookback(known(lookback=10 * MINUTE), source) == 10 * MINUTE
    assert run_plan.lookback(known(lookback=DAY), source) == HOUR


def test_boundary_lies_a_lookback_before_the_end_of_coverage() -> None:
    limit = run_plan.boundary(known(), make_source())
    assert limit == Boundary(created_at=after(-70), changed_at=after(-70))


def test_boundary_without_coverage_begins_at_the_first_sweep() -> None:
    limit = run_plan.boundary(known(polled=()), make_source())
    assert limit is not None
    assert limit.created_at == after(-86400 - 5 - 10)
    assert run_plan.boundary(StreamState(), make_source()) is None


def names(facts: object, mode: Mode) -> list[str]:
    limit = Boundary(created_at=after(-70), changed_at=after(-70))
    return [s.name for s in run_plan.plan_scans(facts, mode, limit, T0, 2 * DAY)]  # type: ignore[arg-type]


def test_scans_of_open_lists_come_first_in_lifecycle_order() -> None:
    assert names(MPS_FACTS, Mode.POLL) == ["WAITING", "PROCESSING", "FINISH", "FINISH.failed"]


def test_scans_of_open_lists_are_left_out_where_members_show_them() -> None:
    assert names(AICCS_FACTS, Mode.POLL) == ["ALL"]
    assert [s.name for s in run_plan.open_scans(AICCS_FACTS)] == ["waiting", "running"]
    assert run_plan.open_scans(MPS_FACTS) == ()


def test_open_lists_are_read_whole_in_a_poll_too() -> None:
    limit = Boundary(created_at=T0, changed_at=T0)
    scans = run_plan.plan_scans(MPS_FACTS, Mode.POLL, limit, T0, None)
    assert [s.reads_to_end for s in scans] == [True, True, False, False]


def test_windows_of_a_poll_begin_at_the_frontier_and_have_no_end() -> None:
    limit = Boundary(created_at=after(-70), changed_at=after(-70))
    (scan,) = run_plan.plan_scans(VOD_FACTS, Mode.POLL, limit, T0, 7 * DAY)
    assert (scan.created_from, scan.created_to) == (after(-70), None)


@pytest.mark.parametrize("retention", [None, HOUR, 7 * DAY])
def test_windows_of_a_sweep_leave_nothing_out(retention: timedelta | None) -> None:
    scans = run_plan.plan_scans(VOD_FACTS, Mode.SWEEP, None, T0, retention)
    assert scans[0].created_from is None
    assert scans[-1].created_to is None
    assert [s.created_to for s in scans[:-1]] == [s.created_from for s in scans[1:]]
    assert len({s.name for s in scans}) == len(scans)


def test_windows_have_the_same_edges_after_a_resume() -> None:
    def edges(at: datetime) -> set[datetime | None]:
        return {s.created_to for s in run_plan.plan_scans(VOD_FACTS, Mode.SWEEP, None, at, 7 * DAY)}

    assert len(edges(T0) & edges(T0 + MINUTE)) >= 7


def test_cursor_is_trusted_for_a_while() -> None:
    saved = Checkpoint(started_at=T0, saved_at=T0, scan="FINISH", cursor="x")
    run = Run(run_id=1, mode=Mode.SWEEP, started_at=T0, checkpoint=saved)
    assert run_plan.drop_stale_checkpoint(run, T0 + MINUTE) is run
    fresh = run_plan.drop_stale_checkpoint(run, T0 + DAY)
    assert (fresh.checkpoint, fresh.started_at, fresh.run_id) == (None, T0 + DAY, 1)
    assert run_plan.drop_stale_checkpoint(fresh, T0 + 2 * DAY) is fresh


def test_scan_resumes_only_where_its_cursor_lasts() -> None:
    saved = Checkpoint(started_at=T0, saved_at=T0, scan="ALL", cursor="5")
    (reads_to_end,) = run_plan.ended_scans(TAT_FACTS)
    assert not run_plan.can_resume(reads_to_end, saved, TAT_FACTS)
    (reads_to_end,) = run_plan.ended_scans(VOD_FACTS)
    assert run_plan.can_resume(reads_to_end, saved, VOD_FACTS)
    waiting = Scan(listing=MPS_FACTS.lists[0], reads_to_end=True)
    moved = Checkpoint(started_at=T0, saved_at=T0, scan="WAITING", cursor="5")
    assert not run_plan.can_resume(waiting, moved, MPS_FACTS)


def test_frontier_is_claimed_unless_unknown_retention_met_downtime() -> None:
    source = make_source(retention=None)
    assert run_plan.claimed_frontier(known(), source, T0) == after(-70)
    assert run_plan.claimed_frontier(known(), source, T0 + DAY) is None
    assert run_plan.claimed_frontier(known(), make_source(), T0 + DAY) == after(-70)
    assert run_plan.claimed_frontier(StreamState(), source, T0) is None


def test_open_tasks_about_to_leave_come_first() -> None:
    tasks = [
        OpenTask(task_id="b", created_at=after(5), first_seen_at=T0),
        OpenTask(task_id="a", created_at=None, first_seen_at=after(9)),
        OpenTask(task_id="c", created_at=after(1), first_seen_at=T0),
    ]
    assert run_plan.ids_by_age(tasks) == ["c", "b", "a"]


def test_open_task_is_asked_for_while_an_answer_is_possible() -> None:
    old = OpenTask(task_id="a", created_at=T0, first_seen_at=T0)
    assert run_plan.can_ask_by_id(old, MPS_FACTS, DAY, T0 + HOUR)
    assert not run_plan.can_ask_by_id(old, MPS_FACTS, DAY, T0 + 2 * DAY)
    assert run_plan.can_ask_by_id(old, MPS_FACTS, None, T0 + 2 * DAY)
    assert not run_plan.can_ask_by_id(old, replace(MPS_FACTS, ids_per_request=0), None, T0)
    assert lost_tasks.has_left_window(old, DAY, T0 + 2 * DAY)
    assert not lost_tasks.has_left_window(old, None, T0 + 2 * DAY)


# Scans


def page(*tasks: Task, total: int | None = None, at: datetime = T0) -> Page:
    return Page(
        sightings=tuple(Sighting(task=t, observed_at=at) for t in tasks),
        next_cursor=None,
        observed_at=at,
        total=total,
    )


FINISH = MPS_FACTS.lists[2]


def progress_of(*tasks: Task, total: int | None = None, at: datetime = T0) -> ScanProgress:
    begun = Scan(listing=FINISH, reads_to_end=True).begin()
    return begun.observe(page(*tasks, total=total, at=at), tasks, FINISH)


def test_scan_is_doubtful_when_it_showed_fewer_than_promised() -> None:
    assert progress_of(task(1, 2), total=2).is_below_total
    assert not progress_of(task(1, 2), task(1, 3), total=2, at=after(10)).is_below_total
    assert not progress_of(task(1, 2)).is_below_total


def test_scan_does_not_count_what_came_after_its_first_page() -> None:
    assert progress_of(task(1, 2), task(1, 30), total=2, at=after(10)).is_below_total


def test_scan_progress_survives_a_checkpoint() -> None:
    progress = progress_of(task(1, 2), total=5, at=after(10))
    assert ScanProgress.from_json(progress.to_json()) == progress
    empty = Scan(listing=FINISH, reads_to_end=True).begin()
    assert ScanProgress.from_json(empty.to_json()) == empty


def test_list_shows_tasks_for_the_highest_age_of_an_ended_one() -> None:
    progress = progress_of(task(1, 50), task(2, 40), task(0), at=after(60))
    assert progress.shown_for == timedelta(seconds=20)


def test_task_entered_a_list_when_it_finished_or_was_created() -> None:
    everything = TAT_FACTS.lists[0]
    assert was_listed_at(task(1, 5), FINISH, after(6))
    assert not was_listed_at(task(1, 5), FINISH, after(5))
    assert was_listed_at(task(1, 5), everything, after(5))
    assert not was_listed_at(task(None), everything, after(5))
    assert not entered_after(task(None), everything, after(5))


def test_task_is_expiring_at_the_edge_of_the_retention() -> None:
    assert may_have_expired(task(0), T0 + DAY, DAY)
    assert not may_have_expired(task(60), T0 + DAY, DAY)
    assert may_have_expired(task(None), T0 + DAY, DAY)
    assert not may_have_expired(task(0), T0 + DAY, None)
    assert not may_have_expired(task(0), None, DAY)


# Coverage


def proof(**changes: object) -> CompletedRun:
    values: dict[str, object] = {
        "mode": Mode.POLL,
        "started_at": T0,
        "frontier": after(-70),
        "last_page_at": after(3),
        "shown_for": None,
    }
    return CompletedRun(**(values | changes))  # type: ignore[arg-type]


def advanced(state: StreamState, source: Source | None = None, **changes: object) -> StreamState:
    source = source or make_source()
    return advance_state(state, source, proof(**changes), run_plan.lookback(state, source))


def test_coverage_never_passes_the_ceiling() -> None:
    assert advanced(known()).polled == (Interval(after(-86400), after(-5)),)


def test_ceiling_is_a_whole_second() -> None:
    assert ceiling(T0 + timedelta(milliseconds=900), timedelta(0)) == T0


def test_coverage_of_the_first_sweep_begins_where_the_list_did() -> None:
    state = advanced(StreamState(), mode=Mode.SWEEP, frontier=None)
    assert state.polled == (Interval(after(3 + 30) - 7 * DAY, after(-5)),)
    assert state.swept == ()
    assert state.first_sweep_at == state.last_sweep_at == state.last_run_at == T0


def test_coverage_is_confirmed_by_a_later_sweep() -> None:
    state = advanced(known(), mode=Mode.SWEEP)
    assert state.swept == (Interval(after(3 + 30) - 7 * DAY, after(-3600 - 5)),)
    assert state.first_sweep_at == after(-86400)


def test_coverage_keeps_the_hole_of_a_downtime_beyond_the_retention() -> None:
    down = known(polled=(Interval(after(-20 * 86400), after(-10 * 86400)),))
    state = advanced(down, mode=Mode.SWEEP, frontier=after(-10 * 86400))
    assert len(state.polled) == 2
    assert state.polled[1].start == after(3 + 30) - 7 * DAY


def test_coverage_without_known_retention_is_what_rows_prove() -> None:
    source = make_source(retention=None)
    first = advanced(StreamState(), source, mode=Mode.SWEEP, frontier=None, shown_for=8 * MINUTE)
    # Those 8 minutes, less a margin, before the last page: what was older may have left before its page.
    assert first.polled == (Interval(after(3 - 8 * 60 + 24), after(-5)),)
    empty = advanced(StreamState(), source, mode=Mode.SWEEP, frontier=None)
    assert empty.polled == ()


def test_late_task_widens_the_lookback_and_downgrades() -> None:
    swept = known(swept=(Interval(after(-86400), after(-60)),))
    state = advanced(swept, late_by=5 * MINUTE)
    assert state.lookback == 10 * MINUTE
    assert state.swept == (Interval(after(-86400), after(-600 - 5)),)
    assert state.polled[-1].end == after(-5)


def test_state_remembers_the_latest_run_of_each_kind() -> None:
    newer = known(last_run_at=after(50), last_sweep_at=after(40))
    state = advanced(newer, mode=Mode.SWEEP)
    assert (state.last_run_at, state.last_sweep_at) == (after(50), after(40))


# Outcomes


@pytest.mark.parametrize(
    ("ended", "failed", "verdict"),
    [
        (100, 5, OutcomeFilter.TRUSTED),
        (100, 0, OutcomeFilter.UNPROVEN),
        (3, 3, OutcomeFilter.UNPROVEN),
        (10, 10, OutcomeFilter.IGNORED),
        (0, 0, OutcomeFilter.UNPROVEN),
    ],
)
def test_filter_is_judged_by_a_proper_subset(ended: int, failed: int, verdict: OutcomeFilter) -> None:
    assert judge_filter(OutcomeFilter.UNPROVEN, ended=ended, failed=failed) is verdict


def test_filter_once_trusted_stays_so_while_nothing_failed() -> None:
    assert judge_filter(OutcomeFilter.TRUSTED, ended=5, failed=0) is OutcomeFilter.TRUSTED


def test_filter_that_proved_useless_is_tried_again_daily() -> None:
    assert is_worth_asking(OutcomeFilter.UNPROVEN, T0, T0)
    assert is_worth_asking(OutcomeFilter.REJECTED, None, T0)
    assert not is_worth_asking(OutcomeFilter.IGNORED, T0, T0 + HOUR)
    assert is_worth_asking(OutcomeFilter.IGNORED, T0, T0 + DAY)


def test_frontier_of_unknown_retention_is_no_older_than_the_last_run() -> None:
    """The coverage may end long before it: what came and went in between, nobody has seen."""
    source = make_source(retention=None)
    state = known(polled=(Interval(after(-86400), after(-9000)),))
    assert run_plan.claimed_frontier(state, source, T0) == after(-70)
