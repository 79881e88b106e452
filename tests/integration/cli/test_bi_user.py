"""`syncer bi-user`: what it prints, with which code it ends, and that its password opens the door."""

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

Type = Callable[..., int]
GIVEN = "correct horse battery"


@pytest.fixture
def place(postgres: Server, migrated_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The configured database, where a superuser connects."""
    at, database = conninfo_to_dict(postgres.admin_url), conninfo_to_dict(migrated_url)["dbname"]
    with psycopg.connect(postgres.admin_url) as admin:
        if admin.info.parameter_status("is_superuser") != "on":
            pytest.skip("the server's role may not create roles")
        password = admin.info.password
    url = f"postgresql://{at['user']}:{password}@{at['host']}:{at['port']}/{database}"
    monkeypatch.setenv("SYNCER_DATABASE__URL", url)
    return url


@pytest.fixture
def name(place: str) -> Iterator[str]:
    name = f"bi_{secrets.token_hex(4)}"
    yield name
    with psycopg.connect(place, autocommit=True) as connection:
        if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [name]).rowcount:
            connection.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(sql.Identifier(name)))
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


@pytest.fixture
def bi_user(tmp_path: Path) -> Type:
    """Types the command with a configuration whose days are China's."""
    configuration = tmp_path / "syncer.toml"
    configuration.write_text('[reporting]\ntime_zone = "Asia/Shanghai"\n')
    return lambda *words: main(["bi-user", *words, "--config", str(configuration)])


def enter(place: str, name: str, password: str) -> Any:
    at = conninfo_to_dict(place)
    with psycopg.connect(
        host=at["host"], port=at["port"], dbname=at["dbname"], user=name, password=password
    ) as connection:
        return connection.execute("SELECT count(*), current_setting('timezone') FROM tasks").fetchone()


def shown_password(out: str) -> str:
    [password] = re.findall(r"^password +(\S+)   \(shown this once\)$", out, re.M)
    return str(password)


def test_create_prints_a_password_once_and_how_tools_connect(
    bi_user: Type, name: str, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bi_user("create", name) == 0
    out = capsys.readouterr().out
    password = shown_password(out)
    assert enter(place, name, password) == (0, "Asia/Shanghai")
    assert out.count(password) == 1
    at = conninfo_to_dict(place)
    assert (
        f'psql        psql "host={at["host"]} port={at["port"]} dbname={at["dbname"]} user={name}"\n' in out
    )
    assert f"jdbc:postgresql://{at['host']}:{at['port']}/{at['dbname']}?user={name}\n" in out
    assert f";Uid={name};Pwd=PASSWORD\n" in out
    assert f"postgresql+psycopg://{name}:PASSWORD@{at['host']}:{at['port']}/{at['dbname']}\n" in out
    assert "No longer open to everybody: to create temporary tables, create large objects.\n" in out


def test_creating_again_keeps_the_password_and_rotating_does_not(
    bi_user: Type, name: str, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    bi_user("create", name)
    first = shown_password(capsys.readouterr().out)
    assert bi_user("create", name) == 0
    assert "password    as it was; --rotate makes another\n" in capsys.readouterr().out
    assert enter(place, name, first)
    assert bi_user("create", name, "--rotate") == 0
    second = shown_password(capsys.readouterr().out)
    assert enter(place, name, second)
    with pytest.raises(psycopg.OperationalError):
        enter(place, name, first)


@pytest.mark.parametrize("way", ["prompt", "env", "file"])
def test_given_password_is_taken_and_never_shown(
    way: str,
    bi_user: Type,
    name: str,
    place: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "password").write_text(f"{GIVEN}\n")
    monkeypatch.setenv("BI_PASSWORD", GIVEN)
    monkeypatch.setattr("getpass.getpass", lambda prompt: GIVEN)
    words = {"prompt": [], "env": ["BI_PASSWORD"], "file": [str(tmp_path / "password")]}[way]
    assert bi_user("create", name, f"--password-{way}", *words) == 0
    shown = capsys.readouterr()
    assert GIVEN not in shown.out + shown.err
    assert "password    as you gave it\n" in shown.out
    assert enter(place, name, GIVEN)


def test_printed_script_makes_the_reader_and_nothing_else_does(
    bi_user: Type, name: str, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bi_user("create", name, "--print-sql") == 0
    shown = capsys.readouterr()
    password = shown_password(shown.err)
    assert password not in shown.out
    assert "BEGIN;" in shown.out
    with pytest.raises(psycopg.OperationalError):
        enter(place, name, password)
    with psycopg.connect(place, autocommit=True) as administrator:
        administrator.execute(re.sub(r"^\\.*$", "", shown.out, flags=re.M))
    assert enter(place, name, password) == (0, "Asia/Shanghai")
    assert bi_user("list") == 0
    assert re.search(rf"^{name} +(\d+) of \1 +0  Asia/Shanghai$", capsys.readouterr().out, re.M)


def test_list_and_drop(bi_user: Type, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert bi_user("list") == 0
    assert capsys.readouterr().out == "there are none: type `syncer bi-user create NAME`\n"
    bi_user("create", name)
    capsys.readouterr()
    assert bi_user("list", "--json") == 0
    (reader,) = json.loads(capsys.readouterr().out)
    assert (reader["name"], reader["views"]) == (name, reader["all_views"])
    assert bi_user("drop", name) == 0
    assert capsys.readouterr().out == f"{name} is gone; sessions that it still has can read nothing more\n"
    bi_user("list")
    assert "there are none" in capsys.readouterr().out


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["create"], "which role? Type `syncer bi-user create NAME`"),
        (["drop"], "which role? Type `syncer bi-user drop NAME`"),
        (["create", "Bi"], "'Bi' is not allowed as a role name"),
        (["create", "postgres"], "choose another name"),
        (["drop", "postgres"], "there is no BI role called postgres: see `syncer bi-user list`"),
        (["create", "x", "--statement-timeout", "soon"], "--statement-timeout: write a duration such as"),
        (["create", "x", "--statement-timeout", "0s"], "--statement-timeout: a statement needs some time"),
        (["create", "x", "--password-env", "NOT_SET"], "a password needs 12 characters at least"),
        (["create", "x", "--password-file", "/nowhere"], "--password-file: /nowhere:"),
    ],
)
def test_mistakes_are_told_in_one_line(
    words: list[str], says: str, bi_user: Type, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bi_user(*words) == 2
    shown = capsys.readouterr()
    assert says in shown.err
    assert shown.err.count("\n") == 1


def test_two_prompts_must_agree(
    bi_user: Type, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = iter([GIVEN, "another password"])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(answers))
    assert bi_user("create", name, "--password-prompt") == 2
    assert capsys.readouterr().err == "syncer: the two passwords differ\n"


def test_ordinary_owner_is_told_what_to_do(
    bi_user: Type, migrated_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SYNCER_DATABASE__URL", migrated_url)
    assert bi_user("create", "bi_nobody") == 2
    said = capsys.readouterr().err
    assert (
        "may not create roles: ask an administrator to run the output of"
        " `syncer bi-user create bi_nobody --print-sql`" in said
    )
    assert bi_user("create", "bi_nobody", "--print-sql") == 0
    assert capsys.readouterr().out.startswith("-- Creates the BI role bi_nobody:")
