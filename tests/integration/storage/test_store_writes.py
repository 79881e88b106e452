"""No change, no write: reading a page again touches no row and next to no WAL."""

from __future__ import annotations

from collections.abc import Callable

from syncer.model import Sighting
from syncer.storage import PgStreamStore
from tests.integration.storage.conftest import Look
from tests.sightings import T0, begin, detail, see, store

_ROWS = 2_000


def page(at: float) -> list[Sighting]:
    return [see(f"task-{n:05}", "running", at=at, name="n" * 50, created_at=T0) for n in range(_ROWS)]


def wal_of(look: Look, action: Callable[[], object]) -> int:
    """Bytes of WAL that `action` writes; the least of three tries, for others write to the same log."""

    def once() -> int:
        (before,) = look("SELECT pg_current_wal_insert_lsn() AS lsn")
        action()
        (after,) = look("SELECT pg_current_wal_insert_lsn() - %s::pg_lsn AS bytes", before["lsn"])
        return int(after["bytes"])

    return min(once() for _ in range(3))


def test_reading_again_writes_no_row_and_hardly_any_wal(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, *page(0))
    store(ours, run, *(detail(f"task-{n:05}", "running", at=1, name="d") for n in range(100)))
    rows = "SELECT xmin::text, xmax::text, ctid::text FROM sync.tasks ORDER BY task_id"
    before, kept = look(rows), look("SELECT count(*) FROM sync.task_versions")

    def again() -> None:
        counts = store(
            ours, run, *page(60), *(detail(f"task-{n:05}", "running", at=61, name="d") for n in range(100))
        )
        assert counts.unchanged == _ROWS + 100

    assert wal_of(look, again) < 10_000
    assert look(rows) == before
    assert look("SELECT count(*) FROM sync.task_versions") == kept


def test_measure_of_wal_sees_changes(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    moments = iter(range(0, 300, 60))

    def change() -> None:
        at = next(moments)
        store(ours, run, *(see(f"task-{n:05}", name=str(at), at=at) for n in range(_ROWS)))

    assert wal_of(look, change) > 200_000


def test_many_changes_in_one_batch_are_all_kept(ours: PgStreamStore, look: Look) -> None:
    # The trigger's plan is made while there is nothing to keep, and must do for thousands of rows.
    run = begin(ours)
    store(ours, run, *page(0))
    changed = [see(f"task-{n:05}", "failed", at=60) for n in range(_ROWS)]
    assert store(ours, run, *changed).updated == _ROWS
    (row,) = look("SELECT count(*), count(DISTINCT task_key) AS tasks FROM sync.task_versions")
    assert row == {"count": _ROWS, "tasks": _ROWS}


def test_plan_looks_tasks_up_by_key(ours: PgStreamStore, look: Look) -> None:
    # Statistics from when the table was almost empty would make a plan that reads it whole for each row.
    run = begin(ours)
    store(ours, run, see("first"))
    look("SELECT pg_stat_force_next_flush()")
    reads = "SELECT pg_stat_get_tuples_returned('sync.tasks'::regclass) AS whole"
    store(ours, run, *page(0))
    store(ours, run, *page(60))
    (before,) = look(reads)
    store(ours, run, *page(120))
    look("SELECT pg_stat_force_next_flush()")
    (after,) = look(reads)
    assert after["whole"] - before["whole"] < _ROWS
