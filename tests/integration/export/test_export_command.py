"""The command `syncer export`."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from syncer.cli import main
from syncer.storage import PgStore, make_engine
from syncer.storage.read.exports import PgExportDatabase
from tests.support.fakes import make_stream
from tests.support.sightings import begin, see, store

TODAY = datetime.now(UTC)


@pytest.fixture(autouse=True)
def _keep_signals() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def arguments(migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Last arguments of the command. The database has a task created on 2025-01-01, one now, one undated."""
    configuration = tmp_path / "syncer.toml"
    configuration.touch()
    monkeypatch.setenv("SYNCER_DATABASE__URL", migrated_url)
    monkeypatch.chdir(tmp_path)
    engine = make_engine(migrated_url)
    pg = PgStore(engine, holder="test")
    with pg.claim(make_stream(name="vod")) as stream_store:
        old, new = datetime(2025, 1, 1, 12, tzinfo=UTC), TODAY
        store(
            stream_store,
            begin(stream_store),
            see("old", created_at=old),
            see("new", created_at=new),
            see("undated"),
        )
    pg.close()
    engine.dispose()
    return ["--format", "ndjson", "--config", str(configuration)]


def test_export_writes_and_states_why_days_are_not_complete(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", "tasks", "--from", "2025-01-01", "--to", "2025-01-02", *arguments]) == 0
    output = capsys.readouterr()
    assert output.err.splitlines() == [
        "2025-01-01: 1 rows written, provisional (tasks are open; before the coverage begins)",
        "2025-01-02: 0 rows written, gap (before the coverage begins)",
    ]
    lines = output.out.splitlines()
    assert lines[0] == "tasks by day of creation (UTC) in export/tasks"
    assert lines[-2] == "days: 2 written (1 rows), 0 unchanged"
    assert lines[-1].startswith("1 tasks have no creation time")
    written = (tmp_path / "export" / "tasks" / "day=2025-01-01" / "part.ndjson").read_text()
    assert json.loads(written)["task_id"] == "old"


def test_days_are_checked_before_the_format(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    parquet = [*arguments[2:], "--format", "parquet"]
    for days, code, text in (
        (["--from", "2025-13-01"], 2, "2025-13-01"),
        (["--from", "2025-01-02", "--to", "2025-01-01"], 2, "--from 2025-01-02 is after --to 2025-01-01"),
        (["--from", "2025-01-01", "--to", "2025-01-01"], 2, "Parquet needs pyarrow"),
        (["--from", "2025-01-01", "--to", "2025-01-01", "--dry-run"], 0, "1 to write"),
    ):
        assert main(["export", "tasks", *days, *parquet]) == code
        output = capsys.readouterr()
        assert text in output.out + output.err


def test_last_day_is_yesterday_by_default(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PgExportDatabase, "now", lambda _: TODAY)
    since = f"{TODAY - timedelta(days=3):%Y-%m-%d}"
    assert main(["export", "tasks", "--from", since, *arguments]) == 0
    assert "days: 3 written (0 rows), 0 unchanged" in capsys.readouterr().out
    until = f"{TODAY + timedelta(days=30):%Y-%m-%d}"
    assert main(["export", "tasks", "--from", since, "--to", until, *arguments]) == 0
    assert "days: 1 written (1 rows), 3 unchanged" in capsys.readouterr().out


@pytest.mark.parametrize(("by", "first"), [("created", "2025-01-01"), ("observed", "2026-03-01")])
def test_days_before_the_first_row_are_skipped(
    by: str, first: str, arguments: list[str], tmp_path: Path
) -> None:
    assert main(["export", "tasks", "--from", "1900-01-01", "--to", first, "--by", by, *arguments]) == 0
    written = [path.parent.name for path in (tmp_path / "export").rglob("part.*")]
    assert written == [f"day={first}"]


def test_empty_database_exports_nothing(
    migrated_url: str, arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with psycopg.connect(migrated_url) as connection:
        connection.execute("DELETE FROM sync.tasks")
    assert main(["export", "tasks", "--from", "1900-01-01", *arguments]) == 0
    assert "days: 0 written (0 rows), 0 unchanged" in capsys.readouterr().out
    assert not list((tmp_path / "export").rglob("part.*"))


def test_dry_run_writes_nothing(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["export", "versions", "--from", "2026-03-01", "--to", "2026-03-01", "--dry-run", *arguments]
    assert main(command) == 0
    output = capsys.readouterr()
    assert output.err == ""
    assert "days: 1 to write (3 rows), 0 unchanged" in output.out
    assert not (tmp_path / "export").exists()


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (["--from", "soon"], "'soon' is not a date: write it as 2026-01-31"),
        (["--from", "2999-01-01", "--to", "2999-01-02"], "has begun: today is"),
        (["--from", "2025-01-02", "--to", "2025-01-01"], "--from 2025-01-02 is after --to 2025-01-01"),
        (["--from", "2025-01-01", "--escape-formulas"], "changes CSV only: add --format csv"),
        (["--from", "2025-01-01", "--source", "tat"], "no source is called tat; there are vod"),
    ],
    ids=["day", "future", "order", "formulas", "source"],
)
def test_invalid_arguments_are_explained_in_one_line(
    command: list[str], error: str, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", "tasks", *command, *arguments]) == 2
    output = capsys.readouterr().err
    assert error in output
    assert output.count("\n") == 1


def test_unchanged_day_is_not_written_again(
    arguments: list[str], migrated_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["export", "tasks", "--from", "2025-01-01", "--to", "2025-01-01", *arguments]
    assert main(command) == main(command) == 0
    assert "days: 0 written (0 rows), 1 unchanged" in capsys.readouterr().out
    with psycopg.connect(migrated_url) as connection:
        connection.execute("UPDATE sync.tasks SET status = 'failed' WHERE task_id = 'old'")
    assert main(command) == 0
    assert "days: 1 written (1 rows), 0 unchanged" in capsys.readouterr().out
    assert main([*command, "--again"]) == 0
    assert "days: 1 written (1 rows), 0 unchanged" in capsys.readouterr().out
