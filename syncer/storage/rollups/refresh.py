"""Brings the rollups up to date: one process at a time, a few days in a transaction, newest first.

What is taken from the queue and what comes of it are one transaction, so that a crash loses nothing. The lock
comes first in it, and each statement sees all that was committed before: a single snapshot for all of them
would be older than the lock, and could miss what the process that had it before has written.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import psycopg
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from syncer.storage.connections import transaction
from syncer.storage.rollups.dirty_queue import EVERYTHING, DirtyBatch, DirtyDay, take_dirty_days
from syncer.storage.rollups.statements import ROLLUPS
from syncer.storage.tables import slo_daily

log = logging.getLogger(__name__)

#: Held by whoever computes rollups, to the end of his transaction. A lock on a table, and not an advisory
#: one, which anybody who may connect could hold against us. Readers of the table are not in its way.
_TURN = text(f"LOCK TABLE {slo_daily.fullname} IN SHARE ROW EXCLUSIVE MODE NOWAIT")


def refresh(engine: Engine, pause: Callable[[], None] = lambda: None) -> int | None:
    """Compute what has changed anew; how many days there were, or None where another process is at it.

    Goes through the queue once, from the newest to the oldest: what is touched in the meantime waits for the
    next time. `pause` is called between two transactions and may raise, which leaves the rest in the queue.
    """
    below: str | None = EVERYTHING
    days = 0
    while below is not None:
        with transaction(engine) as connection:
            taken = _refresh_some(connection, below)
        if taken is None:
            return None
        days += len({touched.day for touched in taken.days})
        below = taken.below
        pause()
    return days


def _refresh_some(connection: Connection, below: str) -> DirtyBatch | None:
    """What was taken and computed; None where another process has the lock."""
    if not _is_our_turn(connection):
        return None
    taken = take_dirty_days(connection, below)
    for touched in taken.days:
        _compute(connection, touched)
    return taken


def _is_our_turn(connection: Connection) -> bool:
    try:
        with connection.begin_nested():
            connection.execute(_TURN)
    except OperationalError as error:
        if isinstance(error.orig, psycopg.errors.LockNotAvailable):
            return False
        raise
    return True


def _compute(connection: Connection, touched: DirtyDay) -> None:
    rows = connection.scalar(_STATEMENTS[touched.fact], touched._asdict())
    if rows:
        log.debug("rollup.computed", extra={"fact": touched.fact, "day": touched.day, "rows": rows})


_STATEMENTS = {name: fact.statement() for name, fact in ROLLUPS.items()}
