"""Every command on a database that it cannot use: one line, an exit code of the table, and no traceback."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from syncer.app import wiring
from syncer.cli import main
from tests.support.config_files import MPS
from tests.support.login_server import refusing_server
from tests.support.postgres_servers import Server

_COMMANDS = (
    ["migrate"],
    ["sync"],
    ["run"],
    ["status"],
    ["gaps"],
    ["explain", "task"],
    ["report", "daily"],
    ["export", "tasks", "--into", "exported", "--from", "2026-01-01"],
    ["rebuild", "rollups"],
    ["bi-user", "list"],
    ["bi-user", "create", "bi_team"],
)
#: Nothing listens there.
_NOWHERE = 'endpoint = "http://127.0.0.1:1"\n'


class Databases:
    """Databases and URLs that no command can work with."""

    def __init__(self, server: Server, migrated_url: str, stack: ExitStack) -> None:
        self._server, self._migrated_url, self._stack = server, migrated_url, stack

    def other_encoding(self) -> str:
        """A database in SQL_ASCII."""
        name = f"test_{secrets.token_hex(6)}"
        self._run(
            f"CREATE DATABASE {name} OWNER {self._server.owner} ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc"
            " LOCALE 'C' TEMPLATE template0"
        )
        self._stack.callback(self._server.drop, name)
        return self._server.url(name)

    def wrong_password(self) -> str:
        """A migrated database with a wrong password."""
        scheme, _, rest = self._migrated_url.partition("@")
        return f"{scheme[: scheme.rindex(':')]}:wrong@{rest}"

    def other_role(self) -> str:
        """A migrated database and a role that owns nothing in it."""
        name = f"other_{secrets.token_hex(4)}"
        self._run(f"CREATE ROLE {name} LOGIN PASSWORD 'pass'")
        self._stack.callback(self._run, f"DROP ROLE {name}")
        return f"postgresql://{name}:pass@{self._migrated_url.partition('@')[2]}"

    def misspelt_parameter(self) -> str:
        """A URL with a parameter that libpq does not know."""
        return f"{self._migrated_url}?sslmdoe=require"

    def invalid_parameter(self) -> str:
        """A URL with an invalid value."""
        return f"{self._migrated_url}?sslmode=bogus"

    def refusing_server(self) -> str:
        """A server that refuses each login in its own language."""
        server = refusing_server("28000", "角色 无法登录".encode(), "致命错误")
        return self._stack.enter_context(server)

    def changed_by_hand(self) -> str:
        """A migrated database without its main table."""
        with psycopg.connect(self._migrated_url) as connection:
            connection.execute("ALTER TABLE sync.streams RENAME TO former_streams")
        return self._migrated_url

    def _run(self, statement: str) -> None:
        with psycopg.connect(self._server.admin_url, autocommit=True) as admin:
            admin.execute(statement.encode())


@pytest.fixture
def databases(postgres: Server, migrated_url: str) -> Iterator[Databases]:
    with ExitStack() as stack:
        yield Databases(postgres, migrated_url, stack)


@pytest.mark.parametrize(
    "make_url",
    [
        Databases.other_encoding,
        Databases.wrong_password,
        Databases.other_role,
        Databases.misspelt_parameter,
        Databases.invalid_parameter,
        Databases.refusing_server,
        Databases.changed_by_hand,
    ],
)
def test_no_command_ends_in_a_traceback(
    make_url: Callable[[Databases], str],
    databases: Databases,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(wiring, "DATABASE_RETRY", timedelta(0))
    monkeypatch.setenv("SYNCER_DATABASE__URL", make_url(databases))
    Path("syncer.toml").write_text(f'{MPS}access_key = "a"\nsecret_key = "b"\n{_NOWHERE}', "utf-8")
    Path("syncer.toml").chmod(0o600)
    for command in _COMMANDS if make_url is not Databases.changed_by_hand else (["status"], ["sync"]):
        assert main(command) == 2, command
        captured = capsys.readouterr()
        lines = [line for line in captured.err.splitlines() if not line.startswith(("{", "20"))]
        assert len(lines) == 1, captured
