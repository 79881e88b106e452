"""Leases: the right to write a stream, with an epoch that only grows. All times are the database's.

A writer locks its lease row FOR KEY SHARE until the end of its transaction. Taking a lease over changes the
epoch, which is part of a key: it waits for such a writer, or it comes first and the writer finds its lease
lost. A renewal changes no key and never waits. https://www.postgresql.org/docs/current/explicit-locking.html
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, Select, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from syncer.errors import LeaseLost
from syncer.storage.tables import leases, streams

_now = func.clock_timestamp()


@dataclass(frozen=True, slots=True)
class Lease:
    """Our lease of a stream, until it expires or a later epoch begins. `label` is the stream's."""

    stream_id: int
    epoch: int
    label: str


class LeasedStream(NamedTuple):
    """State of the stream of a lease, at the moment at which the lease was checked."""

    source_id: int
    last_run_at: datetime | None
    last_sweep_at: datetime | None


def take_lease(connection: Connection, stream_id: int, *, label: str, holder: str, lease: timedelta) -> Lease:
    """Take the lease of the stream for the duration `lease`; return it with its new epoch.

    Raises LeaseLost while another process holds it.
    """
    first = insert(leases).values(stream_id=stream_id, epoch=0, holder="", renewed_at=_now, expires_at=_now)
    connection.execute(first.on_conflict_do_nothing(index_elements=[leases.c.stream_id]))
    epoch = connection.scalar(
        update(leases)
        .where(leases.c.stream_id == stream_id, leases.c.expires_at <= _now)
        .values(epoch=leases.c.epoch + 1, holder=holder, renewed_at=_now, expires_at=_now + lease)
        .returning(leases.c.epoch)
    )
    if epoch is None:
        raise _lease_held(connection, stream_id, label)
    return Lease(stream_id, epoch, label)


def _lease_held(connection: Connection, stream_id: int, label: str) -> LeaseLost:
    row = connection.execute(
        select(leases.c.holder, leases.c.expires_at).where(leases.c.stream_id == stream_id)
    ).one()
    until = row.expires_at.isoformat(sep=" ", timespec="seconds")
    return LeaseLost(f"{label} is being read by {row.holder}, whose lease runs until {until}")


def renew_lease(connection: Connection, lease: Lease, duration: timedelta) -> bool:
    """Renew the lease for `duration` from now if it has not expired; return whether it is still ours."""
    connection.execute(
        update(leases)
        # A process that takes the lease over locks the row: renewals of other leases must not wait for it.
        .where(leases.c.stream_id.in_(_mine(lease).with_for_update(key_share=True, skip_locked=True)))
        .values(renewed_at=_now, expires_at=_now + duration)
    )
    return connection.scalar(_mine(lease)) is not None


def release_lease(connection: Connection, lease: Lease) -> None:
    """End the lease now, if it is still ours."""
    connection.execute(update(leases).where(leases.c.stream_id.in_(_mine(lease))).values(expires_at=_now))


_leased = (
    select(streams.c.source_id, streams.c.last_run_at, streams.c.last_sweep_at)
    .join(leases, leases.c.stream_id == streams.c.stream_id)
    .where(
        leases.c.stream_id == bindparam("stream_id"),
        leases.c.epoch == bindparam("epoch"),
        leases.c.expires_at > _now,
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
    values = {"stream_id": lease.stream_id, "epoch": lease.epoch}
    row = connection.execute(_locked if is_locked else _leased, values).one_or_none()
    if row is None:
        raise LeaseLost(f"the lease on {lease.label} is over; nothing was written")
    return LeasedStream(*row)


def _mine(lease: Lease) -> Select[int]:
    """A query of the lease's stream_id; without rows if the lease is not ours."""
    return select(leases.c.stream_id).where(
        leases.c.stream_id == lease.stream_id, leases.c.epoch == lease.epoch, leases.c.expires_at > _now
    )
