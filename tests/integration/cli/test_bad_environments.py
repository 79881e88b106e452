"""No command ends in a traceback, whatever its environment: one line per error, and a documented code."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from syncer.app import sources
from syncer.cli import main
from syncer.cli.command_registry import COMMANDS
from syncer.cli.commands import demo, rebuild, run, simulate, sync
from syncer.embedded import EmbeddedPostgres
from syncer.http import RetryPolicy
from tests.support.postgres_servers import Server

#: The exit codes of docs/errors.md.
CODES = {0, 1, 2, 130}
#: By command: the arguments of a call that needs the database, or else as much as possible.
CALLS = {
    "demo": ["demo", "--data-dir", "{file}"],
    "init": ["init", "{file}/syncer.toml"],
    "check": ["check"],
    "migrate": ["migrate"],
    "sync": ["sync"],
    "run": ["run"],
    "status": ["status"],
    "explain": ["explain", "vod", "2026-01-01"],
    "export": ["export", "tasks", "--format", "ndjson", "--output", "{file}/export"],
    "report": ["report"],
    "rebuild": ["rebuild", "rollups"],
    "gaps": ["gaps"],
    "bi-user": ["bi-user", "list"],
    "simulate": ["simulate", "--port", "mps-cn=99999999"],
    "completion": ["completion", "bash"],
}
#: The commands that connect to the database.
OF_DATABASE = sorted(set(CALLS) - {"completion", "demo", "init", "simulate"})
#: They print one line for each check or source, and go on.
_WITH_TABLE = {"check", "sync"}

_SOURCE = """
[[sources]]
name = "vod"
provider = "baidu_vod"
endpoint = "http://127.0.0.1:1"
access_key = { env = "OPS_KEY" }
secret_key = { env = "OPS_SECRET" }
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended."""

    command: str
    code: int
    out: str
    err: str

    def check(self) -> None:
        """Assert that the code is documented, and that an error is one line without a traceback."""
        shown = f"{self.command}: {self.code}\n{self.out}\n{self.err}"
        assert self.code in CODES, shown
        assert "Traceback" not in self.out + self.err, shown
        if self.code in (1, 2) and self.command not in _WITH_TABLE and not self.is_table:
            errors = [line for line in self.err.splitlines() if line.startswith("syncer")]
            assert len(errors) == 1, shown

    @property
    def is_table(self) -> bool:
        """Whether the code is that of what the command has shown, such as a stream that fails."""
        return self.command == "status" and "daemon      " in self.out


Run = Callable[..., Outcome]


@pytest.fixture
def execute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """Runs a command in this process, in a folder with a configuration; a daemon is stopped at once."""
    (tmp_path / "syncer.toml").write_text(_SOURCE)
    (tmp_path / "file").touch()
    monkeypatch.chdir(tmp_path)
    for name in ("OPS_KEY", "OPS_SECRET"):
        monkeypatch.setenv(name, "key-of-a-test")
    monkeypatch.setattr(sources, "RetryPolicy", partial(RetryPolicy, max_attempts=1))
    monkeypatch.setattr(sources, "_SHORT_RETRIES", RetryPolicy(max_attempts=1))
    stop = threading.Event()
    monkeypatch.setattr(demo, "clear_environment", lambda: None)
    # No command may use the data folder of this machine's user.
    monkeypatch.setenv("SYNCER_DATABASE__DATA_DIR", str(tmp_path / "file"))
    for module in (demo, rebuild, run, simulate, sync):
        monkeypatch.setattr(module, "stop_on_signals", lambda *_: stop)

    def execute(command: str, *more: str) -> Outcome:
        if command in ("demo", "run", "simulate"):
            stop.set()
        else:
            stop.clear()
        arguments = [word.replace("{file}", str(tmp_path / "file")) for word in CALLS[command]]
        try:
            code = main([*arguments, *more])
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else 1
        return Outcome(command, code, *capsys.readouterr())

    yield execute


def test_every_command_has_a_call() -> None:
    assert CALLS.keys() == COMMANDS.keys()


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "[[sources]]\nname = 1",
        "database = 7",
        "[nonsense",
        b"\xff\xfe\x00".decode("latin-1"),
        "folder",
    ],
    ids=["missing", "no sources", "wrong types", "wrong table", "no TOML", "binary", "folder"],
)
def test_wrong_configuration(
    execute: Run, tmp_path: Path, text: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNCER_DATABASE__URL", "postgresql://nobody@127.0.0.1:1/none")
    path = tmp_path / "syncer.toml"
    path.unlink()
    if text == "folder":
        path.mkdir()
    elif text is not None:
        path.write_bytes(text.encode("latin-1"))
    for command in CALLS:
        execute(command).check()


@pytest.mark.parametrize(
    "variables",
    [
        {"SYNCER_DATABASE__URL": "postgresql://nobody@127.0.0.1:1/none"},
        {"SYNCER_DATABASE__URL": "postgresql://nobody@%2Fno%2Fsuch%2Ffolder/none"},
        {"SYNCER_DATABASE__URL": "mysql://nobody@127.0.0.1/none"},
        {"SYNCER_DATABASE__URL": "postgresql://[::1"},
        {"SYNCER_DATABASE__URL": "postgresql://127.0.0.1:1/x?sslmode=bogus"},
        {"SYNCER_DATABASE__URL": "postgresql:///?service=none", "PGSERVICEFILE": "/no/such/file"},
        {"SYNCER_DATABASE__DATA_DIR": "{file}"},
        {"SYNCER_DATABASE__DATA_DIR": "/proc/no-folder"},
        {"SYNCER_CONFIG": "/no/such/file.toml"},
        {"SYNCER_DAEMON__LEASE": "soon"},
    ],
    ids=lambda variables: " ".join(variables.values()),
)
def test_database_that_cannot_be_reached(
    execute: Run, tmp_path: Path, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value.replace("{file}", str(tmp_path / "file")))
    for command in OF_DATABASE:
        outcome = execute(command)
        outcome.check()
        # The daemon waits for a database that is away; here it is stopped at once.
        assert outcome.code in (1, 2) or command == "run", outcome


#: Variables that must not matter to a command, or are named in one line.
_VARIABLES = [
    {"PGDATESTYLE": "German", "PGTZ": "bogus", "PGCLIENTENCODING": "GBK", "TZ": "Nowhere/Bogus"},
    {"PGSSLMODE": "require", "LANG": "C", "LC_ALL": "C"},
    {"PGOPTIONS": "-c no.such=1 -c work_mem=nonsense"},
    {"PGSERVICE": "none", "PGPORT": "1", "PGHOST": "nowhere"},
    {"HTTP_PROXY": "socks9://nowhere:1", "HTTPS_PROXY": "not a URL", "http_proxy": "ftp://127.0.0.1:1"},
    {"SSL_CERT_FILE": "/no/such/file", "REQUESTS_CA_BUNDLE": "/no/such/file", "SSL_CERT_DIR": "/none:/no"},
    {"HOME": "/no/such/folder", "XDG_DATA_HOME": "relative", "COLUMNS": "nonsense", "TERM": "bogus"},
]
#: One command for each way to the database, and one that sends requests to a cloud.
_SOME = ["status", "export", "check", "bi-user", "run"]


@pytest.mark.parametrize("variables", _VARIABLES, ids=lambda variables: " ".join(variables))
def test_variables_of_the_environment(
    execute: Run, migrated_url: str, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("SYNCER_DATABASE__URL", migrated_url)
        for name, value in variables.items():
            patch.setenv(name, value)
        time.tzset()
        for command in _SOME:
            execute(command).check()
    time.tzset()


def test_missing_home(execute: Run, migrated_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNCER_DATABASE__URL", migrated_url)
    for name in ("HOME", "USER", "LOGNAME", "XDG_DATA_HOME", "PATH"):
        monkeypatch.delenv(name, raising=False)
    for command in CALLS:
        execute(command).check()


def _as(server: Server, statement: str, **names: str) -> None:
    identifiers = {key: sql.Identifier(name) for key, name in names.items()}
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(**identifiers))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "damage",
    [
        "ALTER DATABASE {database} SET default_transaction_read_only = on",
        "ALTER DATABASE {database} SET statement_timeout = '1ms'",
        "ALTER DATABASE {database} ALLOW_CONNECTIONS false",
        "ALTER DATABASE {database} OWNER TO CURRENT_USER; REVOKE ALL ON DATABASE {database} FROM PUBLIC",
        "ALTER DATABASE {database} SET session_preload_libraries = 'no_such_library'",
    ],
    ids=["read-only", "timeout", "no connections", "no rights", "missing library"],
)
def test_damaged_database(
    execute: Run, postgres: Server, migrated_url: str, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNCER_DATABASE__URL", migrated_url)
    name = migrated_url.rpartition("/")[2]
    for statement in damage.split(";"):
        _as(postgres, statement, database=name)
    try:
        for command in OF_DATABASE:
            execute(command).check()
    finally:
        _as(postgres, "ALTER DATABASE {database} ALLOW_CONNECTIONS true", database=name)
        _as(postgres, "ALTER DATABASE {database} RESET ALL", database=name)


def test_database_without_schema_or_in_another_encoding(
    execute: Run, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for options in ("", "ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C'"):
        name = f"test_{secrets.token_hex(6)}"
        owner = {"database": name, "owner": postgres.owner}
        _as(postgres, "CREATE DATABASE {database} OWNER {owner} TEMPLATE template0 " + options, **owner)
        monkeypatch.setenv("SYNCER_DATABASE__URL", postgres.url(name))
        try:
            for command in OF_DATABASE:
                execute(command).check()
        finally:
            postgres.drop(name)


def test_role_that_does_not_exist_or_has_another_password(
    execute: Run, postgres: Server, migrated_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for login in ("nobody:wrong", f"{postgres.owner}:wrong", postgres.owner):
        host = migrated_url.rpartition("@")[2]
        monkeypatch.setenv("SYNCER_DATABASE__URL", f"postgresql://{login}@{host}")
        for command in OF_DATABASE:
            execute(command).check()


def test_embedded_server_that_does_not_start(
    execute: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(_: object, __: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(EmbeddedPostgres, "_start", start)
    monkeypatch.setenv("SYNCER_DATABASE__DATA_DIR", str(tmp_path / "data"))
    for command in OF_DATABASE:
        outcome = execute(command)
        outcome.check()
        assert outcome.code in (1, 2)
