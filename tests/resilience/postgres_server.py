"""A Postgres server that tests crash, stop, limit and fill."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from syncer.embedded import SUPERUSER, Binaries
from syncer.embedded.binaries_copy import readable_binaries
from syncer.embedded.cluster import Cluster
from syncer.embedded.os_user import OsUser
from syncer.embedded.tcp_ports import is_free
from syncer.errors import StoreUnavailable
from tests.support import postgres_servers

_PORTS = range(26_500, 26_900)
#: The tests' own sessions ignore the limits that they set.
NO_LIMITS = "-c statement_timeout=0 -c default_transaction_read_only=off"
_SMALL_DISK = "48m"


@dataclass(frozen=True, slots=True)
class FaultyPostgres:
    """A server with faults; each context manager ends its fault at the end of the block."""

    cluster: Cluster
    port: int
    #: File descriptor that its processes inherit.
    file: int
    password: str

    def url(self, database: str, *, role: str = SUPERUSER) -> str:
        """The URL of a database for a role; all roles have the same password."""
        return f"postgresql://{role}:{self.password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start the server and wait until it accepts connections."""
        self.cluster.start(self.port, self.file)

    def crash(self) -> None:
        """Stop the server without a checkpoint, as a power cut does."""
        stop = (self.cluster.binaries.program("pg_ctl"), "stop", "-w", "-D", str(self.cluster.folder))
        self.cluster.os_user.run(*stop, "-m", "immediate")

    @contextmanager
    def down(self) -> Iterator[None]:
        """Crash the server; start it again at the end."""
        self.crash()
        try:
            yield
        finally:
            self.start()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Stop all its processes by SIGSTOP: connections stay open and get no response."""
        pid = int((self.cluster.folder / "postmaster.pid").read_text("ascii").split()[0])
        os.kill(pid, signal.SIGSTOP)
        # The postmaster is stopped first, so that it starts no further process.
        pids = [pid, *_children(pid)]
        for process in pids:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in reversed(pids):
                os.kill(process, signal.SIGCONT)

    @contextmanager
    def setting(self, name: str, value: str) -> Iterator[None]:
        """Apply a setting to all sessions, existing ones included."""
        self.run(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value)))
        self.run(sql.SQL("SELECT pg_reload_conf()"))
        try:
            yield
        finally:
            self.run(sql.SQL("ALTER SYSTEM RESET {}").format(sql.Identifier(name)))
            self.run(sql.SQL("SELECT pg_reload_conf()"))

    @contextmanager
    def connection_limit(self, database: str, limit: int) -> Iterator[None]:
        """Limit the sessions of a database, and end the existing ones."""
        self._limit(database, limit)
        self.terminate(database)
        try:
            yield
        finally:
            self._limit(database, -1)

    def terminate(self, database: str) -> int:
        """End syncer's sessions in the database; return how many there were."""
        query = sql.SQL(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = {} AND application_name = 'syncer'"
        )
        return self.run(query.format(sql.Literal(database)))

    def run(self, statement: sql.SQL | sql.Composed) -> int:
        """Run a statement as superuser; return its number of rows."""
        with psycopg.connect(self.url("postgres"), autocommit=True, options=NO_LIMITS) as connection:
            return connection.execute(statement).rowcount

    def _limit(self, database: str, limit: int) -> None:
        statement = sql.SQL("ALTER DATABASE {} CONNECTION LIMIT {}")
        self.run(statement.format(sql.Identifier(database), sql.Literal(limit)))


@contextmanager
def faulty_postgres(binaries: Binaries) -> Iterator[FaultyPostgres]:
    """Start a server in a temporary folder; stop it at the end of the block."""
    with postgres_servers.shared_folder() as folder, open(os.devnull, "rb") as nothing:
        os_user = OsUser.for_files(folder / "db")
        cluster = Cluster(folder / "db", readable_binaries(binaries, os_user, folder / "binaries"), os_user)
        password = secrets.token_hex(16)
        cluster.create(password, postgres_servers.FAST_SETTINGS)
        server = FaultyPostgres(cluster, _started(cluster, nothing.fileno()), nothing.fileno(), password)
        try:
            yield server
        finally:
            server.crash()


def _started(cluster: Cluster, file: int) -> int:
    """Start the server on a free port and return the port."""
    for port in filter(is_free, _PORTS):
        # Another test session may have taken the port.
        with contextlib.suppress(StoreUnavailable):
            cluster.start(port, file)
            return port
    raise AssertionError("no free port")


@contextmanager
def small_disk(server: FaultyPostgres, name: str) -> Iterator[Path]:
    """Create a tablespace on a small file system in memory. Needs root."""
    disk = server.cluster.folder.with_name(name)
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_SMALL_DISK}", "tmpfs", disk], check=True)
    try:
        server.cluster.os_user.chown(disk)
        statement = sql.SQL("CREATE TABLESPACE {} LOCATION {}")
        server.run(statement.format(sql.Identifier(name), sql.Literal(str(disk))))
        yield disk
    finally:
        # The server still has open files there.
        subprocess.run(["umount", "--lazy", disk], check=True)


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Fill the disk to the last byte."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            pass
    try:
        yield
    finally:
        ballast.unlink()


def _children(pid: int) -> list[int]:
    """The process ids of the direct children."""
    table = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = (line.split() for line in table.stdout.splitlines())
    return [int(child) for child, parent in pairs if int(parent) == pid]
