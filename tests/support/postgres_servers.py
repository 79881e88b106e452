"""The Postgres servers that tests run on: one a session, thrown away with its files."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from syncer.embedded import SUPERUSER, Binaries, EmbeddedPostgres
from syncer.embedded.binaries import installed_binaries

#: Nobody needs a test's data after a crash, and no test lives long enough to need a vacuum, which would write
#: at moments of its own.
FAST = {"fsync": "off", "full_page_writes": "off", "autovacuum": "off"}


@dataclass(frozen=True, slots=True)
class Server:
    """A running Postgres and its ordinary role that owns the tests' databases."""

    admin_url: str
    owner: str
    password: str

    def create(self, name: str, *, template: str = "template0") -> str:
        """The URL of a new database, empty or a copy of `template`, for its owner."""
        statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
        parts = [sql.Identifier(word) for word in (name, self.owner, template)]
        self._run(statement.format(*parts))
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove a database even while someone is connected to it."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def url(self, name: str) -> str:
        """Where the owner finds the database `name`."""
        at = conninfo_to_dict(self.admin_url)
        secret = f":{self.password}" if self.password else ""
        return f"postgresql://{self.owner}{secret}@{at['host']}:{at.get('port', 5432)}/{name}"

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def given(url: str) -> Iterator[Server]:
    """The server at `url`. Its role needs CREATEDB; a superuser makes an ordinary owner for the session."""
    with psycopg.connect(url, autocommit=True) as connection:
        if connection.info.parameter_status("is_superuser") == "off":
            yield Server(url, connection.info.user, connection.info.password)
            return
        owner, password = f"syncer_test_{secrets.token_hex(4)}", secrets.token_hex(16)
        role = sql.Identifier(owner)
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(password)))
        try:
            yield Server(url, owner, password)
        finally:
            connection.execute(sql.SQL("DROP ROLE {}").format(role))


@contextmanager
def started(binaries: Binaries) -> Iterator[Server]:
    """A server of these binaries in a temporary folder."""
    with open_folder() as folder:
        postgres = EmbeddedPostgres(folder, binaries=binaries, settings=FAST)
        with postgres.running(), given(postgres.url(role=SUPERUSER, database="postgres")) as server:
            yield server


@contextmanager
def open_folder() -> Iterator[Path]:
    """A temporary folder that everybody may enter; pytest's own are closed to the server's user."""
    folder = Path(tempfile.mkdtemp(prefix="syncer-test-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def wheel_binaries() -> Binaries | None:
    """The binaries that come with the extra `embedded`."""
    return next((binaries for binaries in installed_binaries() if binaries.tree), None)


def system_binaries() -> Binaries | None:
    """The binaries on PATH or in /usr/lib/postgresql."""
    return next((binaries for binaries in installed_binaries() if not binaries.tree), None)
