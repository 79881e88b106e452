"""The command `syncer report`."""

from __future__ import annotations

import csv
import io
import json
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from syncer.cli import main
from syncer.reporting.reports import NAMES, shipped_reports


@pytest.fixture(autouse=True)
def _keep_signals() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def arguments(known_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Last arguments of the command, for the database with known tasks."""
    configuration = tmp_path / "syncer.toml"
    configuration.touch()
    monkeypatch.setenv("SYNCER_DATABASE__URL", known_url)
    return ["--config", str(configuration)]


def test_default_report_is_the_overview(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", *arguments]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["Overview of the sources", "the last 30 days in Asia/Shanghai, all sources"]
    assert [line.split()[0] for line in lines[3:]] == ["source", "mps-cn", "robot-calls", "tat", "vod"]


def test_report_list_has_every_report(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "list", *arguments]) == 0
    output = capsys.readouterr().out
    assert [line.split()[0] for line in output.splitlines()[1:]] == list(NAMES)
    assert main(["report", "list", "--json", *arguments]) == 0
    reports = json.loads(capsys.readouterr().out)
    assert [report["title"] for report in reports] == [report.title for report in shipped_reports()]


@pytest.mark.parametrize("name", NAMES)
def test_csv_and_json_have_the_same_rows(
    name: str, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", name, "--csv", "--source", "mps-cn", *arguments]) == 0
    header, *lines = csv.reader(io.StringIO(capsys.readouterr().out))
    assert main(["report", name, "--json", "--source", "mps-cn", *arguments]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["report"], report["sources"], report["time_zone"]) == (name, ["mps-cn"], "Asia/Shanghai")
    assert len(lines) == len(report["rows"]) > 0
    assert list(report["rows"][0]) == header
    assert lines[0][0] == str(report["rows"][0][header[0]])


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (["nonsense"], "there is no report nonsense, only overview, daily, "),
        (["stuck", "--days", "3"], "the report stuck shows the present: omit --days"),
        (["--escape-formulas"], "--escape-formulas changes CSV only: add --csv"),
        (["--source", "tap"], "no source is called tap; there are mps-cn, robot-calls, tat, vod"),
    ],
    ids=["name", "days", "formulas", "source"],
)
def test_invalid_arguments_are_explained_in_one_line(
    command: list[str], error: str, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", *command, *arguments]) == 2
    output = capsys.readouterr().err
    assert error in output
    assert output.count("\n") == 1


@pytest.mark.parametrize("days", ["0", "-1", "1.5", "x", "99999999"])
def test_days_are_limited(days: str, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["report", "daily", f"--days={days}", *arguments])
    assert exit_.value.code == 2


def test_longest_window_is_accepted(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "overview", "--days", "36500", *arguments]) == 0
    assert "mps-cn" in capsys.readouterr().out


def test_missing_settings_are_one_line(
    migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """After a failover or a restore that lost the row; the next run stores it again."""
    (tmp_path / "syncer.toml").touch()
    monkeypatch.setenv("SYNCER_DATABASE__URL", migrated_url)
    with psycopg.connect(migrated_url) as connection:
        connection.execute("delete from sync.settings")
    for command in (["report"], ["export", "tasks", "--from", "2026-01-01", "--dry-run"]):
        assert main([*command, "--config", str(tmp_path / "syncer.toml")]) == 1
        assert "the settings of the reports are missing" in capsys.readouterr().err


def test_report_without_a_schema_names_the_command(
    database_url: str,
    arguments: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SYNCER_DATABASE__URL", database_url)
    assert main(["report", *arguments]) == 2
    assert capsys.readouterr().err.endswith("type `syncer migrate`\n")


def test_report_of_an_empty_database_names_the_command(
    migrated_url: str,
    arguments: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SYNCER_DATABASE__URL", migrated_url)
    assert main(["report", *arguments]) == 0
    last_line = capsys.readouterr().out.splitlines()[-1]
    assert last_line.startswith("nothing has been read yet: type `syncer sync`")
    with psycopg.connect(migrated_url) as connection:
        assert connection.execute("SELECT count(*) FROM sync.sources").fetchone() == (0,)
