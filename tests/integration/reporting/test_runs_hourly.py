"""`reporting.runs_hourly` is what the runs come to that have ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from syncer.model import Batch, Mode, RunStatus, Stream
from syncer.storage import PgStore, PgStreamStore
from tests.integration.reporting.conftest import Look
from tests.support.fakes import make_source
from tests.support.sightings import begin, see, store

_TOLD = """
SELECT source_key, region, day, date_trunc('hour', begun_at) AS hour_at, mode, status, count(*) AS runs,
    max(seconds) AS seconds_max, sum(inserted)::bigint AS inserted, sum(updated)::bigint AS updated,
    sum(unchanged)::bigint AS unchanged, sum(rejected)::bigint AS rejected, sum(late)::bigint AS late,
    sum(lost)::bigint AS lost, sum(pages)::bigint AS pages, sum(requests)::bigint AS requests
FROM reporting.runs WHERE status <> 'running' GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 4, 5, 6
"""
_SHOWN = """
SELECT source_key, region, day, hour_at, mode, status, runs, seconds_max, inserted, updated, unchanged,
    rejected, late, lost, pages, requests
FROM reporting.runs_hourly ORDER BY 1, 2, 4, 5, 6
"""


def test_hours_are_what_their_runs_come_to(pg: PgStore, look: Look) -> None:
    source = make_source(name="tat")
    with pg.claim(Stream(source, "one")) as one, pg.claim(Stream(source, "two")) as two:
        for ours, status in ((one, RunStatus.SUCCEEDED), (two, RunStatus.SUCCEEDED), (one, RunStatus.FAILED)):
            run = begin(ours)
            store(ours, run, see("t"), see(f"{status}"))
            ours.commit(Batch(run=run, status=status, pages=3, requests=4))
        begin(two)
        pg.refresh_rollups()
    shown = look(_SHOWN)
    assert shown == look(_TOLD)
    assert {(row["region"], row["status"]) for row in shown} >= {
        ("one", "succeeded"),
        ("one", "failed"),
        ("two", "succeeded"),
    }
    assert sum(row["pages"] for row in shown) == 9


def test_run_is_counted_once_it_has_ended(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("t"))
    pg.refresh_rollups()
    assert look(_SHOWN) == []
    ours.commit(Batch(run=run, status=RunStatus.SUCCEEDED))
    assert pg.stale_days() == 1
    pg.refresh_rollups()
    assert [(row["status"], row["runs"], row["inserted"]) for row in look(_SHOWN)] == [("succeeded", 1, 1)]


def test_what_is_changed_or_removed_by_hand_is_counted_anew(
    pg: PgStore, ours: PgStreamStore, look: Look
) -> None:
    for _ in range(2):
        ours.commit(Batch(run=ours.start(Mode.POLL, datetime.now(UTC)), status=RunStatus.SUCCEEDED))
    look("UPDATE sync.runs SET begun_at = begun_at - interval '3 days', ended_at = begun_at WHERE run_id = 1")
    pg.refresh_rollups()
    assert len(look(_SHOWN)) == 2 and look(_SHOWN) == look(_TOLD)
    look("DELETE FROM sync.runs WHERE run_id = 1")
    pg.refresh_rollups()
    assert len(look(_SHOWN)) == 1 and look(_SHOWN) == look(_TOLD)


def test_new_zone_moves_the_days_of_runs(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    ours.commit(Batch(run=ours.start(Mode.POLL, datetime.now(UTC)), status=RunStatus.SUCCEEDED))
    days = []
    for zone in ("Pacific/Kiritimati", "Pacific/Honolulu"):
        pg.configure(zone)
        pg.refresh_rollups()
        [row] = look(_SHOWN)
        days.append(row["day"])
        assert [row["day"]] == [each["day"] for each in look("SELECT day FROM reporting.runs")]
    assert days[0] - days[1] == timedelta(days=1)
