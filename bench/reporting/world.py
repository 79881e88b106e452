"""Two years of made-up tasks, made by the server: five sources, seven streams, busy hours, long tails."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Engine

from syncer.storage import make_engine, migrate, rollups
from syncer.storage.connections import transaction

_SQL = Path(__file__).with_name("sql")
_YEARS = timedelta(days=730)
_MONTH = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Filled:
    """What filling took, in seconds."""

    loading: float
    vacuum: float
    rollups: float


def fill(url: str, tasks: int) -> Filled:
    """Migrate the empty database at `url`, and make so many tasks with two former states each."""
    migrate(url)
    began = time.monotonic()
    with psycopg.connect(url, autocommit=True) as connection:
        _load(connection, tasks)
        loaded = time.monotonic()
        connection.execute("VACUUM (ANALYZE) sync.tasks")
        connection.execute("VACUUM (ANALYZE) sync.task_versions")
        connection.execute("ANALYZE")
    vacuumed = time.monotonic()
    engine = make_engine(url)
    try:
        _rebuild(engine)
    finally:
        engine.dispose()
    return Filled(loaded - began, vacuumed - loaded, time.monotonic() - vacuumed)


def _rebuild(engine: Engine) -> None:
    with transaction(engine) as connection:
        rollups.mark_all_dirty(connection)
    rollups.refresh(engine)


def _load(connection: psycopg.Connection[Any], tasks: int) -> None:
    """A month at a time, so that it can be seen to come along."""
    cursor = psycopg.ClientCursor(connection)
    cursor.execute("SET timezone = 'UTC'")
    cursor.execute("SET work_mem = '64MB'")
    cursor.execute("SET synchronous_commit = off")
    cursor.execute("SELECT date_trunc('hour', now())")
    row = cursor.fetchone()
    assert row is not None
    end_at: datetime = row[0]
    values: dict[str, Any] = {"begin_at": end_at - _YEARS, "end_at": end_at, "tasks": tasks}
    cursor.execute("SELECT setseed(0.42)")
    for name in ("hours", "sources", "runs"):
        _run(cursor, name, values)
    cursor.execute("SELECT sync.create_partitions(%(begin_at)s, 27)", values)
    # The history is made here too, and the rollups are computed when all is there.
    cursor.execute("ALTER TABLE sync.tasks DISABLE TRIGGER USER")
    from_at = values["begin_at"]
    while from_at < end_at:
        values |= {"from_at": from_at, "to_at": min(from_at + _MONTH, end_at)}
        made, kept = (_run(cursor, name, values) for name in ("tasks", "versions"))
        print(f"  {from_at:%Y-%m-%d}: {made:,} tasks, {kept:,} former states", flush=True)
        from_at += _MONTH
    cursor.execute("ALTER TABLE sync.tasks ENABLE TRIGGER USER")


def _run(cursor: psycopg.Cursor[Any], name: str, values: dict[str, Any]) -> int:
    cursor.execute((_SQL / f"{name}.sql").read_bytes(), values)
    return cursor.rowcount


def timed(action: Callable[[], object]) -> float:
    """How many seconds `action` takes."""
    began = time.monotonic()
    action()
    return time.monotonic() - began
