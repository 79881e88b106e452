"""The plan of a run: mode, boundary, scans, resuming, calls by id."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from syncer.model import Checkpoint, Interval, Mode, OpenTask, Run, StreamState
from syncer.planning import run_plan
from syncer.planning.order import Boundary
from syncer.planning.scans import Scan
from tests.support.fakes import AICCS_FACTS, MPS_FACTS, T0, TAT_FACTS, VOD_FACTS, after, make_source
from tests.support.planning_values import make_state

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def test_mode_is_as_wanted_after_the_first_sweep() -> None:
    assert run_plan.next_mode(Mode.POLL, StreamState()) is Mode.SWEEP
    assert run_plan.next_mode(Mode.POLL, make_state()) is Mode.POLL
    assert run_plan.next_mode(Mode.SWEEP, make_state()) is Mode.SWEEP


def test_lookback_stays_between_its_bounds() -> None:
    source = make_source(lookback_min=MINUTE, lookback_max=HOUR)
    assert run_plan.lookback(StreamState(), source) == MINUTE
    assert run_plan.lookback(make_state(lookback=10 * MINUTE), source) == 10 * MINUTE
    assert run_plan.lookback(make_state(lookback=DAY), source) == HOUR


def test_boundary_is_a_lookback_before_the_end_of_coverage() -> None:
    limit = run_plan.boundary(make_state(), make_source())
    assert limit == Boundary(created_at=after(-70), changed_at=after(-70))


def test_boundary_without_coverage_is_before_the_first_sweep() -> None:
    limit = run_plan.boundary(make_state(polled=()), make_source())
    assert limit is not None
    assert limit.created_at == after(-86400 - 5 - 10)
    assert run_plan.boundary(StreamState(), make_source()) is None


def scan_names(facts: object, mode: Mode) -> list[str]:
    limit = Boundary(created_at=after(-70), changed_at=after(-70))
    return [s.name for s in run_plan.plan_scans(facts, mode, limit, T0, 2 * DAY)]  # type: ignore[arg-type]


def test_scans_of_open_lists_come_first_in_lifecycle_order() -> None:
    assert scan_names(MPS_FACTS, Mode.POLL) == ["WAITING", "PROCESSING", "FINISH", "FINISH.failed"]


def test_scans_of_open_lists_are_not_planned_where_the_primary_list_shows_open_tasks() -> None:
    assert scan_names(AICCS_FACTS, Mode.POLL) == ["ALL"]
    assert [s.name for s in run_plan.open_scans(AICCS_FACTS)] == ["waiting", "running"]
    assert run_plan.open_scans(MPS_FACTS) == ()


def test_poll_reads_open_lists_to_the_end() -> None:
    limit = Boundary(created_at=T0, changed_at=T0)
    scans = run_plan.plan_scans(MPS_FACTS, Mode.POLL, limit, T0, None)
    assert [s.reads_to_end for s in scans] == [True, True, False, False]


def test_windows_of_a_poll_begin_at_the_frontier_and_have_no_end() -> None:
    limit = Boundary(created_at=after(-70), changed_at=after(-70))
    (scan,) = run_plan.plan_scans(VOD_FACTS, Mode.POLL, limit, T0, 7 * DAY)
    assert (scan.created_from, scan.created_to) == (after(-70), None)


@pytest.mark.parametrize("retention", [None, HOUR, 7 * DAY])
def test_windows_of_a_sweep_are_adjacent_and_unbounded(retention: timedelta | None) -> None:
    scans = run_plan.plan_scans(VOD_FACTS, Mode.SWEEP, None, T0, retention)
    assert scans[0].created_from is None
    assert scans[-1].created_to is None
    assert [s.created_to for s in scans[:-1]] == [s.created_from for s in scans[1:]]
    assert len({s.name for s in scans}) == len(scans)


def test_windows_have_the_same_edges_after_a_resume() -> None:
    def edges(at: datetime) -> set[datetime | None]:
        return {s.created_to for s in run_plan.plan_scans(VOD_FACTS, Mode.SWEEP, None, at, 7 * DAY)}

    assert len(edges(T0) & edges(T0 + MINUTE)) >= 7


def test_checkpoint_is_dropped_when_it_is_stale() -> None:
    saved = Checkpoint(started_at=T0, saved_at=T0, scan="FINISH", cursor="x")
    run = Run(run_id=1, mode=Mode.SWEEP, started_at=T0, checkpoint=saved)
    assert run_plan.drop_stale_checkpoint(run, T0 + MINUTE) is run
    fresh = run_plan.drop_stale_checkpoint(run, T0 + DAY)
    assert (fresh.checkpoint, fresh.started_at, fresh.run_id) == (None, T0 + DAY, 1)
    assert run_plan.drop_stale_checkpoint(fresh, T0 + 2 * DAY) is fresh


def test_scan_resumes_only_with_a_resumable_cursor() -> None:
    saved = Checkpoint(started_at=T0, saved_at=T0, scan="ALL", cursor="5")
    (scan,) = run_plan.ended_scans(TAT_FACTS)
    assert not run_plan.can_resume(scan, saved, TAT_FACTS)
    (scan,) = run_plan.ended_scans(VOD_FACTS)
    assert run_plan.can_resume(scan, saved, VOD_FACTS)
    waiting = Scan(listing=MPS_FACTS.lists[0], reads_to_end=True)
    moved = Checkpoint(started_at=T0, saved_at=T0, scan="WAITING", cursor="5")
    assert not run_plan.can_resume(waiting, moved, MPS_FACTS)


def test_frontier_is_claimed_after_the_first_sweep() -> None:
    assert run_plan.claimed_frontier(StreamState(), make_source()) is None
    assert run_plan.claimed_frontier(make_state(), make_source()) == after(-70)


def test_poll_is_late_after_more_than_two_intervals_and_the_lookback() -> None:
    source = make_source()
    assert run_plan.is_late(StreamState(), source, T0)
    assert not run_plan.is_late(make_state(last_run_at=T0), source, T0 + timedelta(seconds=130))
    assert run_plan.is_late(make_state(last_run_at=T0), source, T0 + timedelta(seconds=131))


def test_frontier_of_unknown_retention_is_no_older_than_the_last_run() -> None:
    """The coverage may end long before it: no run has read the tasks that appeared and left in between."""
    source = make_source(retention=None)
    state = make_state(polled=(Interval(after(-86400), after(-9000)),))
    assert run_plan.claimed_frontier(state, source) == after(-70)


def test_ids_of_open_tasks_are_sorted_by_age() -> None:
    tasks = [
        OpenTask(task_id="b", created_at=after(5), first_seen_at=T0),
        OpenTask(task_id="a", created_at=None, first_seen_at=after(9)),
        OpenTask(task_id="c", created_at=after(1), first_seen_at=T0),
    ]
    assert run_plan.ids_by_age(tasks) == ["c", "b", "a"]


def test_open_task_is_asked_for_while_a_call_by_id_can_return_it() -> None:
    old = OpenTask(task_id="a", created_at=T0, first_seen_at=T0)
    assert run_plan.can_ask_by_id(old, MPS_FACTS, DAY, T0 + HOUR)
    assert not run_plan.can_ask_by_id(old, MPS_FACTS, DAY, T0 + 2 * DAY)
    assert run_plan.can_ask_by_id(old, MPS_FACTS, None, T0 + 2 * DAY)
    assert not run_plan.can_ask_by_id(old, replace(MPS_FACTS, ids_per_request=0), None, T0)
