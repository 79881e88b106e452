"""Open tasks older than the retention: lost once the list drops them, and never while it shows them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syncer.errors import ProtocolError, Stopped
from syncer.model import Facts, Mode, Query, RunStatus
from tests.support import fakes
from tests.support.engine_runs import ALL_FACTS, run
from tests.support.fake_store import FakeStore
from tests.support.fakes import TAT_FACTS, VOD_FACTS, Cloud, CloudTask

HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)


def endless(task_id: str, age: timedelta) -> CloudTask:
    """A task of that age at T0 that never ends."""
    created_at = fakes.T0 - age
    return CloudTask(task_id, created_at, created_at, fakes.after(10**9))


def live(cloud: Cloud, store: FakeStore, rounds: int, every: timedelta, **source: Any) -> set[str]:
    """Poll `rounds` times, each fifth time sweep; return the ids of the tasks that are lost.

    Checks after each run that no task is lost that the list still shows.
    """
    lost: set[str] = set()
    for number in range(rounds):
        mode = Mode.SWEEP if number % 5 == 0 else Mode.POLL
        run(cloud, store, mode, poll_every=every, sweep_every=5 * every, **source)
        lost = {task_id for task_id, row in store.rows.items() if row.lost_at}
        assert not lost & {task.task_id for task in cloud.visible(cloud.clock)}, number
        cloud.pass_time(every.total_seconds())
    return lost


@pytest.mark.parametrize("facts", ALL_FACTS)
def test_list_that_shows_more_than_the_retention_loses_nothing(facts: Facts) -> None:
    tasks = [*fakes.make_tasks(60, every=2, ending=fakes.after(200)), endless("open", timedelta(seconds=30))]
    cloud, store = Cloud(facts, tasks, retention=timedelta(seconds=83)), FakeStore()
    source = {"retention": timedelta(seconds=60), "lookback_min": timedelta(seconds=2)}
    assert "open" in live(cloud, store, 20, timedelta(seconds=5), **source)
    assert len(store.versions["open"]) == 1


@pytest.mark.parametrize("facts", ALL_FACTS)
def test_provider_that_keeps_eight_days_loses_nothing(facts: Facts) -> None:
    tasks = [*fakes.make_tasks(60, every=7000), endless("open", WEEK + 10 * HOUR)]
    cloud, store = Cloud(facts, tasks, retention=WEEK + 24 * HOUR), FakeStore()
    live(cloud, store, 12, HOUR, retention=WEEK)
    assert store.stream_state.shown_age is not None
    assert WEEK < store.stream_state.shown_age < WEEK + 24 * HOUR
    assert "open" not in store.versions
    assert "open" in live(cloud, store, 12, HOUR, retention=WEEK)
    assert len(store.versions["open"]) == 1


def test_learned_age_falls_again() -> None:
    cloud, store = (
        Cloud(VOD_FACTS, fakes.make_tasks(60, every=11_000), retention=WEEK + 24 * HOUR),
        FakeStore(),
    )
    live(cloud, store, 2, HOUR)
    high = store.stream_state.shown_age
    cloud.retention = timedelta(days=2)
    live(cloud, store, 2, HOUR)
    low = store.stream_state.shown_age
    assert high is not None and high > WEEK
    assert low is not None and low < timedelta(days=2)


def test_learned_age_widens_no_coverage() -> None:
    tasks = fakes.make_tasks(60, every=11_000)
    wide, narrow = (Cloud(VOD_FACTS, tasks, retention=timedelta(days=days)) for days in (30, 7))
    stores = FakeStore(), FakeStore()
    for cloud, store in zip((wide, narrow), stores, strict=True):
        live(cloud, store, 6, HOUR)
    first, second = (store.stream_state for store in stores)
    assert first.shown_age != second.shown_age
    assert [interval.start for interval in first.polled] == [interval.start for interval in second.polled]
    assert [interval.start for interval in first.swept] == [interval.start for interval in second.swept]


@pytest.mark.parametrize("facts", [VOD_FACTS, TAT_FACTS], ids=["vod", "tat"])
def test_task_is_lost_in_the_end_where_sweeps_never_complete(facts: Facts) -> None:
    tasks = [*fakes.make_tasks(60, every=7000), endless("open", WEEK - HOUR)]
    cloud, store = Cloud(facts, tasks, retention=WEEK), FakeStore()
    live(cloud, store, 1, HOUR, retention=WEEK)
    swept_at = store.stream_state.last_sweep_at
    modes: list[Mode] = []

    def break_sweeps(query: Query) -> None:
        if modes[-1] is Mode.SWEEP and (query.cursor or query.created_from):
            raise ProtocolError("not JSON")

    cloud.trouble = break_sweeps
    lost: list[bool] = []
    for number in range(14):
        modes.append(Mode.SWEEP if number % 5 == 0 else Mode.POLL)
        run(cloud, store, modes[-1], poll_every=HOUR, sweep_every=5 * HOUR, retention=WEEK)
        lost.append(store.rows["open"].lost_at is not None)
        cloud.pass_time(3600)
    assert store.stream_state.last_sweep_at == swept_at
    assert lost.index(True) in (9, 10)
    assert len(store.versions["open"]) == 1


@pytest.mark.parametrize("facts", ALL_FACTS)
@pytest.mark.parametrize("created_at", [datetime(1970, 1, 1, tzinfo=UTC), None], ids=["1970", "undated"])
def test_row_without_a_sane_time_hides_no_lost_task(facts: Facts, created_at: datetime | None) -> None:
    tasks = [*fakes.make_tasks(60, every=7000), endless("odd", HOUR), endless("open", WEEK - 3 * HOUR)]
    cloud, store = Cloud(facts, tasks, retention=WEEK), FakeStore()
    cloud.kept = {"odd"}
    cloud.changes = {"odd": {"created_at": created_at}}
    assert "open" in live(cloud, store, 12, HOUR, retention=WEEK)
    assert store.stream_state.shown_age is not None
    assert store.stream_state.shown_age < WEEK
    cloud.pass_time(WEEK.total_seconds())
    live(cloud, store, 12, HOUR, retention=WEEK)
    assert "odd" not in store.versions


def test_sweep_that_was_interrupted_has_learned_the_age_of_its_first_pages() -> None:
    tasks = [*fakes.make_tasks(200, every=3000), endless("open", WEEK + 10 * HOUR)]
    cloud, store = Cloud(VOD_FACTS, tasks, retention=WEEK + 24 * HOUR), FakeStore()

    def stop(query: Query) -> None:
        if len(cloud.calls) == 6:
            raise Stopped("the process is stopping")

    cloud.trouble = stop
    assert run(cloud, store, Mode.SWEEP).status is RunStatus.INTERRUPTED
    assert run(cloud, store, Mode.SWEEP).status is RunStatus.SUCCEEDED
    assert store.stream_state.shown_age is not None
    assert store.stream_state.shown_age > WEEK + 9 * HOUR
