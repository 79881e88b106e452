"""A Postgres of the tests' own, to be killed, frozen and starved."""

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
#: Our own hands are not tied by what we do to others.
FREE_HANDS = "-c statement_timeout=0 -c default_transaction_read_only=off"
_SMALL = "48m"


@dataclass(frozen=True, slots=True)
class FaultyPostgres:
    """A server that can be ill-treated; what a block does to it is over at the end of the block."""

    cluster: Cluster
    port: int
    #: What its processes inherit.
    file: int
    password: str

    def url(self, database: str, *, role: str = SUPERUSER) -> str:
        """Where a role finds a database; all roles have one password."""
        return f"postgresql://{role}:{self.password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        self.cluster.start(self.port, self.file)

    def crash(self) -> None:
        """End it as a power cut does."""
        stop = (self.cluster.binaries.program("pg_ctl"), "stop", "-w", "-D", str(self.cluster.folder))
        self.cluster.os_user.run(*stop, "-m", "immediate")

    @contextmanager
    def down(self) -> Iterator[None]:
        """It has crashed, and comes up again."""
        self.crash()
        try:
            yield
        finally:
            self.start()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It keeps its connections, and answers nobody."""
        pid = int((self.cluster.folder / "postmaster.pid").read_text("ascii").split()[0])
        os.kill(pid, signal.SIGSTOP)
        # Whoever stands still starts nobody.
        everybody = [pid, *_children(pid)]
        for each in everybody:
            os.kill(each, signal.SIGSTOP)
        try:
            yield
        finally:
            for each in reversed(everybody):
                os.kill(each, signal.SIGCONT)

    @contextmanager
    def setting(self, name: str, value: str) -> Iterator[None]:
        """All sessions, also those there are, run with this setting."""
        self.run(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value)))
        self.run(sql.SQL("SELECT pg_reload_conf()"))
        try:
            yield
        finally:
            self.run(sql.SQL("ALTER SYSTEM RESET {}").format(sql.Identifier(name)))
            self.run(sql.SQL("SELECT pg_reload_conf()"))

    @contextmanager
    def connection_limit(self, database: str, most: int) -> Iterator[None]:
        """The database lets so many sessions in, and those there were are gone."""
        self._limit(database, most)
        self.terminate(database)
        try:
            yield
        finally:
            self._limit(database, -1)

    def terminate(self, database: str) -> int:
        """End the sessions of syncer in the database; how many there were."""
        query = sql.SQL(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = {} AND application_name = 'syncer'"
        )
        return self.run(query.format(sql.Literal(database)))

    def run(self, statement: sql.SQL | sql.Composed) -> int:
        """Run a statement as superuser; how many rows it had."""
        with psycopg.connect(self.url("postgres"), autocommit=True, options=FREE_HANDS) as connection:
            return connection.execute(statement).rowcount

    def _limit(self, database: str, most: int) -> None:
        statement = sql.SQL("ALTER DATABASE {} CONNECTION LIMIT {}")
        self.run(statement.format(sql.Identifier(database), sql.Literal(most)))


@contextmanager
def faulty_postgres(binaries: Binaries) -> Iterator[FaultyPostgres]:
    """A running server in a temporary folder."""
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
    """The port on which the server was started."""
    for port in filter(is_free, _PORTS):
        # Another test session may be faster.
        with contextlib.suppress(StoreUnavailable):
            cluster.start(port, file)
            return port
    raise AssertionError("no free port")


@contextmanager
def small_disk(server: FaultyPostgres, name: str) -> Iterator[Path]:
    """A tablespace on a disk in memory. Only root can have it."""
    disk = server.cluster.folder.with_name(name)
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_SMALL}", "tmpfs", disk], check=True)
    try:
        server.cluster.os_user.chown(disk)
        statement = sql.SQL("CREATE TABLESPACE {} LOCATION {}")
        server.run(statement.format(sql.Identifier(name), sql.Literal(str(disk))))
        yield disk
    finally:
        # The server still has files open there.
        subprocess.run(["umount", "--lazy", disk], check=True)


@contextmanager
def filled(disk: Path) -> Iterator[None]:
    """Not one more byte goes onto the disk."""
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
    table = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = (line.split() for line in table.stdout.splitlines())
    return [int(child) for child, parent in pairs if int(parent) == pid]
