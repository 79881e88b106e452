"""No change, no write: reading a page again writes no row and almost no WAL."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, event

from syncer.model import Batch, Sighting
from syncer.storage import PgStreamStore
from syncer.storage.connections import transaction
from syncer.storage.write import commit
from tests.integration.storage.conftest import Look
from tests.support.sightings import T0, begin, detail, see, store

_ROWS = 2_000


def page(at: float) -> list[Sighting]:
    return [see(f"task-{n:05}", "running", at=at, name="n" * 50, created_at=T0) for n in range(_ROWS)]


def wal_of(look: Look, action: Callable[[], object]) -> int:
    """Bytes of WAL that `action` writes: the least of three times, as other sessions write WAL too."""

    def once() -> int:
        (before,) = look("SELECT pg_current_wal_insert_lsn() AS lsn")
        action()
        (after,) = look("SELECT pg_current_wal_insert_lsn() - %s::pg_lsn AS bytes", before["lsn"])
        return int(after["bytes"])

    return min(once() for _ in range(3))


def test_reading_again_writes_no_row_and_almost_no_wal(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, *page(0))
    store(ours, run, *(detail(f"task-{n:05}", "running", at=1, name="d") for n in range(100)))
    rows = "SELECT xmin::text, xmax::text, ctid::text FROM sync.tasks ORDER BY task_id"
    before, kept = look(rows), look("SELECT count(*) FROM sync.task_versions")

    def again() -> None:
        listed = store(ours, run, *page(60))
        by_id = store(ours, run, *(detail(f"task-{n:05}", "running", at=61, name="d") for n in range(100)))
        assert (listed.unchanged, by_id.unchanged) == (_ROWS, 100)

    assert wal_of(look, again) < 10_000
    assert look(rows) == before
    assert look("SELECT count(*) FROM sync.task_versions") == kept


def test_changes_write_wal(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    moments = iter(range(0, 300, 60))

    def change() -> None:
        at = next(moments)
        store(ours, run, *(see(f"task-{n:05}", name=str(at), at=at) for n in range(_ROWS)))

    assert wal_of(look, change) > 200_000


def test_history_keeps_every_change_of_a_large_batch(ours: PgStreamStore, look: Look) -> None:
    # The plan of the trigger is made for an empty history, and must be good for thousands of rows.
    run = begin(ours)
    store(ours, run, *page(0))
    changed = [see(f"task-{n:05}", "failed", at=60) for n in range(_ROWS)]
    assert store(ours, run, *changed).updated == _ROWS
    (row,) = look("SELECT count(*), count(DISTINCT task_key) AS tasks FROM sync.task_versions")
    assert row == {"count": _ROWS, "tasks": _ROWS}


def test_each_sighting_is_looked_up_by_key(engine: Engine, ours: PgStreamStore, look: Look) -> None:
    # With statistics of an almost empty table, a join would compare each row with each.
    run = begin(ours)
    store(ours, run, see("first", "finished"))
    look("ANALYZE sync.tasks")
    store(ours, run, *page(0))
    executed: list[tuple[str, Any]] = []
    with transaction(engine) as connection:
        event.listen(connection, "before_cursor_execute", lambda *args: executed.append((args[2], args[3])))
        again = (*page(60), see("first", "finished", at=60))
        commit.commit_batch(connection, ours.lease, Batch(run=run, sightings=again))
        joins = [call for call in executed if "sync.tasks" in call[0]]
        plans = [
            connection.exec_driver_sql(f"EXPLAIN {sql}", values).scalars().all() for sql, values in joins
        ]
    assert len(plans) == 3  # the upsert, the tasks without outcome, the reopened tasks
    by_key = re.compile(r"Index Cond: \(\(stream_id = .*\) AND \(task_id = sightings.task_id\)\)")
    for plan in map("\n".join, plans):
        assert by_key.search(plan), plan
        assert "Join Filter" not in plan, plan
