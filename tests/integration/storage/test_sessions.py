"""Sessions: the same settings whatever role, database, environment or pooler set."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine, text

from syncer.errors import ConfigurationError, StoreUnavailable
from syncer.storage import PgStore, connections, make_engine, migrate
from syncer.storage.connections import transaction
from syncer.storage.database_urls import parse_url
from tests.support.fakes import make_stream
from tests.support.postgres_servers import Server, shared_folder
from tests.support.sightings import begin, see, store


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "EUC_CN", "LATIN1"])
def test_other_encoding_is_refused_before_anything_is_made(postgres: Server, encoding: str) -> None:
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(postgres.admin_url, autocommit=True) as admin:
        admin.execute(
            f"CREATE DATABASE {name} OWNER {postgres.owner} ENCODING '{encoding}' LOCALE_PROVIDER libc"
            " LOCALE 'C' TEMPLATE template0"
        )
    try:
        with pytest.raises(ConfigurationError, match=rf"has the encoding {encoding}.*UTF8") as caught:
            migrate(postgres.url(name))
        assert "\n" not in str(caught.value)
        with psycopg.connect(postgres.url(name)) as connection:
            query = "SELECT count(*) FROM pg_namespace WHERE nspname = 'sync'"
            assert connection.execute(query).fetchone() == (0,)
    finally:
        postgres.drop(name)


def test_connection_to_a_read_only_database_is_replaced(postgres: Server, url: str, engine: Engine) -> None:
    name = sql.Identifier(parse_url(url).database or "")
    with psycopg.connect(postgres.admin_url, autocommit=True) as admin:
        setting = sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = on").format(name)
        admin.execute(setting)
        with pytest.raises(StoreUnavailable, match="read-only"), transaction(engine) as connection:
            connection.execute(text("DELETE FROM sync.quirks"))
        admin.execute(sql.SQL("ALTER DATABASE {} RESET default_transaction_read_only").format(name))
    with transaction(engine) as connection:
        assert connection.execute(text("DELETE FROM sync.quirks")).rowcount == 0


def test_old_connection_is_replaced(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its temporary table would hold back the freeze horizon of the cluster."""
    assert len(_processes(url, count=3)) == 1
    monkeypatch.setattr(connections, "_LONGEST_AGE", 0)
    assert len(_processes(url, count=3)) == 3


def _processes(url: str, count: int) -> set[int]:
    """The server processes of so many transactions, one after the other."""
    engine = make_engine(url)
    found = set()
    for _ in range(count):
        with transaction(engine) as connection:
            found.add(connection.scalar(text("SELECT pg_backend_pid()")))
    engine.dispose()
    return found


def test_every_idle_connection_comes_to_its_turn(engine: Engine) -> None:
    """The age of a connection is checked only when it is used."""
    query = text("SELECT pg_backend_pid()")
    with ExitStack() as stack:
        pids = {stack.enter_context(transaction(engine)).scalar(query) for _ in range(3)}
    used = set()
    for _ in range(3):
        with transaction(engine) as connection:
            used.add(connection.scalar(query))
    assert used == pids


# PgBouncer


@contextmanager
def _pgbouncer(url: str, folder: Path, mode: str) -> Iterator[str]:
    """Run PgBouncer before the database; yield the URL through it."""
    program = shutil.which("pgbouncer") or shutil.which("/usr/sbin/pgbouncer")
    if program is None:
        pytest.skip("no pgbouncer")
    parsed = parse_url(url)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    (folder / "users").write_text(f'"{parsed.username}" "{parsed.password}"\n')
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n* = host={parsed.host} port={parsed.port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
        f"listen_port = {port}\nauth_type = plain\nauth_file = {folder}/users\npool_mode = {mode}\n"
        "unix_socket_dir =\n"
    )
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen(
        [program, "-q", *user, str(folder / "pgbouncer.ini")], stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(100):
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    break
            subprocess.run(["sleep", "0.05"], check=True)
        yield f"postgresql://{parsed.username}:{parsed.password}@127.0.0.1:{port}/{parsed.database}"
    finally:
        process.terminate()
        process.wait(10)


def test_pgbouncer_in_session_mode_works(url: str) -> None:
    with shared_folder() as folder, _pgbouncer(url, folder, "session") as pooled:
        migrate(pooled)
        engine = make_engine(pooled)
        with closing(PgStore(engine, holder="test")) as pg, pg.claim(make_stream()) as ours:
            assert store(ours, begin(ours), see("t")).inserted == 1
        with transaction(engine) as connection:
            assert connection.scalar(text("SHOW search_path")) == "pg_catalog"
        engine.dispose()


@pytest.mark.parametrize("mode", ["transaction", "statement"])
def test_pgbouncer_that_shares_sessions_is_refused(url: str, mode: str) -> None:
    with shared_folder() as folder, _pgbouncer(url, folder, mode) as pooled:
        engine = make_engine(pooled)
        with pytest.raises(ConfigurationError, match="pool_mode = session"), transaction(engine):
            pass
        engine.dispose()
