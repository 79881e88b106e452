"""Open tasks that no scan shows: found by status, by id or further down, or marked as lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from syncer.engine.open_tasks import OpenTaskPlan
from syncer.engine.scan_results import ScanResults
from syncer.errors import ProtocolError
from syncer.model import Facts, Mode, OpenTask, Order, Query, RunStatus, Status
from tests.support import fakes
from tests.support.engine_runs import run
from tests.support.fake_store import FakeStore
from tests.support.fakes import AICCS_FACTS, MPS_FACTS, VOD_FACTS, Cloud


def test_open_task_is_followed_to_its_end_below_the_frontier() -> None:
    late = fakes.CloudTask("late", fakes.after(-90000), fakes.after(-80000), fakes.after(300), True)
    cloud = Cloud(MPS_FACTS, [*fakes.make_tasks(900, every=60, ending=fakes.after(600)), late])
    store = FakeStore()
    for _ in range(8):
        run(cloud, store)
        cloud.pass_time(60)
    assert store.rows["late"].task.status is Status.FAILED
    assert store.stream_state.orders["FINISH"] >= {Order.CREATED_DESC}


def test_open_task_that_left_the_window_is_lost_until_shown_again() -> None:
    long = fakes.CloudTask("long", fakes.after(-86400 * 7 + 600), fakes.after(0), fakes.after(10**6))
    cloud, store = Cloud(VOD_FACTS, [long, *fakes.make_tasks(50)]), FakeStore()
    run(cloud, store)
    assert store.rows["long"].lost_at is None
    cloud.pass_time(700)
    assert run(cloud, store, Mode.SWEEP).counts.lost == 1
    assert store.rows["long"].lost_at is not None
    cloud.retention = timedelta(days=8)
    run(cloud, store, Mode.SWEEP)
    assert store.rows["long"].lost_at is None
    assert len(store.versions["long"]) == 2


def test_ended_task_shown_as_open_is_confirmed_by_id() -> None:
    cloud = Cloud(AICCS_FACTS, fakes.make_tasks(60, ending=fakes.after(-9000)), is_ranked=False)
    store = FakeStore()
    run(cloud, store)
    cloud.stale.add("t00050")
    cloud.pass_time(60)
    cloud.calls.clear()
    run(cloud, store, Mode.SWEEP)
    assert ("t00050",) in [query.ids for query in cloud.calls]
    assert not store.rows["t00050"].task.is_open
    assert "t00050" not in store.versions


def test_ended_task_that_really_runs_again_is_a_version() -> None:
    again = fakes.CloudTask(
        "again", fakes.after(-99), fakes.after(-90), fakes.after(-50), reopened_at=fakes.after(30)
    )
    cloud = Cloud(AICCS_FACTS, [again, *fakes.make_tasks(60)], is_ranked=False)
    store = FakeStore()
    run(cloud, store)
    assert store.rows["again"].task.status is Status.SUCCEEDED
    cloud.pass_time(60)
    run(cloud, store, Mode.SWEEP)
    assert store.rows["again"].task.status is Status.RUNNING
    assert [task.status for task in store.versions["again"]] == [Status.SUCCEEDED]


def test_failed_list_of_open_tasks_marks_none_as_lost() -> None:
    open_tasks = [
        fakes.CloudTask(f"o{n}", fakes.after(-50), fakes.after(9999), fakes.after(99999)) for n in range(30)
    ]
    cloud, store = Cloud(MPS_FACTS, [*open_tasks, *fakes.make_tasks(50)]), FakeStore()
    run(cloud, store)
    cloud.pass_time(60)
    cloud.calls.clear()

    def broken(query: Query) -> None:
        if query.list_name == "WAITING" and query.cursor:
            raise ProtocolError("not JSON")

    cloud.trouble = broken
    report = run(cloud, store)
    assert report.status is RunStatus.FAILED
    assert not [query for query in cloud.calls if query.ids]
    assert report.counts.lost == 0
    assert "FINISH" in {query.list_name for query in cloud.calls}


def test_many_open_tasks_are_read_by_status() -> None:
    ended_at = fakes.after(10**6)
    tasks = [
        fakes.CloudTask(f"o{n:03}", fakes.after(n - 90000), fakes.after(-80000), ended_at) for n in range(60)
    ]
    cloud = Cloud(AICCS_FACTS, [*tasks, *fakes.make_tasks(400)])
    store = FakeStore()
    run(cloud, store)
    cloud.pass_time(60)
    cloud.calls.clear()
    run(cloud, store)
    assert "running" in {query.list_name for query in cloud.calls}
    assert not [query for query in cloud.calls if query.ids]


def test_open_tasks_are_found_in_a_deeper_window_where_that_is_cheaper() -> None:
    ended_at = fakes.after(10**6)
    tasks = [fakes.CloudTask(f"o{n}", fakes.after(n - 400), fakes.after(-300), ended_at) for n in range(30)]
    cloud, store = Cloud(VOD_FACTS, [*tasks, *fakes.make_tasks(40)]), FakeStore()
    run(cloud, store)
    cloud.pass_time(60)
    cloud.calls.clear()
    report = run(cloud, store)
    assert report.mode is Mode.POLL
    assert not [query for query in cloud.calls if query.ids]
    assert len(cloud.calls) <= 70 / 20 + 1


def test_many_tasks_that_ended_below_the_frontier_are_read_in_the_list() -> None:
    tasks = [
        fakes.CloudTask(f"o{n:03}", fakes.after(n - 90000), fakes.after(-80000), fakes.after(30), n % 5 == 0)
        for n in range(120)
    ]
    cloud = Cloud(MPS_FACTS, [*tasks, *fakes.make_tasks(400, ending=fakes.after(-600))])
    store = FakeStore()
    run(cloud, store)
    cloud.pass_time(60)
    cloud.calls.clear()
    assert run(cloud, store).status is RunStatus.SUCCEEDED
    assert not [query for query in cloud.calls if query.ids]
    outcomes = {store.rows[task.task_id].task.status for task in tasks}
    assert outcomes == {Status.SUCCEEDED, Status.FAILED}


# The plan


def make_plan(*task_ids: str, facts: Facts = MPS_FACTS, **results: Any) -> OpenTaskPlan:
    tasks = {i: OpenTask(task_id=i, created_at=fakes.after(-60), first_seen_at=fakes.T0) for i in task_ids}
    return OpenTaskPlan(tasks, fakes.make_source(page_size=100), facts, ScanResults(**results))


def test_plan_reads_the_ended_lists_where_that_costs_fewer_calls_than_ids() -> None:
    plan = make_plan(*"abcde", primary_total=200)  # Two pages of each of the two lists.
    assert plan.next_ids(fakes.T0, ()) == []
    assert [scan.name for scan in plan.next_deeper_scans()] == ["FINISH", "FINISH.failed"]


def test_plan_asks_by_id_where_that_costs_fewer_calls() -> None:
    plan = make_plan(*"abc", primary_total=200)
    assert plan.next_ids(fakes.T0, {"reopened"}) == [*"abc", "reopened"]
    plan.mark_seen("ab")
    assert [scan.name for scan in plan.next_deeper_scans()] == ["FINISH", "FINISH.failed"]
    plan.mark_seen("c")
    assert plan.next_deeper_scans() == ()


def test_plan_does_not_read_a_list_again_that_was_read_to_its_end() -> None:
    plan = make_plan(*"abcde", primary_total=200, read_all_primary=True)
    assert plan.next_ids(fakes.T0, ()) == [*"abcde"]
    assert plan.next_deeper_scans() == ()


def test_plan_asks_once_for_the_outcome_of_a_task_that_was_open() -> None:
    plan = make_plan("open", primary_total=200)
    plan.add_without_outcome(["open", "ended before the run"])
    plan.mark_seen(["open"])
    assert plan.next_ids(fakes.T0, ()) == ["open"]
    assert plan.next_ids(fakes.T0, ()) == []
    assert plan.next_deeper_scans() == ()
