"""A provider that only this test registers works from its configuration to reports and exports.

Nothing but tests/support/sixth_provider.py is written for it; docs/adding-a-provider.md relies on that.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from syncer.cli import main
from syncer.providers import PROVIDERS
from tests.support.acme_cloud import AcmeCloud, serving
from tests.support.sixth_provider import AcmeRender

#: The day before yesterday. Its list has several pages.
DAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=2)
NOON = DAY + timedelta(hours=12)
OPEN_JOB = "job-open"
Query = Callable[..., list[Any]]


@pytest.fixture
def cloud() -> AcmeCloud:
    """Eleven jobs of one day that have ended, one that is rendering, and one of today."""
    cloud = AcmeCloud()
    for hour in range(11):
        created_at = DAY + timedelta(hours=hour)
        started_at, ended_at = (created_at + timedelta(minutes=minutes) for minutes in (1, hour + 2))
        times = {"startedAt": started_at.isoformat(), "endedAt": ended_at.isoformat()}
        if hour % 5 == 4:
            cloud.put(f"job-{hour:02}", "ERROR", created_at, errorCode="OutOfMemory", **times)
        else:
            cloud.put(f"job-{hour:02}", "DONE", created_at, **times)
    cloud.put(OPEN_JOB, "RENDERING", NOON, framesDone=3, framesTotal=240)
    cloud.put("job-today", "QUEUED", datetime.now(UTC) - timedelta(minutes=5))
    return cloud


class Cli:
    """`syncer` in this process, with the sixth provider in the registry."""

    def __init__(self, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.config, self._capsys = config, capsys

    def __call__(self, *arguments: str, code: int = 0) -> str:
        """Run a command and return its output; fails unless it exits with `code`."""
        self._capsys.readouterr()
        exit_code = main([*arguments, "--config", str(self.config)])
        output = self._capsys.readouterr()
        assert exit_code == code, output.out + output.err
        return output.out


@pytest.fixture
def cli(
    cloud: AcmeCloud,
    migrated_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Cli]:
    monkeypatch.setitem(PROVIDERS, AcmeRender.name, AcmeRender)
    monkeypatch.setenv("SYNCER_DATABASE__URL", migrated_url)
    monkeypatch.setenv("ACME_ACCESS_KEY", "AK")
    monkeypatch.setenv("ACME_SECRET_KEY", "secret")
    monkeypatch.chdir(tmp_path)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    with serving(cloud) as endpoint:
        config = tmp_path / "syncer.toml"
        source = f'{AcmeRender.example.configuration}endpoint = "{endpoint}"\npage_size = 5\n'
        config.write_text(source, "utf-8")
        yield Cli(config, capsys)
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def synced(cli: Cli, cloud: AcmeCloud) -> Cli:
    """After a sweep, a poll in which the open job has ended and another is new, and a second sweep."""
    cli("sync")
    started_at, ended_at = (NOON + timedelta(hours=hours) for hours in (1, 2))
    times = {"startedAt": started_at.isoformat(), "endedAt": ended_at.isoformat()}
    cloud.put(OPEN_JOB, "DONE", NOON, framesDone=240, framesTotal=240, **times)
    cloud.put("job-new", "QUEUED", datetime.now(UTC) - timedelta(seconds=30))
    cli("sync")
    cli("sync", "--sweep")
    return cli


@pytest.fixture
def query(migrated_url: str) -> Query:
    def run(sql: str, *parameters: object) -> list[Any]:
        with psycopg.connect(migrated_url) as connection:
            return connection.execute(sql, parameters or None).fetchall()

    return run


def test_check_makes_one_signed_call(cli: Cli, cloud: AcmeCloud) -> None:
    assert "the call succeeded" in cli("check")
    assert cloud.requests == [{"page": 1, "pageSize": 1}]


def test_check_names_the_error_of_the_vendor(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_SECRET_KEY", "another")
    assert "Acme Render answers BadSignature" in cli("check", code=1)


def test_sweep_reads_every_page_of_every_window(cli: Cli, cloud: AcmeCloud, query: Query) -> None:
    cli("sync")
    assert query("SELECT count(*) FROM reporting.tasks") == [(len(cloud.jobs),)]
    window = DAY.isoformat(), (DAY + timedelta(days=1)).isoformat()
    pages = [r["page"] for r in cloud.requests if (r.get("createdFrom"), r.get("createdTo")) == window]
    assert pages == [1, 2, 3]


def test_open_task_is_read_by_id_until_it_ends(synced: Cli, cloud: AcmeCloud, query: Query) -> None:
    assert {"jobIds": [OPEN_JOB, "job-today"], "page": 1, "pageSize": 2} in cloud.requests
    versions = "SELECT status FROM reporting.task_versions WHERE task_id = %s ORDER BY version"
    assert query(versions, OPEN_JOB) == [("running",), ("succeeded",)]
    runs = query("SELECT mode, status FROM reporting.runs ORDER BY run_id")
    assert runs == [("sweep", "succeeded"), ("poll", "succeeded"), ("sweep", "succeeded")]


def test_explain_and_coverage(synced: Cli, query: Query) -> None:
    assert "succeeded" in synced("explain", OPEN_JOB)
    assert "swept" in synced("explain", "render", f"{DAY:%Y-%m-%d}T05:00:00Z")
    assert json.loads(synced("gaps", "--json")) == []
    assert json.loads(synced("status", "--json"))
    assert query("SELECT source, provider, site FROM reporting.sources") == [("render", "acme_render", "eu")]


def test_rollups_and_reports(synced: Cli, query: Query) -> None:
    synced("rebuild", "rollups")
    counts = (
        "SELECT sum(tasks), sum(failed), bool_and(is_covered) FROM reporting.arrivals_daily WHERE day = %s"
    )
    assert query(counts, DAY.date()) == [(12, 2, True)]
    assert "OutOfMemory" in synced("report", "failures", "--days", "7", "--json")


def test_export(synced: Cli, cloud: AcmeCloud, tmp_path: Path) -> None:
    day = f"{DAY:%Y-%m-%d}"
    synced("export", "tasks", "--from", day, "--to", day, "--format", "ndjson")
    (path,) = (tmp_path / "export").rglob("part.ndjson")
    exported = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert {row["task_id"] for row in exported} == cloud.jobs.keys() - {"job-today", "job-new"}
    assert {row["provider"] for row in exported} == {"acme_render"}
