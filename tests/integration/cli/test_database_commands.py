"""The commands that need only a database: their output and exit codes."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from syncer.cli import main
from syncer.embedded import EmbeddedPostgres
from syncer.storage import PgStore, lock_waits, make_engine
from tests.support.fakes import make_stream
from tests.support.postgres_servers import FAST_SETTINGS, shared_folder, wheel_binaries

_STREAM = """
with source as (
    insert into sync.sources (name, provider, site, account, key_hash)
    values ('vod', 'baidu_vod', 'cn', 'a', '') returning source_id
), stream as (
    insert into sync.streams (source_id, region, poll_every, sweep_every, retention, polled)
    select source_id, 'global', '1m', '6h', '7d', tstzmultirange(
        tstzrange(now() - interval '10 days', now() - interval '9 days'),
        tstzrange(now() - interval '2 days', now() - interval '1 day'),
        tstzrange(now() - interval '1 hour', now())
    ) from source returning stream_id
)
insert into sync.runs (stream_id, mode, status, epoch, started_at, ended_at, error)
select stream_id, 'poll', 'failed', 1, now(), now(), 'the key is refused' from stream
"""
_FAILURE = "update sync.streams set failing_since = '2026-01-02 03:04Z', failure = 'the key is refused'"

_TASK = """
insert into sync.tasks (stream_id, task_id, status, created_at, raw, fingerprint, raw_altered, version,
    observed_at, run_id, request_id, first_seen_at, requested_at)
select stream_id, 'tsk-1', 'running', now() - interval '3 days', '{}', '', false, 1, now(), 1, 'abc',
    now(), now()
from sync.streams
"""
#: The commands that read the database; each must refuse a schema of another version.
_READ_COMMANDS = [["status"], ["gaps"], ["explain", "task"], ["explain", "vod", "2026-01-01"]]


@pytest.fixture
def configuration(tmp_path: Path) -> str:
    path = tmp_path / "syncer.toml"
    path.touch()
    return str(path)


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    monkeypatch.setenv("SYNCER_DATABASE__URL", database_url)


@pytest.fixture
def filled(monkeypatch: pytest.MonkeyPatch, migrated_url: str) -> None:
    monkeypatch.setenv("SYNCER_DATABASE__URL", migrated_url)
    with psycopg.connect(migrated_url) as connection:
        connection.execute(_STREAM)
        connection.execute(_FAILURE)


@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize("command", _READ_COMMANDS)
def test_missing_schema_is_refused_with_the_command_to_type(
    command: list[str], configuration: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--config", configuration]) == 2
    assert capsys.readouterr().err.endswith("type `syncer migrate`\n")


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("command", _READ_COMMANDS)
def test_schema_of_another_version_is_refused(
    command: list[str],
    configuration: str,
    migrated_url: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with psycopg.connect(migrated_url) as connection:
        connection.execute("update sync.alembic_version set version_num = '9999'")
    assert main([*command, "--config", configuration]) == 2
    assert "is newer than this syncer knows" in capsys.readouterr().err


@pytest.mark.usefixtures("empty")
def test_migrate_can_be_repeated(configuration: str, capsys: pytest.CaptureFixture[str]) -> None:
    for change in ("created the schema", "the schema was already up to date"):
        assert main(["migrate", "--config", configuration]) == 0
        assert capsys.readouterr().out.endswith(f": {change}\n")
    assert main(["status", "--config", configuration]) == 0
    assert "nothing has been read yet" in capsys.readouterr().out


@pytest.mark.usefixtures("filled")
def test_migrate_prints_the_session_that_holds_a_lock(
    configuration: str, migrated_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(lock_waits, "ATTEMPTS", 3)
    monkeypatch.setattr(lock_waits, "PAUSE", timedelta(0))
    with psycopg.connect(migrated_url) as owner:
        owner.execute("delete from sync.definitions where name = 'views/runs'")
    with psycopg.connect(migrated_url, application_name="metabase") as reader:
        reader.execute("select count(*) from reporting.runs")
        holder = f"held by pid {reader.info.backend_pid} (metabase, role "
        assert main(["migrate", "--config", configuration]) == 1
    *waits, error = capsys.readouterr().err.splitlines()
    assert [line for line in waits if holder not in line] == []
    assert f"syncer: migrate: a lock is still {holder}" in error


@pytest.mark.usefixtures("filled")
def test_status_shows_streams_errors_and_gaps(configuration: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--config", configuration]) == 1
    output = capsys.readouterr().out
    assert "postgresql://" not in output
    assert "daemon      no daemon runs" in output
    assert "vod     failing  -             -    poll failed  -\n" in output
    assert output.splitlines()[-3:] == [
        "vod: failing since 2026-01-02 03:04:00Z: the key is refused",
        "gaps: 2 fillable, 1 lost",
        "not read successfully since then, so later gaps are not known: vod",
    ]


@pytest.mark.usefixtures("filled")
def test_commands_name_the_zone_of_their_times(
    configuration: str, migrated_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with psycopg.connect(migrated_url) as connection:
        connection.execute(_TASK)
    Path(configuration).write_text("[reporting]\ntime_zone = 'Asia/Shanghai'\n")
    for command in (["status"], ["gaps"], ["explain", "tsk-1"]):
        main([*command, "--config", configuration])
        assert capsys.readouterr().out.endswith("times are in UTC; reports use Asia/Shanghai\n")


@pytest.mark.usefixtures("filled")
def test_status_and_gaps_agree_as_json(configuration: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--json", "--config", configuration]) == 1
    status = json.loads(capsys.readouterr().out)
    assert main(["gaps", "--json", "--config", configuration]) == 0
    gaps = json.loads(capsys.readouterr().out)
    assert status["streams"][0]["result"] == "failed"
    assert [gap["state"] for gap in status["gaps"]] == [gap["state"] for gap in gaps]


@pytest.mark.usefixtures("filled")
def test_gaps_of_some_sources(configuration: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gaps", "vod", "--config", configuration]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 6
    assert main(["gaps", "other", "--config", configuration]) == 2
    assert "no source is called other; there are vod" in capsys.readouterr().err


def test_gaps_lists_streams_that_were_never_read(
    migrated_url: str,
    configuration: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SYNCER_DATABASE__URL", migrated_url)
    engine = make_engine(migrated_url)
    with PgStore(engine, holder="test").claim(make_stream(name="vod")):
        assert main(["gaps", "--config", configuration]) == 0
    engine.dispose()
    output = capsys.readouterr().out
    assert output == "gaps are not known: nothing was read completely yet\n"


@pytest.mark.usefixtures("filled")
def test_explain_of_a_time(configuration: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path(configuration).write_text("[reporting]\ntime_zone = 'Asia/Shanghai'\n")
    assert main(["explain", "vod", "2026-01-01", "08:00", "--config", configuration]) == 0
    output = capsys.readouterr().out
    assert output.startswith(
        "tasks created at 2026-01-01 00:00:00Z (2026-01-01 08:00:00 Asia/Shanghai)\n\nvod: "
    )
    assert "the coverage starts later" in output
    assert "the key is refused" in output
    assert main(["explain", "vod", "2026-01-01", "--json", "--config", configuration]) == 0
    (stream,) = json.loads(capsys.readouterr().out)
    assert (stream["reason"], stream["at"]) == ("before", "2025-12-31T16:00:00+00:00")


@pytest.mark.usefixtures("filled")
def test_explain_of_a_source_is_about_now(configuration: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "vod", "--config", configuration]) == 0
    output = capsys.readouterr().out
    assert output.startswith("tasks created at ")
    assert "vod: not covered\n  no complete run has read up to this time; the coverage ends at" in output


@pytest.mark.usefixtures("filled")
def test_explain_of_a_task(configuration: str, migrated_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    with psycopg.connect(migrated_url) as connection:
        connection.execute(_TASK)
    assert main(["explain", "tsk-1", "--config", configuration]) == 0
    output = capsys.readouterr().out
    assert output.startswith("task tsk-1\n  stream      vod (baidu_vod)\n")
    assert "request abc" in output
    assert main(["explain", "tsk-1", "--json", "--config", configuration]) == 0
    (task,) = json.loads(capsys.readouterr().out)
    assert [state["request_id"] for state in task["versions"]] == ["abc"]


@pytest.mark.usefixtures("filled")
def test_explain_of_an_unknown_task_suggests_the_next_command(
    configuration: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", "none", "--config", configuration]) == 1
    assert "`syncer explain SOURCE TIME`; the sources are vod\n" in capsys.readouterr().out
    assert main(["explain", "none", "--json", "--config", configuration]) == 1
    assert json.loads(capsys.readouterr().out) == []


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["tat", "2026-01-01"], "no source is called tat; there are vod"),
        (["vod", "2026-01-01", "--region", "a"], "the region a of vod was never read"),
        (["vod", "soon"], "'soon' is not a time"),
    ],
    ids=["source", "region", "time"],
)
def test_explain_of_invalid_arguments_is_one_line(
    arguments: list[str], error: str, configuration: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", *arguments, "--config", configuration]) == 2
    assert error in capsys.readouterr().err


def test_unreachable_database_is_one_line(
    configuration: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SYNCER_DATABASE__URL", "postgresql://syncer:hush-hush@127.0.0.1:1/syncer")
    assert main(["status", "--config", configuration]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert error.startswith("syncer: the database at 127.0.0.1:1/syncer is not available")
    assert "hush-hush" not in error


def test_missing_configuration_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--config", str(tmp_path / "none.toml")]) == 2
    assert "there is no configuration" in capsys.readouterr().err


def test_status_shows_the_url_of_an_embedded_database(capsys: pytest.CaptureFixture[str]) -> None:
    if wheel_binaries() is None:
        pytest.skip("no embedded Postgres: install the extra `embedded`")
    with shared_folder() as folder:
        configuration = folder / "syncer.toml"
        configuration.write_text("[database]\ndata_dir = 'data'\n")
        with EmbeddedPostgres(folder / "data", settings=FAST_SETTINGS).running() as url:
            assert main(["migrate", "--config", str(configuration)]) == 0
            assert main(["status", "--config", str(configuration)]) == 0
            output = capsys.readouterr().out
            assert "embedded (running)" in output
            assert "connection  postgresql://syncer@127.0.0.1:" in output
            assert urlsplit(url).password not in output
            assert main(["status", "--json", "--config", str(configuration)]) == 0
            assert urlsplit(url).password not in capsys.readouterr().out
            assert main(["status", "--show-password", "--config", str(configuration)]) == 0
            assert f"connection  {url}\n" in capsys.readouterr().out
