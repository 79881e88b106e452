"""Outcomes of ended tasks from a filtered list, stored once the filter is trusted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from unittest import mock

import pytest

from syncer.engine import run_stream
from syncer.engine.batch_writer import BatchLimits
from syncer.model import Mode, OutcomeFilter, Page, Query, RunStatus, Status, StreamState
from tests.support import fakes
from tests.support.engine_runs import run, run_with
from tests.support.fake_store import FakeStore
from tests.support.fakes import MPS_FACTS, Cloud, Kill, Trouble


def test_no_outcome_is_stored_before_the_filter_is_trusted() -> None:
    tasks = [t for t in fakes.make_tasks(100, ending=fakes.after(-9000)) if not t.failed]
    cloud, store = Cloud(MPS_FACTS, tasks), FakeStore()
    run(cloud, store)
    assert {row.task.status for row in store.rows.values()} == {Status.FINISHED}
    assert store.stream_state.outcome_filter is OutcomeFilter.UNPROVEN


@pytest.mark.parametrize(
    ("filter_is", "verdict"),
    [("ignored", OutcomeFilter.IGNORED), ("refused", OutcomeFilter.REJECTED)],
)
def test_useless_filter_is_detected_and_retried_after_a_day(filter_is: str, verdict: OutcomeFilter) -> None:
    cloud = Cloud(MPS_FACTS, fakes.make_tasks(100, ending=fakes.after(-9000)), filter_is=filter_is)
    store = FakeStore()
    assert run(cloud, store).status is RunStatus.SUCCEEDED
    assert store.stream_state.outcome_filter is verdict
    assert {row.task.status for row in store.rows.values()} == {Status.FINISHED}
    cloud.calls.clear()
    cloud.pass_time(60)
    run(cloud, store)
    assert "FINISH.failed" not in {query.list_name for query in cloud.calls}
    cloud.pass_time(86400)
    run(cloud, store)
    assert "FINISH.failed" in {query.list_name for query in cloud.calls}


def test_outcome_found_in_the_same_run_makes_no_version() -> None:
    cloud, store = Cloud(MPS_FACTS, fakes.make_tasks(100, ending=fakes.after(-9000))), FakeStore()
    run(cloud, store)
    assert {row.task.status for row in store.rows.values()} == {Status.SUCCEEDED, Status.FAILED}
    assert store.versions == {}


def test_outcomes_of_an_unsteady_list_are_not_stored() -> None:
    cloud, store = Cloud(MPS_FACTS, fakes.make_tasks(100, ending=fakes.after(-9000))), FakeStore()

    def unsteady(query: Query) -> Page:
        page = cloud(query)
        if query.list_name != "FINISH.failed":
            return page
        hidden = len(cloud.calls) % len(page.sightings) if page.sightings else 0
        shown = [sighting for place, sighting in enumerate(page.sightings) if place != hidden]
        return replace(page, sightings=tuple(shown), total=1000)

    assert run_with(unsteady, cloud, store).status is RunStatus.FAILED
    assert {row.task.status for row in store.rows.values()} == {Status.FINISHED}


def test_outcomes_are_stored_in_batches() -> None:
    cloud, store = Cloud(MPS_FACTS, fakes.make_tasks(200, ending=fakes.after(-9000))), FakeStore()
    stream = fakes.make_stream(page_size=20)
    limits = BatchLimits(rows=30)
    with mock.patch("syncer.engine.batch_writer.BatchLimits", return_value=limits):
        run_stream(store, cloud, stream=stream, facts=MPS_FACTS, wanted=Mode.POLL)
    assert max(len(batch.sightings) for batch in store.batches) <= 40
    assert {row.task.status for row in store.rows.values()} == {Status.SUCCEEDED, Status.FAILED}


def test_filter_that_becomes_ignored_changes_no_outcome() -> None:
    cloud, store = Cloud(MPS_FACTS, fakes.make_tasks(300)), FakeStore()
    run(cloud, store, page_size=5)
    before = {i: row.task.status for i, row in store.rows.items() if not row.task.is_open}
    cloud.filter_is = "ignored"
    for _ in range(3):
        cloud.pass_time(60)
        run(cloud, store, page_size=5)
    assert store.stream_state.outcome_filter is OutcomeFilter.IGNORED
    assert {i: store.rows[i].task.status for i in before} == before


def test_task_stored_before_an_interruption_gets_no_false_outcome() -> None:
    tasks = fakes.make_tasks(300, every=20, ending=fakes.after(-100))
    cloud, store = Cloud(MPS_FACTS, tasks, retention=timedelta(hours=2)), FakeStore()
    run(cloud, store, retention=timedelta(hours=2))
    store = FakeStore(stream_state=StreamState(outcome_filter=OutcomeFilter.TRUSTED))
    cloud.trouble = Trouble(*[None] * 15, Kill())
    with pytest.raises(Kill):
        run(cloud, store, retention=timedelta(hours=2))
    cloud.pass_time(1500)
    cloud.trouble = Trouble()
    assert run(cloud, store, retention=timedelta(hours=2)).status is RunStatus.SUCCEEDED
    failed = {task.task_id for task in tasks if task.failed}
    succeeded = {i for i, row in store.rows.items() if row.task.status is Status.SUCCEEDED}
    assert succeeded
    assert not succeeded & failed
