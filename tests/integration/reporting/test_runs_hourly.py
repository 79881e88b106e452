"""`reporting.runs_hourly` aggregates the runs that have ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from syncer.model import Batch, Mode, RunStatus, Stream
from syncer.storage import PgStore, PgStreamStore
from tests.integration.reporting.conftest import Look
from tests.support.fakes import make_source
from tests.support.sightings import begin, see, store

_EXPECTED = """
SELECT source_key, region, day, date_trunc('hour', begun_at) AS hour_at, mode, status, count(*) AS runs,
    max(seconds) AS seconds_max, sum(inserted)::bigint AS inserted, sum(updated)::bigint AS updated,
    sum(unchanged)::bigint AS unchanged, sum(rejected)::bigint AS rejected, sum(late)::bigint AS late,
    sum(lost)::bigint AS lost, sum(pages)::bigint AS pages, sum(requests)::bigint AS requests
FROM reporting.runs WHERE status <> 'running' GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 4, 5, 6
"""
_ROLLUP = """
SELECT source_key, region, day, hour_at, mode, status, runs, seconds_max, inserted, updated, unchanged,
    rejected, late, lost, pages, requests
FROM reporting.runs_hourly ORDER BY 1, 2, 4, 5, 6
"""


def test_hours_aggregate_their_runs(pg: PgStore, look: Look) -> None:
    source = make_source(name="tat")
    with pg.claim(Stream(source, "one")) as one, pg.claim(Stream(source, "two")) as two:
        for ours, status in ((one, RunStatus.SUCCEEDED), (two, RunStatus.SUCCEEDED), (one, RunStatus.FAILED)):
            run = begin(ours)
            store(ours, run, see("t"), see(f"{status}"))
            ours.commit(Batch(run=run, status=status, pages=3, requests=4))
        begin(two)
        pg.refresh_rollups()
    rows = look(_ROLLUP)
    assert rows == look(_EXPECTED)
    assert {(row["region"], row["status"]) for row in rows} >= {
        ("one", "succeeded"),
        ("one", "failed"),
        ("two", "succeeded"),
    }
    assert sum(row["pages"] for row in rows) == 9


def test_run_is_counted_after_its_end(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("t"))
    pg.refresh_rollups()
    assert look(_ROLLUP) == []
    ours.commit(Batch(run=run, status=RunStatus.SUCCEEDED))
    assert pg.stale_days() == 1
    pg.refresh_rollups()
    assert [(row["status"], row["runs"], row["inserted"]) for row in look(_ROLLUP)] == [("succeeded", 1, 1)]


def test_updated_or_deleted_runs_are_counted_again(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    for _ in range(2):
        ours.commit(Batch(run=ours.start(Mode.POLL, datetime.now(UTC)), status=RunStatus.SUCCEEDED))
    look("UPDATE sync.runs SET begun_at = begun_at - interval '3 days', ended_at = begun_at WHERE run_id = 1")
    pg.refresh_rollups()
    assert len(look(_ROLLUP)) == 2 and look(_ROLLUP) == look(_EXPECTED)
    look("DELETE FROM sync.runs WHERE run_id = 1")
    pg.refresh_rollups()
    assert len(look(_ROLLUP)) == 1 and look(_ROLLUP) == look(_EXPECTED)


def test_new_zone_moves_the_days_of_runs(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    ours.commit(Batch(run=ours.start(Mode.POLL, datetime.now(UTC)), status=RunStatus.SUCCEEDED))
    days = []
    for zone in ("Pacific/Kiritimati", "Pacific/Honolulu"):
        pg.configure(zone)
        pg.refresh_rollups()
        [row] = look(_ROLLUP)
        days.append(row["day"])
        assert [row["day"]] == [each["day"] for each in look("SELECT day FROM reporting.runs")]
    assert days[0] - days[1] == timedelta(days=1)
