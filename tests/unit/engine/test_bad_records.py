"""A record that breaks every page it stands on costs itself where it can be passed over, and no claim."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from syncer.engine import RunReport, run_stream
from syncer.errors import PageRefused, Retryable, SyncerError
from syncer.model import Facts, Mode, Page, Query, RunStatus
from tests.support import fakes
from tests.support.fake_store import FakeStore
from tests.support.fakes import (
    AICCS_FACTS,
    MPS_FACTS,
    TAT_FACTS,
    VOD_FACTS,
    WINDOWED_PAGES_FACTS,
    Cloud,
)

_NUMBERED = [
    pytest.param(TAT_FACTS, id="offsets"),
    pytest.param(AICCS_FACTS, id="page numbers"),
    pytest.param(WINDOWED_PAGES_FACTS, id="page numbers in windows"),
]
_NAMED = [pytest.param(MPS_FACTS, id="tokens"), pytest.param(VOD_FACTS, id="markers")]
_ERRORS = [
    pytest.param(PageRefused("too large"), id="refused"),
    pytest.param(Retryable("broken", code="InternalError"), id="broken"),
    pytest.param(Retryable("no answer"), id="unanswered"),
]


@dataclass
class Poisoned(Cloud):
    """A cloud that cannot answer pages on which certain tasks stand."""

    poisoned: set[str] = field(default_factory=set)
    error: SyncerError = field(default_factory=lambda: PageRefused("too large"))

    def __call__(self, query: Query) -> Page:
        page = super().__call__(query)
        if self.poisoned & {sighting.task.task_id for sighting in page.sightings}:
            raise type(self.error)(self.error.message, code=self.error.code)
        return page


def swept(cloud: Cloud, store: FakeStore) -> RunReport:
    stream = fakes.make_stream(retention=cloud.facts.retention, page_size=20)
    return run_stream(store, cloud, stream=stream, facts=cloud.facts, wanted=Mode.SWEEP)


def poisoned(facts: Facts, *places: int, error: SyncerError | None = None) -> Poisoned:
    """A cloud of two hundred tasks, with bad ones at these places from the newest."""
    tasks = fakes.make_tasks(200, ending=fakes.after(-9000))
    newest_first = sorted(tasks, key=lambda task: task.created_at, reverse=True)
    bad = {newest_first[place].task_id for place in places}
    return Poisoned(facts, tasks, poisoned=bad, error=error or PageRefused("too large"))


@pytest.mark.parametrize("facts", _NUMBERED)
@pytest.mark.parametrize("error", _ERRORS)
def test_bad_record_in_a_numbered_list_is_passed_over(facts: Facts, error: SyncerError) -> None:
    cloud, store = poisoned(facts, 77, 123, error=error), FakeStore()
    report = swept(cloud, store)
    assert report.status is RunStatus.FAILED
    assert "one record after" in str(report.error)
    assert {task.task_id for task in cloud.tasks} - store.rows.keys() == cloud.poisoned
    assert (store.stream_state.polled, store.stream_state.swept) == ((), ())
    cloud.poisoned.clear()
    assert swept(cloud, store).status is RunStatus.SUCCEEDED
    assert len(store.rows) == 200


@pytest.mark.parametrize("facts", _NUMBERED)
@pytest.mark.parametrize("places", [(0,), (77, 78), (199,)], ids=["first", "neighbours", "last"])
def test_bad_records_may_stand_anywhere(facts: Facts, places: tuple[int, ...]) -> None:
    cloud, store = poisoned(facts, *places), FakeStore()
    assert swept(cloud, store).status is RunStatus.FAILED
    assert {task.task_id for task in cloud.tasks} - store.rows.keys() == cloud.poisoned


@pytest.mark.parametrize("facts", _NAMED)
def test_bad_record_in_a_list_with_cursors_hides_what_is_behind_it(facts: Facts) -> None:
    cloud, store = poisoned(facts, 77), FakeStore()
    report = swept(cloud, store)
    assert report.status is RunStatus.FAILED
    assert 77 <= len(store.rows) < 199
    assert not cloud.poisoned & store.rows.keys()
    assert "after 77 rows" in str(report.error)
    assert store.stream_state.polled == ()


@pytest.mark.parametrize("facts", _NUMBERED)
def test_list_that_is_broken_from_somewhere_on_is_given_up(facts: Facts) -> None:
    cloud, store = poisoned(facts, *range(77, 200)), FakeStore()
    assert swept(cloud, store).status is RunStatus.FAILED
    assert len(store.rows) == 77
    assert len(cloud.calls) < 100


def test_pages_grow_again_behind_a_bad_record() -> None:
    cloud = poisoned(TAT_FACTS, 77)
    swept(cloud, FakeStore())
    limits = [query.limit for query in cloud.calls]
    last_of_one = len(limits) - limits[::-1].index(1)
    assert limits[:4] == [20] * 4
    assert limits[last_of_one:][:5] == [2, 4, 8, 16, 20]
    assert limits[-1] == 20
