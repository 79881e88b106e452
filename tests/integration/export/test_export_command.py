"""`syncer export` as it is typed."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from syncer.cli import main
from syncer.storage import PgStore, make_engine
from syncer.storage.read.exports import PgExportSource
from tests.support.fakes import make_stream
from tests.support.sightings import begin, see, store

TODAY = datetime.now(UTC)


@pytest.fixture(autouse=True)
def _keep_signals() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def typed(migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The command's end, for a ledger with a task of the year's first day, one of now, and one of never."""
    configuration = tmp_path / "syncer.toml"
    configuration.touch()
    monkeypatch.setenv("SYNCER_DATABASE__URL", migrated_url)
    monkeypatch.chdir(tmp_path)
    engine = make_engine(migrated_url)
    pg = PgStore(engine, holder="test")
    with pg.claim(make_stream(name="vod")) as ours:
        old, new = datetime(2025, 1, 1, 12, tzinfo=UTC), TODAY
        store(ours, begin(ours), see("old", created_at=old), see("new", created_at=new), see("never"))
    pg.close()
    engine.dispose()
    return ["--format", "ndjson", "--config", str(configuration)]


def test_export_writes_and_says_what_is_not_final(
    typed: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", "tasks", "--from", "2025-01-01", "--to", "2025-01-02", *typed]) == 0
    shown = capsys.readouterr()
    assert shown.err.splitlines() == [
        "2025-01-01: 1 rows written, provisional (tasks are open; lost: vod)",
        "2025-01-02: 0 rows written, gap (lost: vod)",
    ]
    lines = shown.out.splitlines()
    assert lines[0] == "tasks by day of creation (UTC) in export/tasks"
    assert lines[-2] == "days: 2 written (1 rows), 0 unchanged"
    assert lines[-1].startswith("1 tasks have no time of creation")
    written = (tmp_path / "export" / "tasks" / "day=2025-01-01" / "part.ndjson").read_text()
    assert json.loads(written)["task_id"] == "old"


def test_last_day_is_yesterday_unless_told(
    typed: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PgExportSource, "now", lambda _: TODAY)
    since = f"{TODAY - timedelta(days=3):%Y-%m-%d}"
    assert main(["export", "tasks", "--from", since, *typed]) == 0
    assert "days: 3 written (0 rows), 0 unchanged" in capsys.readouterr().out
    until = f"{TODAY + timedelta(days=30):%Y-%m-%d}"
    assert main(["export", "tasks", "--from", since, "--to", until, *typed]) == 0
    assert "days: 1 written (1 rows), 3 unchanged" in capsys.readouterr().out


@pytest.mark.parametrize(("by", "first"), [("created", "2025-01-01"), ("observed", "2026-03-01")])
def test_days_before_the_first_row_are_passed_over(
    by: str, first: str, typed: list[str], tmp_path: Path
) -> None:
    assert main(["export", "tasks", "--from", "1900-01-01", "--to", first, "--by", by, *typed]) == 0
    written = [path.parent.name for path in (tmp_path / "export").rglob("part.*")]
    assert written == [f"day={first}"]


def test_nothing_is_exported_where_nothing_was_seen(
    migrated_url: str, typed: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with psycopg.connect(migrated_url) as connection:
        connection.execute("DELETE FROM sync.tasks")
    assert main(["export", "tasks", "--from", "1900-01-01", *typed]) == 0
    assert "days: 0 written (0 rows), 0 unchanged" in capsys.readouterr().out
    assert not list((tmp_path / "export").rglob("part.*"))


def test_dry_run_writes_nothing(typed: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["export", "versions", "--from", "2026-03-01", "--to", "2026-03-01", "--dry-run", *typed]
    assert main(words) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    assert "days: 1 to write (3 rows), 0 unchanged" in shown.out
    assert not (tmp_path / "export").exists()


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["--from", "soon"], "'soon' is no day: write 2026-01-31"),
        (["--from", "2999-01-01", "--to", "2999-01-02"], "has begun: it is"),
        (["--from", "2025-01-02", "--to", "2025-01-01"], "--from 2025-01-02 is after --to 2025-01-01"),
        (["--from", "2025-01-01", "--source", "tat"], "no source is called tat; there are vod"),
    ],
    ids=["day", "future", "order", "source"],
)
def test_nonsense_is_one_line(
    words: list[str], error: str, typed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", "tasks", *words, *typed]) == 2
    shown = capsys.readouterr().err
    assert error in shown
    assert shown.count("\n") == 1


def test_day_that_has_been_written_is_left_alone(
    typed: list[str], migrated_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["export", "tasks", "--from", "2025-01-01", "--to", "2025-01-01", *typed]
    assert main(words) == main(words) == 0
    assert "days: 0 written (0 rows), 1 unchanged" in capsys.readouterr().out
    with psycopg.connect(migrated_url) as connection:
        connection.execute("UPDATE sync.tasks SET status = 'failed' WHERE task_id = 'old'")
    assert main(words) == 0
    assert "days: 1 written (1 rows), 0 unchanged" in capsys.readouterr().out
    assert main([*words, "--again"]) == 0
    assert "days: 1 written (1 rows), 0 unchanged" in capsys.readouterr().out
