"""Transactions that need exclusive locks: bounded waits, and reports of the sessions that hold the locks.

A statement that waits for an exclusive lock makes every later reader of the table wait behind it. So it waits
two seconds at most (`lock_timeout`, set in the SQL functions; less in `migrations/env.py`). Then the
whole transaction is rolled back and tried again after a pause, in which the readers proceed.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import psycopg
from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from syncer.errors import StoreUnavailable, ThreadUnavailable
from syncer.storage.connections import translated
from syncer.threads import start_thread

log = logging.getLogger(__name__)

T = TypeVar("T")

ATTEMPTS = 30
PAUSE = timedelta(seconds=3)
#: Seconds of one attempt before the blocking sessions are looked up, and between two lookups.
_FIRST_LOOKUP, _NEXT_LOOKUP = 0.2, 0.1
#: A lock that was not granted in time, and one that Postgres refused to grant.
_NOT_GRANTED = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)


@dataclass(frozen=True, slots=True, kw_only=True)
class LockHolder:
    """A session that holds a lock, or is earlier in the queue for it."""

    pid: int
    #: None for a prepared transaction, which has no session.
    role: str | None
    application: str
    #: Start of its transaction where this role may see that, else the first lookup that found the session.
    since: datetime
    seen_at: datetime

    def __str__(self) -> str:
        if self.role is None:
            return "a prepared transaction (see pg_prepared_xacts)"
        name = self.application or "no application name"
        seconds = (self.seen_at - self.since).total_seconds()
        return f"pid {self.pid} ({name}, role {self.role}) for {seconds:.0f} s"


@dataclass(frozen=True, slots=True, kw_only=True)
class LockWait:
    """A transaction that waits for locks of other sessions."""

    purpose: str
    holders: tuple[LockHolder, ...]
    attempt: int

    @property
    def holder(self) -> str:
        """The blocking sessions."""
        return ", ".join(map(str, self.holders)) or "another session"

    def __str__(self) -> str:
        return (
            f"{self.purpose}: waiting for a lock held by {self.holder} (attempt {self.attempt} of {ATTEMPTS})"
        )


def log_wait(wait: LockWait) -> None:
    """Log the wait as an event."""
    facts = {"purpose": wait.purpose, "holder": wait.holder, "attempt": wait.attempt}
    log.warning("lock.waiting", extra=facts)


def sleep(duration: timedelta) -> None:
    """Default pause between two attempts."""
    time.sleep(duration.total_seconds())


def retry_lock_waits(
    engine: Engine,
    work: Callable[[Connection], T],
    *,
    purpose: str,
    report: Callable[[LockWait], None] = log_wait,
    pause: Callable[[timedelta], None] = sleep,
) -> T:
    """Run `work` in a transaction, again whenever a lock was not granted in time; return its result.

    `report` is called once in each attempt that waits, from another thread. `pause` is called between two
    attempts, while no lock is held, and may raise. Raises StoreUnavailable after the last attempt, with the
    session that holds the lock.
    """
    watcher = _LockWatcher(engine, purpose, report)
    with translated(engine.url):
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with engine.begin() as connection, watcher.watching(connection, attempt):
                    return work(connection)
            except OperationalError as error:
                if not isinstance(error.orig, _NOT_GRANTED):
                    raise
            if attempt < ATTEMPTS:
                pause(PAUSE)
    raise StoreUnavailable(
        f"{purpose}: a lock is still held by {watcher.wait.holder} after {ATTEMPTS} attempts, and nothing was"
        " changed: end that session (SELECT pg_terminate_backend(pid)) or wait until it ends, then try again"
    )


class _LockWatcher:
    """Looks up the sessions that block a session, from a thread and a connection of its own."""

    def __init__(self, engine: Engine, purpose: str, report: Callable[[LockWait], None]) -> None:
        self._engine, self._purpose, self._report = engine, purpose, report
        #: By pid: the first lookup that found the session.
        self._first_seen: dict[int, datetime] = {}
        #: The last wait that was seen.
        self.wait = LockWait(purpose=purpose, holders=(), attempt=0)

    @contextmanager
    def watching(self, connection: Connection, attempt: int) -> Iterator[None]:
        """Watch the session of `connection` for as long as the block lasts."""
        pid = connection.scalars(select(func.pg_backend_pid())).one()
        ended = threading.Event()
        try:
            thread = start_thread(partial(self._watch, pid, attempt, ended), "reports of waits for locks")
        except ThreadUnavailable as error:  # Only the report is missing.
            log.warning("thread.unavailable", extra={"error": str(error)})
            yield
            return
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _watch(self, pid: int, attempt: int, ended: threading.Event) -> None:
        is_reported = False
        # Without the watcher only the report is missing.
        with suppress(SQLAlchemyError), self._engine.connect() as connection:
            pause = _FIRST_LOOKUP
            while not ended.wait(pause):
                pause = _NEXT_LOOKUP
                if holders := self._holders(connection, pid):
                    self.wait = LockWait(purpose=self._purpose, holders=holders, attempt=attempt)
                    if not is_reported:
                        self._report(self.wait)
                    is_reported = True

    def _holders(self, connection: Connection, pid: int) -> tuple[LockHolder, ...]:
        rows = connection.execute(_HOLDERS, {"pid": pid}).all()
        connection.rollback()
        return tuple(
            LockHolder(
                pid=row.pid,
                role=row.role,
                application=row.application,
                since=row.since or self._first_seen.setdefault(row.pid, row.seen_at),
                seen_at=row.seen_at,
            )
            for row in rows
        )


# A role sees the start of another role's transaction only as a member of pg_read_all_stats.
_HOLDERS = text("""
SELECT b.pid, a.usename AS role, coalesce(a.application_name, '') AS application, a.xact_start AS since,
    clock_timestamp() AS seen_at
FROM (SELECT DISTINCT unnest(pg_blocking_pids(:pid)) AS pid) b
LEFT JOIN pg_stat_activity a ON a.pid = b.pid
ORDER BY a.xact_start, b.pid
""")
