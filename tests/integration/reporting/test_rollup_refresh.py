"""A refresh of the rollups blocks no writer, loses no change, and computes only what changed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, event

from syncer.errors import Stopped, StoreUnavailable
from syncer.storage import PgStore, PgStreamStore
from tests.integration.reporting.conftest import Look
from tests.support.fakes import T0, after
from tests.support.rollup_checks import VIEWS, all_rows, expected_rows, rollup_rows
from tests.support.sightings import begin, see, store

DAY = 86_400
QUEUE = "SELECT fact, hour_at FROM sync.dirty_hours ORDER BY fact, hour_at"


def days(count: int) -> list[Any]:
    """One task per day on `count` days, eight days apart, so that each day is a separate transaction."""
    return [see(f"t{n}", "finished", created_at=after(-8 * DAY * n), finished_at=T0) for n in range(count)]


@contextmanager
def halted(engine: Engine, pg: PgStore) -> Iterator[threading.Event]:
    """Run a refresh in a thread and halt it before its first commit; set the event to continue."""
    reached, go_on = threading.Event(), threading.Event()

    def halt(*_: object) -> None:
        if threading.current_thread() is thread and not reached.is_set():
            reached.set()
            go_on.wait(60)

    thread = threading.Thread(target=pg.refresh_rollups)
    event.listen(engine, "commit", halt)
    thread.start()
    try:
        assert reached.wait(60)
        yield go_on
    finally:
        go_on.set()
        thread.join(60)
        event.remove(engine, "commit", halt)
    assert not thread.is_alive()


# No blocking


def test_writer_does_not_wait_for_a_refresh(
    engine: Engine, pg: PgStore, ours: PgStreamStore, look: Look
) -> None:
    run = begin(ours)
    store(ours, run, see("a", created_at=T0), see("b", created_at=T0))
    with halted(engine, pg):
        look("SET lock_timeout = '1ms'")
        waited = threading.Thread(
            target=lambda: store(ours, run, see("a", "failed", at=9, created_at=T0, finished_at=T0))
        )
        waited.start()
        waited.join(60)
        assert not waited.is_alive()
        assert [row["status"] for row in look("SELECT status FROM sync.tasks ORDER BY task_id")] == [
            "failed",
            "waiting",
        ]
    assert pg.refresh_rollups() == 1
    assert all(rollup_rows(look, view) == expected_rows(look, view) for view in VIEWS)


def test_refresh_does_not_wait_for_a_writer(url: str, pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    store(ours, begin(ours), see("a", created_at=T0), see("b", created_at=T0))
    with psycopg.connect(url) as writer:
        writer.execute("UPDATE sync.tasks SET status = 'failed' WHERE task_id = 'a'")
        assert pg.refresh_rollups() == 1
        assert [row["status"] for row in rollup_rows(look, "arrivals_daily")] == ["waiting"]
    assert pg.refresh_rollups() == 1
    assert [row["status"] for row in rollup_rows(look, "arrivals_daily")] == ["failed", "waiting"]


def test_second_refresh_returns_at_once(engine: Engine, pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    store(ours, begin(ours), see("a", created_at=T0))
    with halted(engine, pg):
        assert pg.refresh_rollups() is None
        assert look("SELECT count(*) AS n FROM sync.dirty_hours") == [{"n": 1}]
    assert pg.refresh_rollups() == 0
    assert [row["tasks"] for row in rollup_rows(look, "arrivals_daily")] == [1]


def test_two_writers_mark_the_same_hour_concurrently(url: str, ours: PgStreamStore, pg: PgStore) -> None:
    store(ours, begin(ours), see("a", created_at=T0), see("b", created_at=T0))
    update = "UPDATE sync.tasks SET status = 'failed' WHERE task_id = %s"
    with psycopg.connect(url) as one, psycopg.connect(url) as other:
        one.execute("SET lock_timeout = '5s'")
        one.execute(update, ["a"])
        other.execute("SET lock_timeout = '5s'")
        other.execute(update, ["b"])
    assert pg.refresh_rollups() == 1


# No lost changes


def test_killed_refresh_keeps_the_queue(engine: Engine, pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    store(ours, begin(ours), *days(3))
    queue = look(QUEUE)

    def kill(connection: Any, cursor: Any, statement: str, *_: object) -> None:
        if "arrivals_daily" in statement:
            pid = connection.connection.driver_connection.info.backend_pid
            look("SELECT pg_terminate_backend(%s)", pid)

    event.listen(engine, "after_cursor_execute", kill)
    try:
        with pytest.raises(StoreUnavailable):
            pg.refresh_rollups()
    finally:
        event.remove(engine, "after_cursor_execute", kill)
    assert look(QUEUE) == queue
    assert not any(all_rows(look).values())
    pg.refresh_rollups()
    assert look(QUEUE) == []
    assert all(rollup_rows(look, view) == expected_rows(look, view) for view in VIEWS)


def test_stopped_refresh_keeps_the_remaining_queue(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    store(ours, begin(ours), *days(3))

    def stop() -> None:
        raise Stopped("enough")

    with pytest.raises(Stopped):
        pg.refresh_rollups(stop)
    assert {row["day"] for row in rollup_rows(look, "arrivals_daily")} == {T0.date()}
    assert pg.stale_days() == 2
    assert pg.refresh_rollups() == 2
    assert pg.stale_days() == 0
    assert rollup_rows(look, "arrivals_daily") == expected_rows(look, "arrivals_daily")


def test_changes_during_a_refresh_are_for_the_next(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, *days(3))
    pauses: list[int] = []

    def write() -> None:
        pauses.append(len(pauses))
        store(ours, run, see(f"new{len(pauses)}", created_at=T0))

    assert pg.refresh_rollups(write) == 3
    assert len(pauses) == 4  # the last pause is at the end of the queue
    assert pg.stale_days() == 1
    pg.refresh_rollups()
    assert rollup_rows(look, "arrivals_daily") == expected_rows(look, "arrivals_daily")


# No unnecessary work


def changes(look: Look, action: Callable[[], object]) -> list[dict[str, Any]]:
    """Empty the queue, call `action`, return the queue."""
    look("TRUNCATE sync.dirty_hours")
    action()
    return look(QUEUE)


def hour(fact: str, at: datetime) -> dict[str, Any]:
    return {"fact": fact, "hour_at": at.replace(minute=0, second=0, microsecond=0)}


def test_unchanged_tasks_and_progress_mark_nothing(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    times = {"created_at": T0, "started_at": after(5)}
    store(ours, run, see("t", "running", **times, progress_done=1))
    assert changes(look, lambda: store(ours, run, see("t", "running", at=9, **times, progress_done=1))) == []
    assert changes(look, lambda: store(ours, run, see("t", "running", at=19, **times, progress_done=2))) == []
    assert look("SELECT version FROM sync.tasks") == [{"version": 2}]


def test_each_hour_is_marked_once_per_batch(ours: PgStreamStore, look: Look) -> None:
    tasks = [see(f"t{n}", "finished", created_at=after(n), finished_at=after(3600 + n)) for n in range(50)]
    assert changes(look, lambda: store(ours, begin(ours), *tasks)) == [
        hour("arrivals", T0),
        hour("completions", after(3600)),
    ]


def test_change_marks_the_former_and_the_new_hour(ours: PgStreamStore, look: Look) -> None:
    run, day = begin(ours), timedelta(days=1)
    store(ours, run, see("t", "finished", created_at=T0, finished_at=T0 + day))
    moved = see("t", "finished", at=9, created_at=T0 - day, finished_at=T0 + 2 * day)
    assert changes(look, lambda: store(ours, run, moved)) == [
        hour("arrivals", T0 - day),
        hour("arrivals", T0),
        hour("completions", T0 + day),
        hour("completions", T0 + 2 * day),
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"status": "failed"},
        {"task_type": "B"},
        {"started_at": after(7)},
        {"finished_at": after(70)},
        {"created_at": after(-7)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_change_of_a_measured_column_marks_the_hour(
    ours: PgStreamStore, look: Look, change: dict[str, Any]
) -> None:
    run = begin(ours)
    state = {"status": "succeeded", "task_type": "A", "created_at": T0, "started_at": after(5)}
    store(ours, run, see("t", **state, finished_at=after(60)))
    changed = see("t", at=9, **{**state, "finished_at": after(60), **change})
    noted_now = changes(look, lambda: store(ours, run, changed))
    assert {"arrivals", "completions"} == {row["fact"] for row in noted_now}


def test_equal_rows_are_not_written(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    store(ours, begin(ours), *days(2))
    pg.refresh_rollups()
    rows = "SELECT ctid::text, xmin::text FROM sync.arrivals_hourly ORDER BY 1"
    before = look(rows)
    pg.rebuild_rollups()
    # The days of the tasks, and the day of the run.
    assert pg.refresh_rollups() == 3
    assert look(rows) == before


def test_only_changed_sources_are_computed(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    store(ours, begin(ours), see("t", created_at=T0))
    pg.refresh_rollups()
    look("UPDATE sync.arrivals_daily SET tasks = 99")
    look("INSERT INTO sync.sources (name, provider, site, account, key_hash) VALUES ('x', 'x', '', '', '')")
    look(
        "INSERT INTO sync.streams (source_id, region, poll_every, sweep_every)"
        " SELECT source_id, 'x', '1m', '1h' FROM sync.sources WHERE name = 'x'"
    )
    look(
        "INSERT INTO sync.dirty_hours (stream_id, fact, hour_at)"
        " SELECT max(stream_id), 'arrivals', %s FROM sync.streams",
        T0,
    )
    assert pg.refresh_rollups() == 1
    assert look("SELECT tasks FROM sync.arrivals_daily") == [{"tasks": 99}]
