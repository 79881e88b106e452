"""`syncer bi-user`: its output, its exit codes, and that its password works."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from syncer.cli import main
from tests.support.postgres_servers import Server

RunBiUser = Callable[..., int]
GIVEN = "correct horse battery"


@pytest.fixture
def admin_url(postgres: Server, migrated_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of the configured database, for a superuser."""
    address, database = conninfo_to_dict(postgres.admin_url), conninfo_to_dict(migrated_url)["dbname"]
    with psycopg.connect(postgres.admin_url) as admin:
        if admin.info.parameter_status("is_superuser") != "on":
            pytest.skip("the server's role may not create roles")
        password = admin.info.password
    url = f"postgresql://{address['user']}:{password}@{address['host']}:{address['port']}/{database}"
    monkeypatch.setenv("SYNCER_DATABASE__URL", url)
    return url


@pytest.fixture
def name(admin_url: str) -> Iterator[str]:
    name = f"bi_{secrets.token_hex(4)}"
    yield name
    with psycopg.connect(admin_url, autocommit=True) as connection:
        if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [name]).rowcount:
            connection.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(sql.Identifier(name)))
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


@pytest.fixture
def bi_user(tmp_path: Path) -> RunBiUser:
    """Runs the command with a configuration whose reporting time zone is Asia/Shanghai."""
    configuration = tmp_path / "syncer.toml"
    configuration.write_text('[reporting]\ntime_zone = "Asia/Shanghai"\n')
    return lambda *arguments: main(["bi-user", *arguments, "--config", str(configuration)])


def connect_as(admin_url: str, name: str, password: str) -> Any:
    """Connect as the role; return its number of tasks and its time zone."""
    address = conninfo_to_dict(admin_url)
    with psycopg.connect(
        host=address["host"], port=address["port"], dbname=address["dbname"], user=name, password=password
    ) as connection:
        return connection.execute("SELECT count(*), current_setting('timezone') FROM tasks").fetchone()


def shown_password(out: str) -> str:
    [password] = re.findall(r"^password +(\S+)   \(shown only this time\)$", out, re.M)
    return str(password)


def test_create_prints_a_password_once_and_connection_strings(
    bi_user: RunBiUser, name: str, admin_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bi_user("create", name) == 0
    out = capsys.readouterr().out
    password = shown_password(out)
    assert connect_as(admin_url, name, password) == (0, "Asia/Shanghai")
    assert out.count(password) == 1
    host, port, database = (conninfo_to_dict(admin_url)[key] for key in ("host", "port", "dbname"))
    assert f'psql        psql "host={host} port={port} dbname={database} user={name}"\n' in out
    assert f"jdbc:postgresql://{host}:{port}/{database}?user={name}\n" in out
    assert f";Uid={name};Pwd=PASSWORD\n" in out
    assert f"postgresql+psycopg://{name}:PASSWORD@{host}:{port}/{database}\n" in out
    assert "Revoked from PUBLIC: the right to create temporary tables, create large objects.\n" in out


def test_create_again_keeps_the_password_and_rotate_changes_it(
    bi_user: RunBiUser, name: str, admin_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bi_user("create", name)
    first = shown_password(capsys.readouterr().out)
    assert bi_user("create", name) == 0
    assert "password    unchanged; --rotate creates a new one\n" in capsys.readouterr().out
    assert connect_as(admin_url, name, first)
    assert bi_user("create", name, "--rotate") == 0
    second = shown_password(capsys.readouterr().out)
    assert connect_as(admin_url, name, second)
    with pytest.raises(psycopg.OperationalError):
        connect_as(admin_url, name, first)


@pytest.mark.parametrize("way", ["prompt", "env", "file"])
def test_given_password_is_used_and_never_shown(
    way: str,
    bi_user: RunBiUser,
    name: str,
    admin_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "password").write_text(f"{GIVEN}\n")
    monkeypatch.setenv("BI_PASSWORD", GIVEN)
    monkeypatch.setattr("getpass.getpass", lambda prompt: GIVEN)
    arguments = {"prompt": [], "env": ["BI_PASSWORD"], "file": [str(tmp_path / "password")]}[way]
    assert bi_user("create", name, f"--password-{way}", *arguments) == 0
    output = capsys.readouterr()
    assert GIVEN not in output.out + output.err
    assert "password    the one you gave\n" in output.out
    assert connect_as(admin_url, name, GIVEN)


def test_printed_script_creates_the_role(
    bi_user: RunBiUser, name: str, admin_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bi_user("create", name, "--print-sql") == 0
    output = capsys.readouterr()
    password = shown_password(output.err)
    assert password not in output.out
    assert "BEGIN;" in output.out
    with pytest.raises(psycopg.OperationalError):
        connect_as(admin_url, name, password)
    with psycopg.connect(admin_url, autocommit=True) as administrator:
        administrator.execute(re.sub(r"^\\.*$", "", output.out, flags=re.M))
    assert connect_as(admin_url, name, password) == (0, "Asia/Shanghai")
    assert bi_user("list") == 0
    assert re.search(rf"^{name} +(\d+) of \1 +0  Asia/Shanghai  ", capsys.readouterr().out, re.M)


def test_list_and_drop(bi_user: RunBiUser, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert bi_user("list") == 0
    assert capsys.readouterr().out == "there are no BI roles: type `syncer bi-user create NAME`\n"
    bi_user("create", name)
    capsys.readouterr()
    assert bi_user("list", "--json") == 0
    (role,) = json.loads(capsys.readouterr().out)
    assert (role["name"], role["views"]) == (name, role["all_views"])
    assert bi_user("drop", name) == 0
    assert capsys.readouterr().out == f"dropped {name}; ended sessions: 0\n"
    bi_user("list")
    assert "there are no BI roles" in capsys.readouterr().out


@pytest.mark.usefixtures("admin_url")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["create"], "name the role: `syncer bi-user create NAME`"),
        (["drop"], "name the role: `syncer bi-user drop NAME`"),
        (["create", "Bi"], "'Bi' is not allowed as a role name"),
        (["create", "postgres"], "choose another name"),
        (["drop", "postgres"], "there is no BI role called postgres: see `syncer bi-user list`"),
        (["create", "x", "--statement-timeout", "soon"], "--statement-timeout: write a duration such as"),
        (["create", "x", "--statement-timeout", "0s"], "--statement-timeout: must be at least 1ms"),
        (["create", "x", "--password-env", "NOT_SET"], "a password needs at least 12 characters"),
        (["create", "x", "--password-file", "/nowhere"], "--password-file: /nowhere:"),
    ],
)
def test_user_errors_are_one_line(
    arguments: list[str], message: str, bi_user: RunBiUser, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bi_user(*arguments) == 2
    output = capsys.readouterr()
    assert message in output.err
    assert output.err.count("\n") == 1


def test_two_prompts_must_be_equal(
    bi_user: RunBiUser, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = iter([GIVEN, "another password"])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(answers))
    assert bi_user("create", name, "--password-prompt") == 2
    assert capsys.readouterr().err == "syncer: the two passwords differ\n"


def test_role_without_createrole_is_referred_to_print_sql(
    bi_user: RunBiUser, migrated_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SYNCER_DATABASE__URL", migrated_url)
    assert bi_user("create", "bi_nobody") == 2
    error = capsys.readouterr().err
    assert (
        "may not create roles: ask an administrator to run the output of"
        " `syncer bi-user create bi_nobody --print-sql`" in error
    )
    assert bi_user("create", "bi_nobody", "--print-sql") == 0
    assert capsys.readouterr().out.startswith("-- Creates the BI role bi_nobody:")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["create", "bi_a", "--statement-timeout", "25d"], "must be at most 24d"),
        (["create", "bi_a", "--json"], "--json is for `syncer bi-user list`"),
        (["list", "bi_a"], "omit the name"),
    ],
)
def test_arguments_without_effect_are_refused(
    bi_user: RunBiUser,
    arguments: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SYNCER_DATABASE__URL", "postgresql://u@127.0.0.1:1/db")
    assert bi_user(*arguments) == 2
    assert message in capsys.readouterr().err
