"""Leases: the right to write a stream, with an epoch that only grows. All times are the database's.

A writer holds its lease row FOR KEY SHARE to the end of its transaction. Taking over changes the epoch, which
is part of a key, and so waits for that writer or wins before it; renewing changes no key and never waits.
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
    """A stream held by us until it expires or a later epoch begins; `label` names it in messages."""

    stream_id: int
    epoch: int
    label: str


class LeasedStream(NamedTuple):
    """What a lease's stream had proven when the lease was found to be ours."""

    source_id: int
    last_run_at: datetime | None
    last_sweep_at: datetime | None


def take_lease(connection: Connection, stream_id: int, *, label: str, holder: str, lease: timedelta) -> Lease:
    """The stream under a new epoch, for `lease` from now. Raises LeaseLost while someone else holds it."""
    first = insert(leases).values(stream_id=stream_id, epoch=0, holder="", renewed_at=_now, expires_at=_now)
    connection.execute(first.on_conflict_do_nothing(index_elements=[leases.c.stream_id]))
    epoch = connection.scalar(
        update(leases)
        .where(leases.c.stream_id == stream_id, leases.c.expires_at <= _now)
        .values(epoch=leases.c.epoch + 1, holder=holder, renewed_at=_now, expires_at=_now + lease)
        .returning(leases.c.epoch)
    )
    if epoch is None:
        raise _held(connection, stream_id, label)
    return Lease(stream_id, epoch, label)


def _held(connection: Connection, stream_id: int, label: str) -> LeaseLost:
    held = connection.execute(
        select(leases.c.holder, leases.c.expires_at).where(leases.c.stream_id == stream_id)
    ).one()
    until = held.expires_at.isoformat(sep=" ", timespec="seconds")
    return LeaseLost(f"{label} is being read by {held.holder}, whose lease runs until {until}")


def renew_lease(connection: Connection, lease: Lease, duration: timedelta) -> bool:
    """Whether the lease is still ours; if so, it is for `duration` from now. An expired one stays expired."""
    connection.execute(
        update(leases)
        # Someone taking over holds the row: he must not make the renewal of other leases wait.
        .where(leases.c.stream_id.in_(_mine(lease).with_for_update(key_share=True, skip_locked=True)))
        .values(renewed_at=_now, expires_at=_now + duration)
    )
    return connection.scalar(_mine(lease)) is not None


def release_lease(connection: Connection, lease: Lease) -> None:
    """Let the lease expire now, if it is still ours."""
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
    """What the stream has proven, with the lease held fast to the end of the transaction.

    Nobody takes the stream over before that; who has done so already makes this raise LeaseLost.
    """
    return _leased_stream(connection, lease, is_locked=True)


def check_lease(connection: Connection, lease: Lease) -> LeasedStream:
    """What the stream has proven, if the lease is ours at this moment; for reading. Raises LeaseLost."""
    return _leased_stream(connection, lease, is_locked=False)


def _leased_stream(connection: Connection, lease: Lease, *, is_locked: bool) -> LeasedStream:
    values = {"stream_id": lease.stream_id, "epoch": lease.epoch}
    row = connection.execute(_locked if is_locked else _leased, values).one_or_none()
    if row is None:
        raise LeaseLost(f"the lease on {lease.label} is over; nothing was written")
    return LeasedStream(*row)


def _mine(lease: Lease) -> Select[int]:
    """The lease's stream, while the lease is ours."""
    return select(leases.c.stream_id).where(
        leases.c.stream_id == lease.stream_id, leases.c.epoch == lease.epoch, leases.c.expires_at > _now
    )
