"""The daemon refreshes the rollups and deletes expired history."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from syncer.app import Daemon, open_app
from syncer.config import load
from syncer.storage import PgStore, PgStreamStore
from tests.integration.reporting.conftest import Look
from tests.support.fakes import T0
from tests.support.rollup_checks import expected_rows, rollup_rows
from tests.support.sightings import begin, see, store

QUEUE = "SELECT count(*) AS n FROM sync.dirty_hours"


@contextmanager
def daemon(url: str, folder: Path, configuration: str = "") -> Iterator[None]:
    """Run a daemon without sources during the block."""
    path = folder / "syncer.toml"
    path.write_text(configuration)
    stop = threading.Event()
    with open_app(load(path), url, stop) as app:
        thread = threading.Thread(target=Daemon(app).run)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(60)
    assert not thread.is_alive()


def until(is_so: Callable[[], bool]) -> None:
    """Wait until the condition holds; fail after a minute."""
    pause = threading.Event()
    for _ in range(600):
        if is_so():
            return
        pause.wait(0.1)
    raise AssertionError("it did not come to be")


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
