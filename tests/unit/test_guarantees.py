"""Mechanisms behind the guarantees of docs/reliability.md that no other test would fail without."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from syncer.engine import RunReport, run_stream
from syncer.engine.batch_writer import BatchWriter
from syncer.model import (
    Checkpoint,
    Mode,
    Order,
    OutcomeFilter,
    Page,
    Query,
    Run,
    RunStatus,
    Sighting,
    Status,
)
from tests.support import fakes
from tests.support.engine_runs import run_with
from tests.support.fake_store import FakeStore
from tests.support.fakes import AICCS_FACTS, MPS_FACTS, T0, TAT_FACTS, Cloud


def sweep(cloud: Cloud, store: FakeStore, fetch: Callable[[Query], Page] | None = None) -> RunReport:
    """Sweep `cloud` with an unknown retention, and with the pages of `fetch` if given; return the report."""
    return run_with(fetch or cloud, cloud, store, Mode.SWEEP, retention=None)


@pytest.mark.parametrize("gone", [15, 30], ids=["less than a page", "more than a page"])
def test_rows_that_move_up_between_two_pages_are_read(gone: int) -> None:
    cloud = Cloud(TAT_FACTS, fakes.make_tasks(100, ending=fakes.after(-100)), sorting=fakes.oldest_created)

    def forgetting(query: Query) -> Page:
        page = cloud(query)
        if len(cloud.calls) == 2:
            del cloud.tasks[:gone]
        # Without a total, only the missing overlap shows that rows lie between the pages.
        return replace(page, total=None)

    store = FakeStore()
    assert sweep(cloud, store, forgetting).status is RunStatus.SUCCEEDED
    assert len(cloud.tasks) == 100 - gone
    assert {task.task_id for task in cloud.tasks} <= store.rows.keys()


def test_half_a_page_is_not_stored_as_progress() -> None:
    """Two states of a task on one page are two batches; the first one does not complete the page."""
    cloud, store = Cloud(TAT_FACTS, fakes.make_tasks(3, ending=fakes.after(-100))), FakeStore()
    page = cloud(Query(list_name="ALL", limit=20))
    run = store.start(Mode.SWEEP, T0)
    writer = BatchWriter(store, run)
    writer.add(with_earlier_state(page), checkpoint(run, "20"), with_earlier_state(page).sightings)
    assert [batch.checkpoint for batch in store.batches] == [None]
    writer.flush()
    assert store.batches[-1].checkpoint == checkpoint(run, "20")


def with_earlier_state(page: Page) -> Page:
    """`page` with an earlier state of its first task before all others."""
    first = page.sightings[0]
    earlier: Sighting = replace(
        first, fingerprint=b"before", task=replace(first.task, status=Status.RUNNING, rank=1)
    )
    return replace(page, sightings=(earlier, *page.sightings))


def checkpoint(run: Run, cursor: str) -> Checkpoint:
    return Checkpoint(started_at=run.started_at, saved_at=T0, scan="ALL", cursor=cursor)


def test_open_task_that_a_complete_scan_does_not_show_is_lost() -> None:
    """The retention of this list is unknown, so no task can be lost by its age: only by the scan."""
    tasks = fakes.make_tasks(30, ending=fakes.after(-1))
    cloud, store = Cloud(AICCS_FACTS, tasks), FakeStore()
    sweep(cloud, store)
    gone = next(i for i, row in store.rows.items() if row.task.is_open)
    cloud.tasks = [task for task in cloud.tasks if task.task_id != gone]
    assert sweep(cloud, store).counts.lost == 1
    assert store.rows[gone].lost_at is not None


def test_list_that_stops_early_proves_only_what_every_possible_order_shows() -> None:
    """A list in creation and in finish order may not have shown all tasks created since the boundary."""
    tasks = [
        fakes.CloudTask(f"t{n}", fakes.after(-4 * n), fakes.after(1 - 4 * n), fakes.after(2 - 4 * n))
        for n in range(-30, 300)
    ]
    cloud = Cloud(MPS_FACTS, tasks, filter_is="ignored")
    store = FakeStore()
    stream = fakes.make_stream(page_size=20, lookback_min=timedelta(minutes=10))
    run_stream(store, cloud, stream=stream, facts=MPS_FACTS, wanted=Mode.SWEEP)
    learned = store.stream_state.orders["FINISH.failed"]
    assert learned >= {Order.CREATED_DESC, Order.FINISHED_DESC}
    # Without a learned order the PRIMARY list is read to the end. The filter is as if it was not tried yet.
    store.stream_state = replace(
        store.stream_state, orders={"FINISH.failed": learned}, outcome_filter=OutcomeFilter.UNPROVEN
    )
    cloud.calls.clear()
    cloud.pass_time(60)
    run_stream(store, cloud, stream=stream, facts=MPS_FACTS, wanted=Mode.POLL)
    lists = [query.list_name for query in cloud.calls]
    assert lists.count("FINISH.failed") < lists.count("FINISH")
    assert store.stream_state.outcome_filter is not OutcomeFilter.TRUSTED
    assert {row.task.status for row in store.rows.values()} == {Status.FINISHED}


def test_task_that_left_before_its_page_was_read_is_not_claimed() -> None:
    """With an unknown retention: a task of the first page may have left the list before the last page."""

    def ended(name: str, age: float) -> fakes.CloudTask:
        return fakes.CloudTask(name, fakes.after(-age), fakes.after(-age), fakes.after(-age))

    young = [ended(f"t{n:03}", 10) for n in range(98)]
    cloud = Cloud(
        TAT_FACTS,
        [ended("first", 980), *young, ended("last", 945)],
        sorting=lambda task: (task.task_id != "first", task.task_id == "last", task.task_id),
        retention=timedelta(seconds=1000),
        call_takes=timedelta(seconds=10),
    )
    store = FakeStore()
    assert sweep(cloud, store).status is RunStatus.SUCCEEDED
    assert "first" in store.rows
    assert "last" not in store.rows
    (claimed,) = store.stream_state.polled
    assert fakes.after(-945) < claimed.start < fakes.after(-10)
