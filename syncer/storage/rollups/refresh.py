"""Refreshes the rollups: one process at a time, a few days per transaction, newest days first.

Deleting from the queue and writing the rollups are one transaction, so a crash loses nothing. The lock is
taken first, and each statement has its own snapshot (READ COMMITTED): one snapshot for the transaction would
be older than the lock, and could miss the commits of the process that held the lock before.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import psycopg
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from syncer.storage.connections import transaction
from syncer.storage.rollups.dirty_queue import NO_BOUND, DirtyBatch, DirtyDay, take_dirty_days
from syncer.storage.rollups.statements import ROLLUPS
from syncer.storage.tables import slo_daily

log = logging.getLogger(__name__)

#: Held by the process that computes rollups, until the end of its transaction. A table lock, because any
#: role that may connect could hold an advisory lock and block the refresh. It does not conflict with reads.
_LOCK = text(f"LOCK TABLE {slo_daily.fullname} IN SHARE ROW EXCLUSIVE MODE NOWAIT")


def refresh(engine: Engine, pause: Callable[[], None] = lambda: None) -> int | None:
    """Compute the changed days again; return their number, or None if another process holds the lock.

    Reads the queue once, from the newest day to the oldest: newer changes stay in it for the next refresh.
    `pause` is called between two transactions; if it raises, the remaining days stay in the queue.
    """
    below: str | None = NO_BOUND
    days = 0
    while below is not None:
        with transaction(engine) as connection:
            batch = _refresh_batch(connection, below)
        if batch is None:
            return None
        days += len({dirty_day.day for dirty_day in batch.days})
        below = batch.below
        pause()
    return days


def _refresh_batch(connection: Connection, below: str) -> DirtyBatch | None:
    """Take a batch from the queue and compute its days; None if another process holds the lock."""
    if not _lock(connection):
        return None
    batch = take_dirty_days(connection, below)
    for dirty_day in batch.days:
        _compute(connection, dirty_day)
    return batch


def _lock(connection: Connection) -> bool:
    """Take the lock without waiting; return whether this transaction has it."""
    try:
        with connection.begin_nested():
            connection.execute(_LOCK)
    except OperationalError as error:
        if isinstance(error.orig, psycopg.errors.LockNotAvailable):
            return False
        raise
    return True


def _compute(connection: Connection, dirty_day: DirtyDay) -> None:
    rows = connection.scalar(_STATEMENTS[dirty_day.fact], dirty_day._asdict())
    if rows:
        log.debug("rollup.computed", extra={"fact": dirty_day.fact, "day": dirty_day.day, "rows": rows})


_STATEMENTS = {name: rollup.statement() for name, rollup in ROLLUPS.items()}
