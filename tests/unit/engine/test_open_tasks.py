"""Open tasks that no scan shows: found by status, by id or further down, or marked as lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from syncer.errors import PageRefused, ProtocolError, Retryable, StoreUnavailable
from syncer.model import Batch, Mode, Order, Page, Query, RunStatus, Status
from tests.support import fakes
from tests.support.engine_runs import run, run_with
from tests.support.fake_store import FakeStore
from tests.support.fakes import AICCS_FACTS, MPS_FACTS, TAT_FACTS, VOD_FACTS, Cloud


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
    assert run(cloud, store).counts.lost == 1
    assert store.rows["long"].lost_at is not None
    cloud.retention = timedelta(days=8)
    run(cloud, store, Mode.SWEEP)
    assert store.rows["long"].lost_at is None
    assert len(store.versions["long"]) == 2


def test_id_that_the_api_refuses_does_not_hide_the_others() -> None:
    long = [fakes.CloudTask(f"l{n}", fakes.after(-9000 + n), fakes.T0, fakes.after(90)) for n in range(40)]
    cloud, store = Cloud(TAT_FACTS, [*long, *fakes.make_tasks(300, every=5)]), FakeStore()
    run(cloud, store)
    cloud.pass_time(100)

    def refuse(query: Query) -> None:
        if "l7" in query.ids:
            raise PageRefused("one of the ids is invalid")

    cloud.trouble = refuse
    assert run(cloud, store).status is RunStatus.SUCCEEDED
    still_open = {i for i in store.open_tasks() if i.startswith("l")}
    assert still_open == {"l7"}


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


def test_response_by_id_with_fewer_rows_than_its_total_proves_no_absence() -> None:
    long = [fakes.CloudTask(f"l{n}", fakes.after(-9000 + n), fakes.T0, fakes.after(10**6)) for n in range(5)]
    cloud, store = Cloud(TAT_FACTS, [*long, *fakes.make_tasks(300, every=5)]), FakeStore()
    run(cloud, store)
    cloud.pass_time(60)

    def hiding(query: Query) -> Page:
        page = cloud(query)
        return replace(page, sightings=page.sightings[:-1]) if query.ids else page

    assert run_with(hiding, cloud, store).status is RunStatus.FAILED
    assert len(store.open_tasks()) >= 5


def test_repeated_row_in_a_response_by_id_counts_once() -> None:
    long = [fakes.CloudTask(f"l{n}", fakes.after(-9000 + n), fakes.T0, fakes.after(10**6)) for n in range(5)]
    cloud, store = Cloud(TAT_FACTS, [*long, *fakes.make_tasks(300, every=5)]), FakeStore()
    run(cloud, store)
    cloud.pass_time(60)
    cloud.calls.clear()

    def repeating(query: Query) -> Page:
        page = cloud(query)
        return replace(page, sightings=page.sightings + page.sightings[:1]) if query.ids else page

    assert run_with(repeating, cloud, store).status is RunStatus.SUCCEEDED
    assert [query for query in cloud.calls if query.ids]


def test_calls_by_id_end_after_three_errors() -> None:
    long = [fakes.CloudTask(f"l{n}", fakes.after(-9000 + n), fakes.T0, fakes.after(10**6)) for n in range(9)]
    cloud, store = Cloud(VOD_FACTS, [*long, *fakes.make_tasks(50)]), FakeStore()
    run(cloud, store)
    cloud.pass_time(60)
    cloud.calls.clear()

    def broken(query: Query) -> None:
        if query.ids:
            raise Retryable("broken", code="InternalError")

    cloud.trouble = broken
    assert run(cloud, store, page_size=2).status is RunStatus.FAILED
    assert len([query for query in cloud.calls if query.ids]) == 3


def test_unavailable_database_ends_the_calls_by_id() -> None:
    long = [fakes.CloudTask(f"l{n}", fakes.after(-9000 + n), fakes.T0, fakes.after(10**6)) for n in range(9)]
    cloud, store = (
        Cloud(VOD_FACTS, [*long, *fakes.make_tasks(50)], call_takes=timedelta(seconds=6)),
        FakeStore(),
    )
    run(cloud, store)
    cloud.pass_time(60)
    cloud.calls.clear()

    def unavailable(batch: Batch) -> None:
        if any(sighting.is_confirmed for sighting in batch.sightings):
            raise StoreUnavailable("unavailable")

    store.trouble = unavailable
    report = run(cloud, store, page_size=2)
    assert isinstance(report.error, StoreUnavailable)
    # With the second page the batch is old enough for a commit.
    assert len([query for query in cloud.calls if query.ids]) == 2
