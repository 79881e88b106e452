"""The Postgres server of a test session: a given one, or one in a temporary folder."""

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

#: Tests need no data after a crash. They are too short to need a vacuum, which would also write at
#: unpredictable moments.
FAST_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_prepared_transactions": "2",
}


@dataclass(frozen=True, slots=True)
class Server:
    """A running Postgres and the ordinary role that owns the tests' databases."""

    admin_url: str
    owner: str
    password: str

    def create(self, name: str, *, template: str = "template0") -> str:
        """Create a database of the owner, empty or as a copy of `template`; return its URL."""
        # Copying files takes a third of the time of the default, which writes the copy to the WAL.
        statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY file_copy")
        parts = [sql.Identifier(word) for word in (name, self.owner, template)]
        self._run(statement.format(*parts))
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove a database, also while clients are connected to it."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def url(self, name: str) -> str:
        """The owner's URL of the database `name`."""
        admin = conninfo_to_dict(self.admin_url)
        secret = f":{self.password}" if self.password else ""
        return f"postgresql://{self.owner}{secret}@{admin['host']}:{admin.get('port', 5432)}/{name}"

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def existing_server(url: str) -> Iterator[Server]:
    """The server at `url`, whose role needs CREATEDB.

    If the role is a superuser, create an ordinary owner of the databases for the time of the block.
    """
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
def temporary_server(binaries: Binaries) -> Iterator[Server]:
    """Run a server of these binaries in a temporary folder."""
    with shared_folder() as folder:
        postgres = EmbeddedPostgres(folder, binaries=binaries, settings=FAST_SETTINGS)
        with (
            postgres.running(),
            existing_server(postgres.url(role=SUPERUSER, database="postgres")) as server,
        ):
            yield server


@contextmanager
def shared_folder() -> Iterator[Path]:
    """A temporary folder that all users may enter; the server's user cannot enter those of pytest."""
    folder = Path(tempfile.mkdtemp(prefix="syncer-test-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def wheel_binaries() -> Binaries | None:
    """The binaries of the extra `embedded`; None if it is not installed."""
    return next((binaries for binaries in installed_binaries() if binaries.package_folder), None)


def system_binaries() -> Binaries | None:
    """The binaries on PATH or in /usr/lib/postgresql; None if there are none."""
    return next((binaries for binaries in installed_binaries() if not binaries.package_folder), None)
