"""The contract of a store, checked for the fake one and for Postgres."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from syncer.model import (
    INT64,
    LONGEST_ID,
    Checkpoint,
    Interval,
    Mode,
    Order,
    RunStatus,
    Sighting,
    StreamState,
)
from syncer.ports import StreamStore
from syncer.storage import PgStore, make_engine
from tests.support.fake_store import FakeStore
from tests.support.fakes import make_stream
from tests.support.sightings import T0, after, begin, detail, outcome, see, store

CHECKPOINT = Checkpoint(started_at=T0, saved_at=after(5), done=("WAITING",), scan="FINISH", cursor="c")
COVERED = StreamState(polled=(Interval(after(-100), after(0)),), last_run_at=after(10))


@pytest.fixture(params=["fake", "postgres"])
def ours(request: pytest.FixtureRequest) -> Iterator[StreamStore]:
    if request.param == "fake":
        with FakeStore().claim(make_stream()) as claimed:
            yield claimed
        return
    engine = make_engine(request.getfixturevalue("migrated_url"))
    pg = PgStore(engine, holder="test")
    try:
        with pg.claim(make_stream()) as claimed:
            yield claimed
    finally:
        pg.close()
        engine.dispose()


def test_new_store_is_empty(ours: StreamStore) -> None:
    assert (ours.state(), dict(ours.open_tasks())) == (StreamState(), {})


def test_store_keeps_the_state_of_the_stream(ours: StreamStore) -> None:
    state = StreamState(
        polled=(Interval(after(0), after(9)), Interval(after(20), after(30))),
        orders={"ALL": frozenset({Order.CREATED_DESC})},
        lookback=timedelta(seconds=30),
        last_run_at=T0,
    )
    store(ours, begin(ours), state=state, status=RunStatus.SUCCEEDED)
    assert ours.state() == state


def test_store_keeps_the_pause_of_a_failed_run_until_the_next_run_ends(ours: StreamStore) -> None:
    store(ours, begin(ours), state=COVERED, status=RunStatus.SUCCEEDED)
    store(ours, begin(ours, at=60), status=RunStatus.FAILED, paused_until=after(3600))
    assert ours.state() == replace(COVERED, paused_until=after(3600))
    store(ours, begin(ours, at=3600), status=RunStatus.FAILED)
    assert ours.state() == COVERED


def test_store_counts_new_changed_and_unchanged(ours: StreamStore) -> None:
    run = begin(ours)
    counts = store(ours, run, see("a"), see("b"), see("c"))
    assert (counts.inserted, counts.updated, counts.unchanged) == (3, 0, 0)
    counts = store(ours, run, see("a", at=5), see("b", "running", at=5), see("d", at=5))
    assert (counts.inserted, counts.updated, counts.unchanged) == (1, 1, 1)


@pytest.mark.parametrize(
    ("sightings", "reason"),
    [
        (
            [see("t"), see("u"), see("t", "running", at=5)],
            "one sighting of a task, and has several of t",
        ),
        ([see("t"), see("t", at=5)], "one sighting of a task, and has several of t"),
        ([see("t"), see("x" * (LONGEST_ID + 1))], f"an id has more than {LONGEST_ID} characters: xxx"),
        ([see("t", progress_done=INT64[0] - 1)], "the task t has a number that no bigint column holds"),
        ([see("t", progress_total=INT64[-1] + 1)], "the task t has a number that no bigint column holds"),
        ([see("t", rank=INT64[-1] + 1)], "the task t has a number that no bigint column holds"),
    ],
    ids=["two states", "one state twice", "long id", "low number", "high number", "high rank"],
)
def test_store_refuses_a_batch_that_it_cannot_hold(
    ours: StreamStore, sightings: list[Sighting], reason: str
) -> None:
    run = begin(ours)
    with pytest.raises(ValueError, match=reason):
        store(ours, run, *sightings, state=COVERED, checkpoint=CHECKPOINT)
    assert (dict(ours.open_tasks()), ours.state()) == ({}, StreamState())
    assert begin(ours, at=60).checkpoint is None


def test_store_returns_the_open_tasks(ours: StreamStore) -> None:
    run = begin(ours)
    store(ours, run, see("a", at=3, created_at=T0), see("b", "failed"), see("c", "unknown"))
    results = ours.open_tasks()
    assert set(results) == {"a", "c"}
    assert (results["a"].created_at, results["a"].first_seen_at) == (T0, after(3))
    store(ours, run, see("a", "succeeded", at=9), see("d", "paused", at=9))
    assert set(ours.open_tasks()) == {"c", "d"}


def test_store_counts_tasks_by_creation(ours: StreamStore) -> None:
    seen = [see(f"t{n}", created_at=after(n)) for n in range(5)]
    store(ours, begin(ours), *seen, see("undated"))
    assert [ours.count_since(after(n), 10) for n in (0, 3, 9)] == [5, 2, 0]
    assert ours.count_since(after(0), 4) == 4


def test_store_returns_the_succeeded_tasks(ours: StreamStore) -> None:
    store(ours, begin(ours), see("a", "succeeded"), see("b", "failed"), see("c", "succeeded"))
    assert ours.succeeded_among(["a", "b", "x"]) == {"a"}


def test_store_never_goes_backwards(ours: StreamStore) -> None:
    run = begin(ours)
    store(ours, run, see("time", "failed", at=60), see("rank", "failed", at=60, rank=2))
    counts = store(ours, run, see("time", "finished", at=30, name="n"), see("rank", at=90, rank=1))
    assert (counts.updated, counts.unchanged) == (0, 2)
    assert ours.open_tasks() == {}


def test_store_reports_reopened_tasks_until_they_are_confirmed(ours: StreamStore) -> None:
    run = begin(ours)
    store(ours, run, see("a", "failed"), see("b", "failed"))
    counts = store(
        ours, run, see("a", "running", at=5), replace(see("b", "running", at=5), is_confirmed=True)
    )
    assert (counts.updated, counts.reopened) == (1, ("a",))
    assert set(ours.open_tasks()) == {"b"}


def test_store_reports_tasks_without_outcome(ours: StreamStore) -> None:
    run = begin(ours)
    counts = store(ours, run, see("a", "finished"), see("b", "finished"), see("c", "failed"))
    assert sorted(counts.without_outcome) == sorted(ours.without_outcome(run)) == ["a", "b"]
    counts = store(ours, run, outcome("a", "failed", at=1), detail("b", "succeeded", at=1))
    assert (counts.without_outcome, list(ours.without_outcome(run))) == ((), [])
    again = store(ours, run, see("a", "finished", at=9), see("b", "finished", at=9))
    assert (again.unchanged, again.without_outcome) == (2, ())


def test_store_marks_lost_tasks_until_they_are_shown_again(ours: StreamStore) -> None:
    run = begin(ours)
    store(ours, run, see("a"), see("b"), see("c", "failed"))
    assert store(ours, run, lost=("a", "c")).lost == 1
    assert set(ours.open_tasks()) == {"b"}
    assert store(ours, run, lost=("a",)).lost == 0
    assert store(ours, run, see("a", at=60)).updated == 1
    assert set(ours.open_tasks()) == {"a", "b"}


def test_store_counts_late_tasks(ours: StreamStore) -> None:
    store(ours, begin(ours), state=COVERED, status=RunStatus.SUCCEEDED)
    sightings = [see("late", created_at=after(-30)), see("new", created_at=after(5)), see("unknown")]
    counts = store(ours, begin(ours, at=60), *sightings)
    assert (counts.inserted, counts.late, counts.late_by) == (3, 1, timedelta(seconds=40))


def test_store_resumes_from_the_checkpoint(ours: StreamStore) -> None:
    run = begin(ours, Mode.SWEEP)
    store(ours, run, see("a"), checkpoint=CHECKPOINT, status=RunStatus.INTERRUPTED)
    assert begin(ours, Mode.POLL, at=60).checkpoint is None
    resumed = begin(ours, Mode.SWEEP, at=90)
    assert (resumed.run_id, resumed.started_at, resumed.checkpoint) == (run.run_id, T0, CHECKPOINT)


def test_store_starts_a_new_run_after_success(ours: StreamStore) -> None:
    run = begin(ours)
    store(ours, run, checkpoint=CHECKPOINT)
    store(ours, run, status=RunStatus.SUCCEEDED)
    fresh = begin(ours, at=90)
    assert (fresh.checkpoint, fresh.started_at) == (None, after(90))
    assert fresh.run_id != run.run_id
