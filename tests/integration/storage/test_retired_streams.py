"""Sources and regions that are no longer configured: in the views, the reports and the commands."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from syncer.cli import main
from syncer.model import Interval, ProcessIdentity, RunStatus, Stream, StreamState
from syncer.reporting.reports import NAMES, shipped_report
from syncer.storage import PgStore
from syncer.storage.read import load_retired_streams, load_streams
from syncer.storage.read.reports import run_report
from syncer.storage.write.processes import ProcessRow
from tests.integration.storage.conftest import Look
from tests.support.fakes import make_source
from tests.support.sightings import begin, see, store

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
TAT, OLD = make_source(name="tat"), make_source(name="old", account="another", key_hash="another")
Command = Callable[..., str]


def fill(pg: PgStore, source_stream: Stream, task_id: str, days: int) -> None:
    """Store one open task, and a coverage with a hole, `days` to `days - 1` days ago."""
    swept = (Interval(NOW - 10 * DAY, NOW - days * DAY), Interval(NOW - (days - 1) * DAY, NOW - DAY))
    state = StreamState(polled=swept, swept=swept, last_run_at=NOW, last_sweep_at=NOW)
    with pg.claim(source_stream) as ours:
        sighting = see(task_id, "running", created_at=NOW - days * DAY)
        store(ours, begin(ours), sighting, state=state, status=RunStatus.SUCCEEDED)


@pytest.fixture
def retired(pg: PgStore) -> None:
    """Two regions of `tat`, of which `two` is retired, and the retired source `old`."""
    fill(pg, Stream(TAT, "one"), "live", 3)
    fill(pg, Stream(TAT, "two"), "left", 4)
    fill(pg, Stream(OLD), "oldest", 5)
    assert sorted(pg.retire({"tat": ["one"]})) == ["old", "tat/two"]
    pg.refresh_rollups()


@pytest.fixture
def command(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Runs a command; returns its output."""
    monkeypatch.setenv("SYNCER_DATABASE__URL", url)
    configuration = tmp_path / "syncer.toml"
    configuration.touch()

    def run(*words: str) -> str:
        assert main([*words, "--config", str(configuration)]) == 0
        return capsys.readouterr().out

    return run


@pytest.mark.usefixtures("retired")
def test_views_mark_retired_streams(pg: PgStore, look: Look) -> None:
    rows = look("SELECT * FROM reporting.open_tasks ORDER BY task_id")
    assert [(row["task_id"], row["retired_at"] is None) for row in rows] == [
        ("left", False),
        ("live", True),
        ("oldest", False),
    ]
    assert [row["seconds_until_hidden"] is None for row in rows] == [True, False, True]
    rows = look("SELECT source, region, state, seconds_until_lost, retired_at FROM reporting.coverage_gaps")
    assert {(row["source"], row["region"]): row["retired_at"] is None for row in rows} == {
        ("tat", "one"): True,
        ("tat", "two"): False,
        ("old", "global"): False,
    }
    assert all((row["seconds_until_lost"] is None) is (row["retired_at"] is not None) for row in rows)
    rows = look("SELECT source, regions, retired_at FROM reporting.sources ORDER BY source")
    assert [(row["source"], row["regions"], row["retired_at"] is None) for row in rows] == [
        ("old", 0, False),
        ("tat", 1, True),
    ]


def test_stream_that_another_running_daemon_reads_is_not_retired(engine: Engine, look: Look) -> None:
    """Two daemons may share a database and have different sources."""
    ours, other = (PgStore(engine, holder=f"host:{pid}") for pid in (1, 2))
    for pg, name in ((ours, "mps"), (other, "vod")):
        with pg.claim(Stream(make_source(name=name, account=name, key_hash=name))):
            pass
    identity = ProcessIdentity(host="host", pid=2, version="0", configuration="")
    row = ProcessRow(engine, identity)
    row.record_heartbeat([])
    assert ours.retire({"mps": ["global"]}) == []
    look("UPDATE sync.processes SET heartbeat_at = heartbeat_at - interval '1 hour' RETURNING 1")
    assert ours.retire({"mps": ["global"]}) == ["vod"]


@pytest.mark.usefixtures("retired")
def test_source_that_comes_back_is_no_longer_retired(pg: PgStore, engine: Engine, look: Look) -> None:
    # Under another name, too: account and key are the same.
    renamed = make_source(name="renamed", account="another", key_hash="another")
    restarted = PgStore(engine, holder="restarted")
    restarted.register([renamed])
    assert [stream.label for stream in load_retired_streams(engine)] == ["renamed", "tat/two"]
    with restarted.claim(Stream(renamed)), restarted.claim(Stream(TAT, "two")):
        pass
    restarted.close()
    assert load_retired_streams(engine) == []
    assert pg.retire({"tat": ["one", "two"], "renamed": ["global"]}) == []
    assert [stream.label for stream in load_streams(engine)] == ["renamed", "tat/one", "tat/two"]
    for view in ("open_tasks", "coverage", "coverage_gaps", "sources"):
        assert look(f"SELECT 1 FROM reporting.{view} WHERE retired_at IS NOT NULL") == []
    rows = look("SELECT seconds_until_hidden > 0 AS is_shown FROM reporting.open_tasks")
    assert [row["is_shown"] for row in rows] == [True] * 3


def rows_of(engine: Engine, name: str, **options: Any) -> list[dict[str, Any]]:
    result = run_report(engine, shipped_report(name), **options)
    return [dict(zip(result.columns, row, strict=True)) for row in result.rows]


@pytest.mark.usefixtures("retired")
def test_reports_leave_out_tasks_that_are_not_followed(engine: Engine) -> None:
    assert [row["task_id"] for row in rows_of(engine, "stuck")] == ["live"]
    assert [(row["source"], row["open"]) for row in rows_of(engine, "overview")] == [("old", 0), ("tat", 1)]
    headrooms = {row["region"]: row["headroom_seconds"] for row in rows_of(engine, "coverage")}
    assert {region: value is None for region, value in headrooms.items()} == {
        "global": True,
        "one": False,
        "two": True,
    }
    for name in NAMES:
        result = run_report(engine, shipped_report(name))
        assert result.retired == ("old", "tat/two"), name
        assert run_report(engine, shipped_report(name), source_names=["tat"]).retired == ("tat/two",)


@pytest.mark.usefixtures("retired")
def test_retired_source_leaves_later_days_complete(engine: Engine, look: Look) -> None:
    look("UPDATE sync.streams SET retired_at = %s WHERE region <> 'one'", NOW - 6 * DAY)
    look("UPDATE sync.streams SET swept = tstzmultirange(tstzrange(%s, %s))", NOW - 10 * DAY, NOW - DAY)

    def complete_days(*sources: str) -> set[date]:
        rows = rows_of(engine, "daily", source_names=sources)
        return {row["day"] for row in rows if row["is_complete"]}

    last = (NOW - 2 * DAY).date()
    assert last in complete_days()
    assert (NOW - 6 * DAY).date() not in complete_days()
    assert last not in complete_days("old")


@pytest.mark.usefixtures("retired")
def test_commands_say_no_longer_configured(command: Command) -> None:
    since = "no longer configured since "
    status = command("status")
    assert f"old: {since}" in status
    assert "Z; 1 open task is not followed\n" in status
    assert f"tat/two: {since}" in status
    assert status.endswith("gaps: 1 fillable, 2 no longer configured\n")
    retired = json.loads(command("status", "--json"))["no_longer_configured"]
    assert [(each["source"], each["region"], each["open_tasks"]) for each in retired] == [
        ("old", "global", 1),
        ("tat", "two", 1),
    ]
    gaps = command("gaps", "old")
    assert "  no longer configured  -\n" in gaps
    assert f"gaps: 1 no longer configured\nold: {since}" in gaps
    for time in ((), (f"{NOW - 4.5 * DAY:%Y-%m-%dT%H:%M}Z",)):
        explained = command("explain", "old", *time)
        assert f"old: not covered, {since}" in explained
        assert ", but nothing reads them: no longer configured" in explained
        assert "headroom" not in explained
    assert "in a gap (no longer configured)" in explained
    explained = command("explain", "tat")
    assert explained.count(since) == 1
    assert "headroom" in explained
    assert f"  stream      old (fake), {since}" in command("explain", "oldest")
    for name in NAMES:
        assert "; no longer configured: tat/two\n" in command("report", name, "--source", "tat")
    assert json.loads(command("report", "--json"))["no_longer_configured"] == ["old", "tat/two"]


def test_retired_source_without_gaps_is_known(pg: PgStore, command: Command) -> None:
    with pg.claim(Stream(OLD)):
        pass
    pg.retire({})
    assert command("gaps", "old").startswith("no gaps\nold: no longer configured since ")
    assert "nothing has been read yet" not in command("status")
