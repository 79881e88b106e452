"""What the promises of docs/reliability.md rest on, where no other test would notice its absence."""

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
from tests.support.fake_store import FakeStore
from tests.support.fakes import AICCS_FACTS, MPS_FACTS, T0, TAT_FACTS, Cloud


def sweep(cloud: Cloud, store: FakeStore, fetch: Callable[[Query], Page] | None = None) -> RunReport:
    """A sweep of `cloud`, whose retention nobody knows; `fetch` may stand before it."""

    class Between:
        now = cloud.now

        def __call__(self, query: Query) -> Page:
            return (fetch or cloud)(query)

    stream = fakes.make_stream(retention=None, page_size=20)
    return run_stream(store, Between(), stream=stream, facts=cloud.facts, wanted=Mode.SWEEP)


@pytest.mark.parametrize("gone", [15, 30], ids=["less than a page", "more than a page"])
def test_rows_that_move_up_between_two_pages_are_read(gone: int) -> None:
    cloud = Cloud(TAT_FACTS, fakes.make_tasks(100, ending=fakes.after(-100)), sorting=fakes.oldest_created)

    def forgetting(query: Query) -> Page:
        page = cloud(query)
        if len(cloud.calls) == 2:
            del cloud.tasks[:gone]
        # No total: nothing but the overlap tells that rows were passed over.
        return replace(page, total=None)

    store = FakeStore()
    assert sweep(cloud, store, forgetting).status is RunStatus.SUCCEEDED
    assert len(cloud.tasks) == 100 - gone
    assert {task.task_id for task in cloud.tasks} <= store.rows.keys()


def test_half_a_page_is_not_stored_as_progress() -> None:
    """Two states of a task on one page are two batches; the first of them does not end the page."""
    cloud, store = Cloud(TAT_FACTS, fakes.make_tasks(3, ending=fakes.after(-100))), FakeStore()
    page = cloud(Query(list_name="ALL", limit=20))
    run = store.start(Mode.SWEEP, T0)
    writer = BatchWriter(store, run)
    writer.add(twice(page), checkpoint(run, "20"), twice(page).sightings)
    assert [batch.checkpoint for batch in store.batches] == [None]
    writer.flush()
    assert store.batches[-1].checkpoint == checkpoint(run, "20")


def twice(page: Page) -> Page:
    """`page` with an earlier state of its first task before all others."""
    first = page.sightings[0]
    earlier: Sighting = replace(
        first, fingerprint=b"before", task=replace(first.task, status=Status.RUNNING, rank=1)
    )
    return replace(page, sightings=(earlier, *page.sightings))


def checkpoint(run: Run, cursor: str) -> Checkpoint:
    return Checkpoint(started_at=run.started_at, saved_at=T0, scan="ALL", cursor=cursor)


def test_open_task_that_a_complete_scan_does_not_show_is_lost() -> None:
    """Nobody knows the retention of this list, so no window can close; the scan alone tells."""
    tasks = fakes.make_tasks(30, ending=fakes.after(-1))
    cloud, store = Cloud(AICCS_FACTS, tasks), FakeStore()
    sweep(cloud, store)
    gone = next(i for i, row in store.rows.items() if row.task.is_open)
    cloud.tasks = [task for task in cloud.tasks if task.task_id != gone]
    assert sweep(cloud, store).counts.lost == 1
    assert store.rows[gone].lost_at is not None


def test_list_that_stops_early_proves_only_what_every_possible_order_shows() -> None:
    """Sorted by creation and by finish alike, it has not shown all that were created since the boundary."""
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
    # Nothing is known of the list of members, so it is read whole; as if the filter had not been tried yet.
    store.stream_state = replace(
        store.stream_state, orders={"FINISH.failed": learned}, outcome_filter=OutcomeFilter.UNPROVEN
    )
    cloud.calls.clear()
    cloud.pass_time(60)
    run_stream(store, cloud, stream=stream, facts=MPS_FACTS, wanted=Mode.POLL)
    asked = [query.list_name for query in cloud.calls]
    assert asked.count("FINISH.failed") < asked.count("FINISH")
    assert store.stream_state.outcome_filter is not OutcomeFilter.TRUSTED
    assert {row.task.status for row in store.rows.values()} == {Status.FINISHED}


def test_task_that_left_before_its_page_was_read_is_not_claimed() -> None:
    """Of a list whose retention nobody knows: what a first page shows may be gone from the last one."""

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
