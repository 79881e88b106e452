"""`syncer rebuild rollups`, and the rollups after `syncer sync`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from syncer.cli import main
from syncer.simulator import ListOptions, Simulator, SimulatorOptions, config_toml

_TASKS_IN_ROLLUPS = "SELECT coalesce(sum(tasks), 0)::int FROM reporting.arrivals_daily"
_DIRTY_HOURS = "SELECT count(*) FROM sync.dirty_hours"


@pytest.fixture
def configuration(tmp_path: Path, migrated_url: str) -> Iterator[Path]:
    """A configuration with one simulated list of forty tasks and an empty database."""
    options = SimulatorOptions(backlog=0, lists={"baidu": ListOptions(backlog=40)}, has_rate_limits=False)
    simulator = Simulator(options)
    simulator.freeze()
    with simulator:
        path = tmp_path / "syncer.toml"
        sources = config_toml(simulator).split("[[sources]]")[-1]
        path.write_text(f'[database]\nurl = "{migrated_url}"\n[[sources]]{sources}')
        yield path


def query_number(url: str, query: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
        assert row is not None
        return int(row[0])


def test_sync_refreshes_the_rollups(configuration: Path, migrated_url: str) -> None:
    assert main(["sync", "--config", str(configuration)]) == 0
    assert query_number(migrated_url, _TASKS_IN_ROLLUPS) == 40
    assert query_number(migrated_url, _DIRTY_HOURS) == 0


def test_rebuild_recomputes_every_day(
    configuration: Path, migrated_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sync", "--config", str(configuration)]) == 0
    with psycopg.connect(migrated_url) as connection:
        connection.execute("UPDATE sync.arrivals_daily SET tasks = 1000")
    capsys.readouterr()
    assert main(["rebuild", "rollups", "--config", str(configuration)]) == 0
    assert query_number(migrated_url, _TASKS_IN_ROLLUPS) == 40
    out = capsys.readouterr().out
    assert out.startswith("recomputed ") and out.endswith(" days\n")


def test_sync_after_a_change_of_time_zone_recomputes_the_rollups(
    configuration: Path, migrated_url: str
) -> None:
    assert main(["sync", "--config", str(configuration)]) == 0
    hours = "SELECT sum(hour * tasks)::int FROM reporting.arrivals_hourly"
    days = (
        "SELECT count(DISTINCT day) FROM reporting.arrivals_hourly"
        " WHERE (hour_at AT TIME ZONE 'Asia/Tokyo')::date <> day"
    )
    assert query_number(migrated_url, days) > 0
    before = query_number(migrated_url, hours)
    configuration.write_text(configuration.read_text() + '[reporting]\ntime_zone = "Asia/Tokyo"\n')
    assert main(["sync", "--config", str(configuration)]) == 0
    assert (query_number(migrated_url, _TASKS_IN_ROLLUPS), query_number(migrated_url, days)) == (40, 0)
    assert query_number(migrated_url, hours) != before
