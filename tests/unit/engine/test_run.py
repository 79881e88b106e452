"""Runs of a stream against a changing cloud, with the database in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from unittest import mock

import pytest

from syncer.errors import Retryable, Stopped, StoreUnavailable
from syncer.model import Facts, Interval, Mode, Page, Query, RunStatus, Status
from syncer.planning.intervals import union
from tests.support import fakes
from tests.support.engine_runs import ALL_FACTS, ORDERS, run, run_with, wrong_tasks
from tests.support.fake_store import FakeStore
from tests.support.fakes import MPS_FACTS, TAT_FACTS, VOD_FACTS, Cloud, Kill, Trouble


@pytest.mark.parametrize("facts", ALL_FACTS)
@pytest.mark.parametrize("sorting", ORDERS)
def test_run_follows_a_changing_cloud(facts: Facts, sorting: fakes.Sorting) -> None:
    cloud = Cloud(facts, fakes.make_tasks(240, ending=fakes.after(700)), sorting=sorting)
    store = FakeStore()
    for _ in range(10):
        cloud.pass_time(60)
        begun_at = cloud.clock
        assert run(cloud, store).status is RunStatus.SUCCEEDED, store.errors
        assert wrong_tasks(store, cloud, begun_at) == {}
    assert len(store.rows) > 200


@pytest.mark.parametrize("facts", ALL_FACTS)
def test_poll_stops_where_the_order_is_known(facts: Facts) -> None:
    cloud = Cloud(facts, fakes.make_tasks(800))
    store = FakeStore()
    whole_list = run(cloud, store).requests
    cloud.pass_time(60)
    assert run(cloud, store).requests < whole_list / 4


def test_first_run_is_a_sweep() -> None:
    assert run(Cloud(VOD_FACTS, fakes.make_tasks(5)), FakeStore()).mode is Mode.SWEEP


@pytest.mark.parametrize("facts", ALL_FACTS)
def test_poll_after_downtime_stays_a_poll_and_leaves_no_hole(facts: Facts) -> None:
    cloud = Cloud(facts, fakes.make_tasks(1500, every=60, ending=fakes.after(4000)))
    store = FakeStore()
    for _ in range(2):
        run(cloud, store)
        cloud.pass_time(60)
    cloud.pass_time(3600)
    sweep_calls, begun_at = len(cloud.calls), cloud.clock
    report = run(cloud, store)
    assert (report.mode, report.status) == (Mode.POLL, RunStatus.SUCCEEDED)
    assert len(cloud.calls) - sweep_calls < sweep_calls
    assert wrong_tasks(store, cloud, begun_at) == {}
    (covered,) = store.stream_state.polled
    assert covered.end >= begun_at - timedelta(seconds=6)


def test_complete_run_records_the_ceiling_it_claims() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(60)), FakeStore()
    run(cloud, store, page_size=5)
    *earlier, last = store.batches
    assert last.state is not None
    assert last.ceiling_at == last.state.polled[-1].end
    assert {batch.ceiling_at for batch in earlier} <= {None}


def test_failed_run_records_no_ceiling() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(60)), FakeStore()
    with mock.patch.object(Cloud, "__call__", side_effect=Retryable("unreachable")):
        assert run(cloud, store).status is RunStatus.FAILED
    assert [batch.ceiling_at for batch in store.batches] == [None]


def test_second_sweep_of_an_unchanged_cloud_writes_nothing() -> None:
    cloud, store = Cloud(MPS_FACTS, fakes.make_tasks(300, ending=fakes.after(-9000))), FakeStore()
    run(cloud, store)
    report = run(cloud, store, Mode.SWEEP)
    assert (report.counts.inserted, report.counts.updated) == (0, 0)
    assert store.versions == {}


def test_coverage_of_sweeps_and_polls_is_one_interval_up_to_the_ceiling() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(50)), FakeStore()
    for _ in range(3):
        run(cloud, store)
        cloud.pass_time(60)
    begun_at = fakes.after(0)
    (polled,) = store.stream_state.polled
    assert begun_at <= polled.start + timedelta(days=7) <= begun_at + timedelta(seconds=60)
    assert polled.end <= cloud.clock - timedelta(seconds=60 + 5)
    assert union(store.stream_state.polled, store.stream_state.swept) == store.stream_state.polled


def test_failed_run_does_not_advance_the_coverage() -> None:
    cloud, store = Cloud(MPS_FACTS, fakes.make_tasks(100)), FakeStore()
    run(cloud, store)
    before = store.stream_state
    cloud.pass_time(60)
    cloud.trouble = Trouble(None, Retryable("the API is unavailable"))
    assert run(cloud, store).status is RunStatus.FAILED
    assert store.stream_state == before
    assert store.errors == ["the API is unavailable"]


def test_killed_sweep_resumes_at_its_cursor() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(1200, every=1.0, ending=fakes.after(-9000))), FakeStore()
    cloud.call_takes = timedelta(seconds=1)
    cloud.trouble = Trouble(*[None] * 24, Kill())
    with pytest.raises(Kill):
        run(cloud, store)
    stored, calls = len(store.rows), len(cloud.calls)
    assert 0 < stored < 1200
    report = run(cloud, store)
    assert report.status is RunStatus.SUCCEEDED
    assert len(store.rows) == 1200
    assert len(cloud.calls) - calls < 1200 / 20 - stored / 20 + 10


def test_interrupted_run_commits_what_it_read() -> None:
    cloud, store = Cloud(MPS_FACTS, fakes.make_tasks(500, ending=fakes.after(-9000))), FakeStore()
    cloud.trouble = Trouble(*[None] * 10, Stopped("stopping"))
    assert run(cloud, store).status is RunStatus.INTERRUPTED
    assert len(store.rows) >= 100
    assert run(cloud, store).status is RunStatus.SUCCEEDED
    assert len(store.rows) == 500
    assert Status.FINISHED not in {row.task.status for row in store.rows.values()}


def test_late_task_widens_the_lookback_and_is_counted() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(50)), FakeStore()
    run(cloud, store)
    cloud.pass_time(60)
    run(cloud, store)
    hidden_at = cloud.clock - timedelta(seconds=50)
    cloud.tasks.append(fakes.CloudTask("hidden", hidden_at, hidden_at, hidden_at))
    cloud.pass_time(60)
    assert run(cloud, store, Mode.SWEEP).counts.late == 1
    assert store.stream_state.lookback is not None
    assert store.stream_state.lookback > timedelta(seconds=60)


def test_task_created_in_the_future_does_not_advance_the_coverage() -> None:
    cloud, store = Cloud(TAT_FACTS, fakes.make_tasks(50)), FakeStore()
    run(cloud, store)
    end = store.stream_state.polled[-1].end if store.stream_state.polled else fakes.T0
    future = fakes.after(10**7)
    cloud.tasks.append(fakes.CloudTask("future", future, future, future))
    cloud.pass_time(60)
    run(cloud, store)
    assert store.stream_state.polled[-1].end < cloud.clock
    assert end < cloud.clock


def test_clock_ahead_of_the_provider_does_not_extend_the_claim() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(50)), FakeStore()
    true_time = cloud.clock
    cloud.now = lambda: true_time + timedelta(minutes=10)  # type: ignore[method-assign]
    run(cloud, store)
    assert store.stream_state.polled[-1] == Interval(
        store.stream_state.polled[-1].start, true_time - timedelta(seconds=5)
    )


def test_unreachable_database_ends_the_run() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(50)), FakeStore()
    store.trouble = Trouble(StoreUnavailable("unavailable"), StoreUnavailable("still unavailable"))
    assert run(cloud, store).status is RunStatus.FAILED
    assert store.rows == {}


def test_two_states_of_a_task_on_one_page_are_two_versions() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(3, ending=fakes.after(-9000))), FakeStore()

    def with_earlier_state(query: Query) -> Page:
        page = cloud(query)
        earlier = [
            replace(ended, fingerprint=b"before", task=replace(ended.task, status=Status.RUNNING, rank=1))
            for ended in page.sightings[:1]
        ]
        return replace(page, sightings=(*earlier, *page.sightings), total=None)

    run_with(with_earlier_state, cloud, store)
    assert [len(states) for states in store.versions.values()] == [1]
