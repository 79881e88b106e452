"""User errors: one clear line, the right exit code, no secret in the output."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from tests.support.program import CommandResult
from tests.support.system_under_test import SystemFactory, SystemUnderTest

DONE, FAILED, MISCONFIGURED = 0, 1, 2
_WRONG_KEY = "wrong-secret-key-hush-hush-7"
_WRONG_PASSWORD = "wrong-password-hush-hush-8"


@pytest.fixture
def system(make_system: SystemFactory) -> SystemUnderTest:
    return make_system(backlog=40)


def output_of(system: SystemUnderTest, result: CommandResult) -> str:
    """The output of a command; fails if it contains a traceback or a secret."""
    text = result.out + result.err
    assert "Traceback" not in text
    password = urlsplit(system.database_url).password or "none"
    for secret in (_WRONG_KEY, _WRONG_PASSWORD, system.simulator.credentials.secret_key, password):
        assert secret not in text
    return text


def error_line(system: SystemUnderTest, result: CommandResult) -> str:
    """The only line of a command that failed."""
    output_of(system, result)
    assert result.out == ""
    [line] = result.err.splitlines()
    assert line.startswith("syncer: ")
    return line


def failed_checks(system: SystemUnderTest, result: CommandResult) -> dict[str, str]:
    """By name: the description of each failed check of `syncer check`."""
    rows = [line.split(None, 2) for line in output_of(system, result).splitlines()[1:]]
    return {row[0]: row[2] for row in rows if row[1] == "failed"}


def with_password(url: str, password: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{parts.username}:{password}@{parts.hostname}:{parts.port}"))


def test_wrong_secret_key(system: SystemUnderTest) -> None:
    system.configure(secret_key=_WRONG_KEY)
    checked = system.program.run("check")
    assert checked.code == FAILED
    failed = failed_checks(system, checked)
    assert set(failed) == {"mps-cn", "mps-intl", "tat", "aiccs", "baidu"}
    assert all("check access_key" in line for line in failed.values())
    synced = system.program.run("sync")
    assert synced.code == FAILED
    assert output_of(system, synced).count("check access_key") >= 7
    assert system.database.count_tasks() == 0


def test_unknown_region(system: SystemUnderTest) -> None:
    system.configure(lists={"tat": {"regions": ["ap-nowhere"]}})
    checked = system.program.run("check")
    assert checked.code == MISCONFIGURED
    [(source, line)] = failed_checks(system, checked).items()
    assert source == "tat"
    assert "ap-nowhere" in line
    assert "`regions`" in line
    synced = system.program.run("sync")
    assert synced.code == FAILED
    assert "\ntat/ap-nowhere: Tencent TAT answers UnsupportedRegion" in output_of(system, synced)
    # The other sources were read.
    assert system.database.value("select count(distinct source) from reporting.tasks") == 4
    # After the correction, status shows the region that does not exist only as no longer configured.
    assert "ap-nowhere" in output_of(system, system.program.run("status"))
    system.configure()
    assert system.program.run("sync", "tat").code == DONE
    lines = output_of(system, system.program.run("status")).splitlines()
    [line] = [line for line in lines if "ap-nowhere" in line]
    assert line.startswith("tat/ap-nowhere: no longer configured since ")


def test_unreachable_endpoint(system: SystemUnderTest) -> None:
    system.configure(lists={"aiccs": {"endpoint": "http://127.0.0.1:1"}})
    checked, synced = (system.program.start(*arguments) for arguments in (("check",), ("sync", "aiccs")))
    for result in (checked.wait(), synced.wait()):
        assert result.code == FAILED
        assert "cannot connect to 127.0.0.1:1: connection refused; gave up after" in output_of(system, result)


def test_wrong_database_password(system: SystemUnderTest) -> None:
    system.configure(database=with_password(system.database_url, _WRONG_PASSWORD))
    for arguments in (("sync",), ("migrate",)):
        result = system.program.run(*arguments)
        assert result.code == MISCONFIGURED
        line = error_line(system, result)
        assert "password authentication failed" in line
    checked = system.program.run("check")
    assert checked.code == MISCONFIGURED
    assert "password authentication failed" in failed_checks(system, checked)["database"]


def test_database_is_away(system: SystemUnderTest) -> None:
    system.configure(database=f"postgresql://syncer:{_WRONG_PASSWORD}@127.0.0.1:1/syncer")
    result = system.program.run("sync")
    assert result.code == FAILED
    assert "the database at 127.0.0.1:1/syncer is not available" in error_line(system, result)


def test_missing_schema_names_the_command_to_type(system: SystemUnderTest, database_url: str) -> None:
    system.configure(database=database_url)
    result = system.program.run("run")
    assert result.code == MISCONFIGURED
    assert error_line(system, result).endswith("type `syncer migrate`")
    checked = system.program.run("check")
    assert checked.code == MISCONFIGURED
    assert failed_checks(system, checked)["database"].endswith("type `syncer migrate`")


def test_missing_configuration(system: SystemUnderTest, folder: Path) -> None:
    (folder / "syncer.toml").unlink()
    for arguments in (("check",), ("run",)):
        result = system.program.run(*arguments)
        assert result.code == MISCONFIGURED
        assert "`syncer init" in error_line(system, result)


def test_all_errors_of_the_configuration_are_reported_at_once(system: SystemUnderTest) -> None:
    system.configure(poll_evry="1s", lists={"baidu": {"secret_key": None}, "tat": {"regions": "everywhere"}})
    result = system.program.run("check")
    assert result.code == MISCONFIGURED
    text = output_of(system, result)
    for word in ("poll_evry", "secret_key", "regions"):
        assert word in text


def test_unknown_source(system: SystemUnderTest) -> None:
    result = system.program.run("sync", "mps")
    assert result.code == MISCONFIGURED
    line = error_line(system, result)
    assert "no source is called mps" in line
    assert "mps-cn, mps-intl, tat, aiccs, baidu" in line
