"""A migrated database, a store in it, and queries that do not use the store."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg.rows import dict_row
from sqlalchemy import Engine

from syncer.model import Stream
from syncer.storage import PgStore, PgStreamStore, make_engine
from tests.support.fakes import make_stream
from tests.support.postgres_servers import Server

#: Short enough to wait for its end in a test, long enough to be renewed on a slow machine.
SHORT_LEASE = timedelta(seconds=1)

Look = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="module")
def module_url(postgres: Server, template: str) -> Iterator[str]:
    """A migrated database for all tests of a module: emptying it is faster than making another."""
    name = f"test_{secrets.token_hex(6)}"
    yield postgres.create(name, template=template)
    postgres.drop(name)


@pytest.fixture
def url(module_url: str) -> Iterator[str]:
    """A migrated database without rows."""
    yield module_url
    with psycopg.connect(module_url, autocommit=True) as connection:
        connection.execute(
            "TRUNCATE sync.sources, sync.streams, sync.leases, sync.tasks, sync.task_versions, sync.runs,"
            " sync.checkpoints, sync.rejected_records, sync.quirks, sync.dirty_hours, sync.arrivals_daily,"
            " sync.arrivals_hourly, sync.completions_daily, sync.completions_hourly, sync.slo_daily,"
            " sync.durations_daily, sync.failures_daily, sync.runs_hourly, sync.processes RESTART IDENTITY"
        )
        connection.execute("DELETE FROM sync.settings")
        connection.execute("INSERT INTO sync.settings DEFAULT VALUES")


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = make_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def pg(engine: Engine) -> Iterator[PgStore]:
    store = PgStore(engine, holder="test")
    yield store
    store.close()


@pytest.fixture
def stream() -> Stream:
    return make_stream()


@pytest.fixture
def ours(pg: PgStore, stream: Stream) -> Iterator[PgStreamStore]:
    with pg.claim(stream) as claimed:
        yield claimed


@pytest.fixture
def look(url: str) -> Iterator[Look]:
    """Runs a query on a separate connection; returns the rows as dictionaries."""
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
        connection.execute("SET timezone = 'UTC'")

        def ask(query: LiteralString, *values: object) -> list[dict[str, Any]]:
            cursor = connection.execute(query, values or None)
            return cursor.fetchall() if cursor.description else []

        yield ask


@pytest.fixture
def impatient(url: str) -> Iterator[Callable[..., PgStore]]:
    """Makes stores with short leases, each like a process of its own, by the name of their holder."""
    with ExitStack() as stack:

        def make(holder: str, lease: timedelta = SHORT_LEASE) -> PgStore:
            engine = make_engine(url, lease=lease)
            stack.callback(engine.dispose)
            store = PgStore(engine, holder=holder, lease=lease)
            stack.callback(store.close)
            return store

        yield make
