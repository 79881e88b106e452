"""Calls by id: refused ids, errors, and responses with too few rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from syncer.errors import PageRefused, Retryable, StoreUnavailable
from syncer.model import Batch, Page, Query, RunStatus
from tests.support import fakes
from tests.support.engine_runs import run, run_with
from tests.support.fake_store import FakeStore
from tests.support.fakes import TAT_FACTS, VOD_FACTS, Cloud


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
