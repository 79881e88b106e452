"""Fencing: a transaction writes only under a lease that is still ours. All times are the database's.

A writer locks its lease row FOR KEY SHARE until the end of its transaction. Taking the lease over changes its
epoch, which is part of a key: it waits for such a writer, or it comes first and the writer finds its lease
lost. https://www.postgresql.org/docs/current/explicit-locking.html
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, select

from syncer.errors import LeaseLost
from syncer.storage.tables import leases, streams
from syncer.storage.write.leases import Lease


class LeasedStream(NamedTuple):
    """State of the stream of a lease, at the moment at which the lease was checked."""

    source_id: int
    last_run_at: datetime | None
    last_sweep_at: datetime | None


_leased = (
    select(streams.c.source_id, streams.c.last_run_at, streams.c.last_sweep_at)
    .join(leases, leases.c.stream_id == streams.c.stream_id)
    .where(
        leases.c.stream_id == bindparam("stream_id"),
        leases.c.epoch == bindparam("epoch"),
        leases.c.token == bindparam("token"),
        leases.c.expires_at > func.clock_timestamp(),
    )
)
_locked = _leased.with_for_update(read=True, key_share=True, of=leases)


def lock_lease(connection: Connection, lease: Lease) -> LeasedStream:
    """Lock the lease until the end of the transaction; return the state of its stream.

    Until then no process can take the stream over. Raises LeaseLost if one already has.
    """
    return _leased_stream(connection, lease, is_locked=True)


def check_lease(connection: Connection, lease: Lease) -> LeasedStream:
    """The state of the stream, for a transaction that only reads. Raises LeaseLost if the lease is over."""
    return _leased_stream(connection, lease, is_locked=False)


def _leased_stream(connection: Connection, lease: Lease, *, is_locked: bool) -> LeasedStream:
    values = {"stream_id": lease.stream_id, "epoch": lease.epoch, "token": lease.token}
    row = connection.execute(_locked if is_locked else _leased, values).one_or_none()
    if row is None:
        raise LeaseLost(f"the lease on {lease.label} is over; nothing was written")
    return LeasedStream(*row)
