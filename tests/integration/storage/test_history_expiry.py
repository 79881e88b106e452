"""Expiry of the history: whole months are dropped, the current states of tasks are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from syncer.errors import StoreUnavailable
from syncer.storage import PgStore, PgStreamStore, lock_waits
from tests.integration.storage.conftest import Look
from tests.support.sightings import begin, see, store

NOW = datetime(2040, 6, 15, tzinfo=UTC)
MONTHS = (
    "SELECT relname::text AS name FROM pg_class WHERE relnamespace = 'sync_history'::regnamespace"
    " AND relkind = 'r' AND relname ~ '_20(39|40)_' ORDER BY 1"
)


@pytest.fixture
def old(pg: PgStore, ours: PgStreamStore, look: Look) -> Any:
    """A task with a former state in each month from December to June, and one from long before."""
    # The schema has partitions for the present months.
    pg.expire_history(datetime(2039, 1, 1, tzinfo=UTC), timedelta(0))
    pg.ensure_partitions(datetime(2039, 12, 1, tzinfo=UTC))
    pg.ensure_partitions(NOW)
    run = begin(ours)
    store(ours, run, see("t", name="0"))
    for at in range(1, 9):
        store(ours, run, see("t", name=str(at), at=at))
    moments = [datetime(2039, 1, 1, tzinfo=UTC)]
    moments += [datetime(2039 + (month > 12), (month - 1) % 12 + 1, 1, tzinfo=UTC) for month in range(12, 19)]
    for version, moment in enumerate(moments, 1):
        look("UPDATE sync.task_versions SET replaced_at = %s WHERE version = %s", moment, version)
    yield
    for row in look(MONTHS):
        look(f"DROP TABLE sync_history.{row['name']}")  # type: ignore[arg-type]
    look("UPDATE sync.settings SET history_since = NULL")


def versions(look: Look) -> list[int]:
    return [row["version"] for row in look("SELECT version FROM reporting.task_versions ORDER BY 1")]


@pytest.mark.usefixtures("old")
def test_old_months_are_dropped_and_the_task_is_kept(pg: PgStore, look: Look) -> None:
    assert versions(look) == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    # 90 days before is 17 March: other states of that month are younger, so the month is kept.
    assert pg.expire_history(NOW, timedelta(days=90)) == 3
    assert versions(look) == [5, 6, 7, 8, 9]
    assert [row["name"] for row in look(MONTHS)][:1] == ["task_versions_2040_03"]
    assert look("SELECT name, version FROM sync.tasks") == [{"name": "8", "version": 9}]


@pytest.mark.usefixtures("old")
def test_month_is_dropped_once_all_of_it_is_old(pg: PgStore) -> None:
    keep = timedelta(days=90)
    end_of_january = datetime(2040, 2, 1, tzinfo=UTC)
    assert pg.expire_history(end_of_january + keep - timedelta(seconds=1), keep) == 1
    assert pg.expire_history(end_of_january + keep, keep) == 1


@pytest.mark.usefixtures("old")
def test_moments_before_the_history_are_refused(pg: PgStore, look: Look) -> None:
    begins_at = datetime(2040, 3, 1, tzinfo=UTC)
    before = begins_at - timedelta(microseconds=1)
    as_of = "SELECT count(*) AS tasks FROM reporting.tasks_as_of(%s)"
    pg.expire_history(datetime(2038, 1, 1, tzinfo=UTC), timedelta(0))
    assert look(as_of, before) == [{"tasks": 1}]
    pg.expire_history(NOW, timedelta(days=90))
    assert look("SELECT history_since FROM reporting.settings") == [{"history_since": begins_at}]
    assert look(as_of, begins_at) == [{"tasks": 1}]
    with pytest.raises(psycopg.errors.NoDataFound, match="the history begins at 2040-03-01"):
        look(as_of, before)
    pg.expire_history(datetime(2039, 1, 1, tzinfo=UTC), timedelta(0))
    assert look("SELECT history_since FROM reporting.settings") == [{"history_since": begins_at}]


@pytest.mark.usefixtures("old")
def test_expiring_again_drops_nothing(pg: PgStore, look: Look) -> None:
    pg.expire_history(NOW, timedelta(days=90))
    left = look(MONTHS)
    assert pg.expire_history(NOW, timedelta(days=90)) == 0
    assert look(MONTHS) == left


@pytest.mark.usefixtures("old")
def test_reader_of_the_history_defers_expiry(
    url: str, pg: PgStore, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock_waits, "ATTEMPTS", 1)
    before = versions(look)
    with psycopg.connect(url) as reader:
        reader.execute("SELECT count(*) FROM sync.task_versions")
        with pytest.raises(StoreUnavailable):
            pg.expire_history(NOW, timedelta(days=90))
    assert versions(look) == before
    assert pg.expire_history(NOW, timedelta(days=90)) == 3
