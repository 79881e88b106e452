"""Scans of lists whose cursors, totals or ends cannot be trusted."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from syncer.errors import CursorRefused, ProtocolError
from syncer.model import Facts, Page, Query, Rejected, RunStatus
from syncer.model.pagination import NumberedPaging
from tests.support import fakes
from tests.support.engine_runs import run, run_with, wrong_tasks
from tests.support.fake_store import FakeStore
from tests.support.fakes import AICCS_FACTS, MPS_FACTS, TAT_FACTS, VOD_FACTS, Cloud, Trouble


def test_refused_cursor_restarts_the_scan() -> None:
    cloud, store = Cloud(MPS_FACTS, fakes.make_tasks(200, ending=fakes.after(-9000))), FakeStore()
    cloud.trouble = Trouble(*[None] * 6, CursorRefused("the token is unknown"))
    assert run(cloud, store).status is RunStatus.SUCCEEDED
    assert len(store.rows) == 200


def test_cursor_refused_deep_in_a_long_list_restarts_the_scan() -> None:
    cloud, store = Cloud(MPS_FACTS, fakes.make_tasks(400, ending=fakes.after(-9000))), FakeStore()
    cloud.trouble = Trouble(*[None] * 70, CursorRefused("the token is unknown"))
    assert run(cloud, store, page_size=5).status is RunStatus.SUCCEEDED
    assert len(store.rows) == 400


def test_circular_cursor_restarts_the_scan() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(100, ending=fakes.after(-9000))), FakeStore()
    answer, circled = cloud.__call__, []

    def circling(query: Query) -> Page:
        page = answer(query)
        if query.cursor and len(circled) < 2 and page.next_cursor:
            circled.append(query.cursor)
            return replace(page, next_cursor=query.cursor)
        return page

    report = run_with(circling, cloud, store)
    assert report.status is RunStatus.SUCCEEDED
    assert len(circled) == 2
    assert len(store.rows) == 100


def test_cursor_that_stays_circular_is_an_error() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(100, ending=fakes.after(-9000))), FakeStore()

    def circling(query: Query) -> Page:
        page = cloud(query)
        first = next((sighting.task.task_id for sighting in page.sightings), None)
        return replace(page, next_cursor=first)

    report = run_with(circling, cloud, store)
    assert report.status is RunStatus.FAILED
    assert isinstance(report.error, CursorRefused)
    assert store.stream_state.polled == ()
    assert len(store.rows) > 0


def test_empty_page_that_repeats_its_own_cursor_is_an_error_after_some_requests() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(30, ending=fakes.after(-9000))), FakeStore()

    def stuck(query: Query) -> Page:
        page = cloud(query)
        is_last = page.next_cursor is None
        return replace(page, sightings=(), next_cursor=query.cursor or "marker") if is_last else page

    report = run_with(stuck, cloud, store, retention=None)
    assert isinstance(report.error, ProtocolError)
    assert report.requests < 10
    assert store.stream_state.polled == ()


@pytest.mark.parametrize("facts", [TAT_FACTS, AICCS_FACTS], ids=["offsets", "page numbers"])
@pytest.mark.parametrize("total", [100, 300, None])
def test_list_that_refuses_deep_pages_proves_nothing(facts: Facts, total: int | None) -> None:
    cloud, store = Cloud(facts, fakes.make_tasks(300, ending=fakes.after(-9000))), FakeStore()
    cloud.total_of = lambda _: total

    def refuse_deep_pages(query: Query) -> None:
        if isinstance(facts.paging, NumberedPaging) and facts.paging.rows_before(query.cursor, 20) >= 100:
            raise CursorRefused("the offset is too large")

    cloud.trouble = refuse_deep_pages
    report = run(cloud, store)
    assert report.status is RunStatus.FAILED
    assert isinstance(report.error, ProtocolError)
    assert re.search(
        r"ALL: the API shows 1\d\d rows and refuses the pages behind them; .*no coverage", store.errors[0]
    )
    assert len(cloud.calls) <= 8
    assert 100 <= len(store.rows) < 120
    assert (store.stream_state.polled, store.stream_state.first_sweep_at) == ((), None)
    assert report.counts.lost == 0


@pytest.mark.parametrize(
    ("rows", "total", "by_offset", "by_number"),
    [
        pytest.param(5, 5, 1, 1, id="one page"),
        pytest.param(0, 0, 1, 1, id="empty"),
        pytest.param(0, None, 1, 1, id="empty without a total"),
        pytest.param(20, 20, 2, 2, id="one full page"),
        # The server may give fewer rows than asked for, so pages by offset overlap.
        pytest.param(5, None, 3, 2, id="one page without a total"),
        pytest.param(5, 0, 3, 2, id="one page with a total of zero"),
        pytest.param(45, 45, 3, 3, id="three pages"),
        pytest.param(45, 20, 4, 4, id="three pages with a capped total"),
        pytest.param(45, None, 4, 4, id="three pages without a total"),
    ],
)
def test_requests_for_a_list(rows: int, total: int | None, by_offset: int, by_number: int) -> None:
    for facts, requests in ((TAT_FACTS, by_offset), (AICCS_FACTS, by_number)):
        cloud = Cloud(facts, fakes.make_tasks(rows, ending=fakes.after(-9000)), total_of=lambda _: total)
        store = FakeStore()
        assert run(cloud, store).status is RunStatus.SUCCEEDED
        assert len([query for query in cloud.calls if query.list_name == "ALL"]) == requests
        assert len(store.rows) == rows


def test_endless_pages_without_rows_are_an_error() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(30, ending=fakes.after(-9000))), FakeStore()

    def endless(query: Query) -> Page:
        return replace(cloud(query), sightings=(), next_cursor=f"more{len(cloud.calls)}")

    report = run_with(endless, cloud, store)
    assert isinstance(report.error, ProtocolError)
    assert store.stream_state.polled == ()


def test_list_with_fewer_rows_than_its_total_is_read_again() -> None:
    cloud, store = Cloud(MPS_FACTS, fakes.make_tasks(60, ending=fakes.after(-9000))), FakeStore()

    def with_high_total(query: Query) -> Page:
        return replace(cloud(query), total=1000)

    report = run_with(with_high_total, cloud, store)
    assert report.status is RunStatus.SUCCEEDED
    assert [q.list_name for q in cloud.calls if q.cursor is None].count("FINISH") == 2


def test_page_skipped_by_the_api_is_found_by_the_second_pass() -> None:
    cloud, store = Cloud(AICCS_FACTS, fakes.make_tasks(100, ending=fakes.after(-9000))), FakeStore()

    def skipping(query: Query) -> Page:
        page = cloud(query)
        is_first_pass = len(cloud.calls) < 5
        return replace(page, sightings=()) if query.cursor == "2" and is_first_pass else page

    assert run_with(skipping, cloud, store).status is RunStatus.SUCCEEDED
    assert len(store.rows) == 100


class CutShort:
    """An MPS cloud that ends a list at a token whose record has left it, the first few times."""

    def __init__(self, cloud: Cloud, list_name: str, times: int, *, total: int | None = None) -> None:
        self.cloud, self.list_name, self.times, self.total = cloud, list_name, times, total

    def __call__(self, query: Query) -> Page:
        page = self.cloud(query)
        if query.list_name == self.list_name and query.cursor and self.times:
            self.times -= 1
            return replace(page, sightings=(), next_cursor=None)
        return replace(page, total=self.total) if query.list_name == self.list_name else page


@pytest.mark.parametrize("list_name", ["WAITING", "FINISH", "FINISH.failed"])
@pytest.mark.parametrize("total", [None, 0])
def test_list_that_ends_without_the_named_record_is_read_again(list_name: str, total: int | None) -> None:
    waiting = [
        fakes.CloudTask(f"w{n}", fakes.after(-60), fakes.after(900), fakes.after(999)) for n in range(50)
    ]
    cloud = Cloud(MPS_FACTS, [*waiting, *fakes.make_tasks(300, ending=fakes.after(-9000))])
    store = FakeStore()
    report = run_with(CutShort(cloud, list_name, times=2, total=total), cloud, store)
    assert report.status is RunStatus.SUCCEEDED
    assert len(store.rows) == 350
    assert wrong_tasks(store, cloud, fakes.T0) == {}


def test_list_that_is_cut_at_varying_places_proves_nothing() -> None:
    cloud = Cloud(MPS_FACTS, fakes.make_tasks(300, ending=fakes.after(-9000)))
    store = FakeStore()
    cut = CutShort(cloud, "FINISH", times=0)

    def elsewhere(query: Query) -> Page:
        cut.times = 1 if len(cloud.calls) % 5 == 0 else 0
        return cut(query)

    assert run_with(elsewhere, cloud, store).status is RunStatus.FAILED
    assert store.stream_state.polled == ()


def test_list_that_always_ends_on_an_empty_page_is_complete() -> None:
    cloud, store = Cloud(MPS_FACTS, fakes.make_tasks(60, ending=fakes.after(-9000))), FakeStore()

    def trailing(query: Query) -> Page:
        if query.cursor == "more":
            return replace(cloud(replace(query, cursor=None)), sightings=(), next_cursor=None)
        page = cloud(query)
        is_last = page.next_cursor is None and page.sightings and query.list_name == "FINISH"
        return replace(page, next_cursor="more") if is_last else page

    assert run_with(trailing, cloud, store).status is RunStatus.SUCCEEDED


def test_record_without_an_id_counts_as_a_row() -> None:
    cloud, store = Cloud(TAT_FACTS, fakes.make_tasks(60, ending=fakes.after(-9000))), FakeStore()
    odd = Rejected(record='{"no": "id"}', reason="no id", observed_at=fakes.T0)

    def with_odd(query: Query) -> Page:
        page = cloud(query)
        return replace(page, total=61, rejected=(odd,))

    assert run_with(with_odd, cloud, store).status is RunStatus.SUCCEEDED
    assert len([query for query in cloud.calls if query.cursor is None]) == 1


def test_gap_between_pages_by_offset_is_closed_by_stepping_back() -> None:
    """Rows that disappear at the top move the others up, beyond the start of the next page."""
    cloud = Cloud(TAT_FACTS, fakes.make_tasks(200, ending=fakes.after(-9000)), sorting=fakes.oldest_created)
    store = FakeStore()

    def forgetting(query: Query) -> None:
        if query.cursor == "54":
            del cloud.tasks[:50]

    cloud.trouble = forgetting
    assert run(cloud, store).status is RunStatus.SUCCEEDED
    assert {task.task_id for task in cloud.tasks} <= store.rows.keys()
