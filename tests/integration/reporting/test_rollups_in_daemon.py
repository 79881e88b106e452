"""The daemon refreshes the rollups and deletes expired history."""

from __future__ import annotations

from pathlib import Path

from syncer.storage import PgStore, PgStreamStore
from tests.integration.reporting.conftest import Look
from tests.support.fakes import T0
from tests.support.idle_daemon import daemon, until
from tests.support.rollup_checks import expected_rows, rollup_rows
from tests.support.sightings import begin, see, store

QUEUE = "SELECT count(*) AS n FROM sync.dirty_hours"


def test_daemon_empties_the_queue(url: str, ours: PgStreamStore, look: Look, tmp_path: Path) -> None:
    store(ours, begin(ours), see("t", "finished", created_at=T0, finished_at=T0))
    with daemon(url, tmp_path):
        until(lambda: look(QUEUE) == [{"n": 0}])
    assert rollup_rows(look, "completions_daily") == expected_rows(look, "completions_daily") != []


def test_daemon_uses_the_configured_time_zone(
    url: str, ours: PgStreamStore, look: Look, tmp_path: Path
) -> None:
    store(ours, begin(ours), see("t", created_at=T0))
    with daemon(url, tmp_path, '[reporting]\ntime_zone = "Pacific/Kiritimati"\nqueue_target = "7s"\n'):
        until(lambda: look(QUEUE) == [{"n": 0}])
    assert [row["hour"] for row in rollup_rows(look, "arrivals_hourly")] == [2]
    assert look("SELECT extract(epoch FROM queue_target)::int AS s FROM sync.settings") == [{"s": 7}]


def test_daemon_drops_old_months_only_if_configured(
    url: str, pg: PgStore, ours: PgStreamStore, look: Look, tmp_path: Path
) -> None:
    store(ours, begin(ours), see("t", created_at=T0))
    month = "SELECT to_regclass('sync_history.task_versions_2019_03') IS NOT NULL AS is_there"
    look("SELECT sync.create_partition('2019-03-01 00:00+00')")
    with daemon(url, tmp_path):
        pg.rebuild_rollups()
        until(lambda: pg.stale_days() == 0)
    assert look(month) == [{"is_there": True}]
    # The history expires by the clock of the providers, which the last complete run has read.
    look("UPDATE sync.streams SET last_run_at = '2026-03-01 12:00+00'")
    with daemon(url, tmp_path, '[history]\nkeep = "365d"\n'):
        until(lambda: look(month) == [{"is_there": False}])
    assert look("SELECT to_regclass('sync.tasks') IS NOT NULL AS is_there") == [{"is_there": True}]
