"""Pages that fail: fetched in parts, and unreadable records skipped where the next cursor is computed."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from syncer.engine import RunReport
from syncer.errors import PageRefused, Retryable, SyncerError, Throttled
from syncer.model import Facts, Mode, Page, Query, RunStatus
from tests.support import fakes
from tests.support.engine_runs import run
from tests.support.fake_store import FakeStore
from tests.support.fakes import (
    AICCS_FACTS,
    MPS_FACTS,
    TAT_FACTS,
    VOD_FACTS,
    WINDOWED_PAGES_FACTS,
    Cloud,
    Trouble,
)


def test_failing_page_is_fetched_in_halves() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(200, ending=fakes.after(-9000))), FakeStore()
    cloud.trouble = Trouble(*[None] * 9, *[Retryable("broken", code="InternalError")] * 2)
    assert run(cloud, store).status is RunStatus.SUCCEEDED
    assert len(store.rows) == 200
    assert [q.limit for q in cloud.calls[9:12]] == [20, 10, 5]


def test_page_numbers_are_converted_when_a_page_is_halved() -> None:
    cloud, store = Cloud(AICCS_FACTS, fakes.make_tasks(100, ending=fakes.after(-9000))), FakeStore()

    def too_large(query: Query) -> None:
        if query.limit > 10 and query.cursor == "3":
            raise PageRefused("too large")

    cloud.trouble = too_large
    assert run(cloud, store).status is RunStatus.SUCCEEDED
    assert len(store.rows) == 100


def test_throttled_page_is_not_halved() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(100, ending=fakes.after(-9000))), FakeStore()
    cloud.trouble = Trouble(*[None] * 9, Throttled("slower", code="Throttling"))
    assert run(cloud, store).status is RunStatus.FAILED
    assert {query.limit for query in cloud.calls} == {20}


def test_page_that_a_gateway_gives_up_on_is_fetched_in_parts() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(200, ending=fakes.after(-9000))), FakeStore()

    def heavy(query: Query) -> None:
        if query.limit > 5 and query.cursor == "t00119":
            raise Retryable("HTTP 504 brings text/html")

    cloud.trouble = heavy
    assert run(cloud, store).status is RunStatus.SUCCEEDED
    assert len(store.rows) == 200


def test_error_of_an_unreadable_page_names_its_place() -> None:
    cloud, store = Cloud(VOD_FACTS, fakes.make_tasks(200, ending=fakes.after(-9000))), FakeStore()

    def never(query: Query) -> None:
        if query.cursor == "t00119":
            raise Retryable("broken", code="InternalError")

    cloud.trouble = never
    report = run(cloud, store)
    assert report.status is RunStatus.FAILED
    assert "after" in str(report.error)
    assert "rows: broken" in str(report.error)
    assert store.stream_state.polled == ()


# Unreadable records

_NUMBERED = [
    pytest.param(TAT_FACTS, id="offsets"),
    pytest.param(AICCS_FACTS, id="page numbers"),
    pytest.param(WINDOWED_PAGES_FACTS, id="page numbers in windows"),
]
_TOKENS = [pytest.param(MPS_FACTS, id="tokens"), pytest.param(VOD_FACTS, id="markers")]
_ERRORS = [
    pytest.param(PageRefused("too large"), id="refused"),
    pytest.param(Retryable("broken", code="InternalError"), id="broken"),
    pytest.param(Retryable("no answer"), id="unanswered"),
]


@dataclass
class DamagedCloud(Cloud):
    """A cloud that fails to answer with pages that contain certain tasks."""

    unreadable: set[str] = field(default_factory=set)
    error: SyncerError = field(default_factory=lambda: PageRefused("too large"))

    def __call__(self, query: Query) -> Page:
        page = super().__call__(query)
        if self.unreadable & {sighting.task.task_id for sighting in page.sightings}:
            raise type(self.error)(self.error.message, code=self.error.code)
        return page


def sweep(cloud: Cloud, store: FakeStore) -> RunReport:
    return run(cloud, store, Mode.SWEEP)


def damaged(facts: Facts, *places: int, error: SyncerError | None = None) -> DamagedCloud:
    """A cloud with two hundred tasks, unreadable ones at these places counted from the newest."""
    tasks = fakes.make_tasks(200, ending=fakes.after(-9000))
    newest_first = sorted(tasks, key=lambda task: task.created_at, reverse=True)
    unreadable = {newest_first[place].task_id for place in places}
    return DamagedCloud(facts, tasks, unreadable=unreadable, error=error or PageRefused("too large"))


@pytest.mark.parametrize("facts", _NUMBERED)
@pytest.mark.parametrize("error", _ERRORS)
def test_unreadable_record_in_a_numbered_list_is_skipped(facts: Facts, error: SyncerError) -> None:
    cloud, store = damaged(facts, 77, 123, error=error), FakeStore()
    report = sweep(cloud, store)
    assert report.status is RunStatus.FAILED
    assert "one record after" in str(report.error)
    assert {task.task_id for task in cloud.tasks} - store.rows.keys() == cloud.unreadable
    assert (store.stream_state.polled, store.stream_state.swept) == ((), ())
    cloud.unreadable.clear()
    assert sweep(cloud, store).status is RunStatus.SUCCEEDED
    assert len(store.rows) == 200


@pytest.mark.parametrize("facts", _NUMBERED)
@pytest.mark.parametrize("places", [(0,), (77, 78), (199,)], ids=["first", "adjacent", "last"])
def test_unreadable_records_are_skipped_at_any_place(facts: Facts, places: tuple[int, ...]) -> None:
    cloud, store = damaged(facts, *places), FakeStore()
    assert sweep(cloud, store).status is RunStatus.FAILED
    assert {task.task_id for task in cloud.tasks} - store.rows.keys() == cloud.unreadable


@pytest.mark.parametrize("facts", _TOKENS)
def test_unreadable_record_behind_a_token_hides_the_rest_of_the_list(facts: Facts) -> None:
    cloud, store = damaged(facts, 77), FakeStore()
    report = sweep(cloud, store)
    assert report.status is RunStatus.FAILED
    assert 77 <= len(store.rows) < 199
    assert not cloud.unreadable & store.rows.keys()
    assert "after 77 rows" in str(report.error)
    assert store.stream_state.polled == ()


@pytest.mark.parametrize("facts", _NUMBERED)
def test_list_with_many_unreadable_records_is_given_up(facts: Facts) -> None:
    cloud, store = damaged(facts, *range(77, 200)), FakeStore()
    assert sweep(cloud, store).status is RunStatus.FAILED
    assert len(store.rows) == 77
    assert len(cloud.calls) < 100


def test_page_size_grows_again_behind_an_unreadable_record() -> None:
    cloud = damaged(TAT_FACTS, 77)
    sweep(cloud, FakeStore())
    limits = [query.limit for query in cloud.calls]
    last_of_one = len(limits) - limits[::-1].index(1)
    assert limits[:4] == [20] * 4
    assert limits[last_of_one:][:5] == [2, 4, 8, 16, 20]
    assert limits[-1] == 20
