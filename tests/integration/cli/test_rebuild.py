"""`syncer rebuild rollups`, and the rollups after `syncer sync`."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from syncer.cli import main
from syncer.simulator import ListOptions, Simulator, SimulatorOptions, config_toml

_COUNTED = "SELECT coalesce(sum(tasks), 0)::int FROM reporting.arrivals_daily"
_LEFT = "SELECT count(*) FROM sync.touched_hours"


@pytest.fixture(autouse=True)
def _keep_signals() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def configuration(tmp_path: Path, migrated_url: str) -> Iterator[Path]:
    """A configuration of a simulated list with forty tasks, and of an empty database."""
    options = SimulatorOptions(backlog=0, lists={"baidu": ListOptions(backlog=40)}, has_rate_limits=False)
    simulator = Simulator(options)
    simulator.freeze()
    with simulator:
        path = tmp_path / "syncer.toml"
        sources = config_toml(simulator).split("[[sources]]")[-1]
        path.write_text(f'[database]\nurl = "{migrated_url}"\n[[sources]]{sources}')
        yield path


def ask(url: str, query: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
        assert row is not None
        return int(row[0])


def test_sync_leaves_fresh_rollups(configuration: Path, migrated_url: str) -> None:
    assert main(["sync", "--config", str(configuration)]) == 0
    assert ask(migrated_url, _COUNTED) == 40
    assert ask(migrated_url, _LEFT) == 0


def test_rebuild_counts_every_day_anew(
    configuration: Path, migrated_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sync", "--config", str(configuration)]) == 0
    with psycopg.connect(migrated_url) as connection:
        connection.execute("UPDATE sync.arrivals_daily SET tasks = 1000")
    capsys.readouterr()
    assert main(["rebuild", "rollups", "--config", str(configuration)]) == 0
    assert ask(migrated_url, _COUNTED) == 40
    said = capsys.readouterr().out
    assert said.startswith("counted ") and said.endswith(" days anew\n")


def test_changed_time_zone_is_counted_in_by_the_next_sync(configuration: Path, migrated_url: str) -> None:
    assert main(["sync", "--config", str(configuration)]) == 0
    hours = "SELECT sum(hour * tasks)::int FROM reporting.arrivals_hourly"
    days = (
        "SELECT count(DISTINCT day) FROM reporting.arrivals_hourly"
        " WHERE (hour_at AT TIME ZONE 'Asia/Tokyo')::date <> day"
    )
    assert ask(migrated_url, days) > 0
    before = ask(migrated_url, hours)
    configuration.write_text(configuration.read_text() + '[reporting]\ntime_zone = "Asia/Tokyo"\n')
    assert main(["sync", "--config", str(configuration)]) == 0
    assert (ask(migrated_url, _COUNTED), ask(migrated_url, days)) == (40, 0)
    assert ask(migrated_url, hours) != before
