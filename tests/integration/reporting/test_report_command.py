"""`syncer report` as it is typed."""

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
def typed(known_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The end of a command that asks the known world."""
    configuration = tmp_path / "syncer.toml"
    configuration.touch()
    monkeypatch.setenv("SYNCER_DATABASE__URL", known_url)
    return ["--config", str(configuration)]


def test_report_without_a_name_is_the_overview(typed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", *typed]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["Overview of the sources", "the last 30 days in Asia/Shanghai, all sources"]
    assert [line.split()[0] for line in lines[3:]] == ["source", "mps-cn", "robot-calls", "tat", "vod"]


def test_report_list_tells_of_every_report(typed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "list", *typed]) == 0
    shown = capsys.readouterr().out
    assert [line.split()[0] for line in shown.splitlines()[1:]] == list(NAMES)
    assert main(["report", "list", "--json", *typed]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [each["title"] for each in told] == [each.title for each in shipped_reports()]


@pytest.mark.parametrize("name", NAMES)
def test_report_is_the_same_as_csv_and_as_json(
    name: str, typed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", name, "--csv", "--source", "mps-cn", *typed]) == 0
    header, *lines = csv.reader(io.StringIO(capsys.readouterr().out))
    assert main(["report", name, "--json", "--source", "mps-cn", *typed]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["report"], told["sources"], told["time_zone"]) == (name, ["mps-cn"], "Asia/Shanghai")
    assert len(lines) == len(told["rows"]) > 0
    assert list(told["rows"][0]) == header
    assert lines[0][0] == str(told["rows"][0][header[0]])


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["nonsense"], "there is no report nonsense, only overview, daily, "),
        (["stuck", "--days", "3"], "the report stuck shows the present: omit --days"),
        (["--source", "tap"], "no source is called tap; there are mps-cn, robot-calls, tat, vod"),
    ],
    ids=["name", "days", "source"],
)
def test_report_of_nonsense_is_one_line(
    words: list[str], error: str, typed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", *words, *typed]) == 2
    shown = capsys.readouterr().err
    assert error in shown
    assert shown.count("\n") == 1


@pytest.mark.parametrize("days", ["0", "-1", "1.5", "x", "99999999"])
def test_days_are_a_sensible_number(days: str, typed: list[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["report", "daily", f"--days={days}", *typed])
    assert exit_.value.code == 2


def test_longest_window_is_answered(typed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "overview", "--days", "36500", *typed]) == 0
    assert "mps-cn" in capsys.readouterr().out


def test_report_before_the_first_migration_names_the_command_to_type(
    database_url: str, typed: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SYNCER_DATABASE__URL", database_url)
    assert main(["report", *typed]) == 2
    assert capsys.readouterr().err.endswith("type `syncer migrate`\n")


def test_report_before_the_first_sync_says_what_to_type(
    migrated_url: str, typed: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SYNCER_DATABASE__URL", migrated_url)
    assert main(["report", *typed]) == 0
    last_line = capsys.readouterr().out.splitlines()[-1]
    assert last_line.startswith("nothing has been read yet: type `syncer sync`")
    with psycopg.connect(migrated_url) as connection:
        assert connection.execute("SELECT count(*) FROM sync.sources").fetchone() == (0,)
