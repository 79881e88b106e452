"""Leases: the right to write a stream, with an epoch that only grows. All times are the database's.

A lease is identified by its epoch and a random token. The epoch alone is not unique: an asynchronous failover
can lose the commits of the last seconds, and then another process gets the same epoch again.

Taking a lease over changes the epoch, which is part of a key, and so conflicts with the lock of a writer (see
`fencing`). A renewal changes no key and never waits.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection, Select, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from syncer.errors import LeaseLost
from syncer.storage.tables import leases

_now = func.clock_timestamp()


@dataclass(frozen=True, slots=True)
class Lease:
    """Our lease of a stream, until it expires or a later epoch begins. `label` is the stream's."""

    stream_id: int
    epoch: int
    token: UUID
    label: str


def take_lease(connection: Connection, stream_id: int, *, label: str, holder: str, lease: timedelta) -> Lease:
    """Take the lease of the stream for the duration `lease`; return it with its new epoch and token.

    Raises LeaseLost while another process holds it.
    """
    first = insert(leases).values(stream_id=stream_id, epoch=0, holder="", renewed_at=_now, expires_at=_now)
    connection.execute(first.on_conflict_do_nothing(index_elements=[leases.c.stream_id]))
    row = connection.execute(
        update(leases)
        # A lease that was renewed in the future is of a time before the clock of the server was set back.
        .where(
            leases.c.stream_id == stream_id,
            or_(leases.c.expires_at <= _now, leases.c.renewed_at > _now + lease),
        )
        .values(
            epoch=leases.c.epoch + 1,
            token=func.gen_random_uuid(),
            holder=holder,
            renewed_at=_now,
            expires_at=_now + lease,
        )
        .returning(leases.c.epoch, leases.c.token)
    ).one_or_none()
    if row is None:
        raise _lease_held(connection, stream_id, label)
    return Lease(stream_id, row.epoch, row.token, label)


def _lease_held(connection: Connection, stream_id: int, label: str) -> LeaseLost:
    row = connection.execute(
        select(leases.c.holder, leases.c.expires_at).where(leases.c.stream_id == stream_id)
    ).one()
    until = row.expires_at.isoformat(sep=" ", timespec="seconds")
    return LeaseLost(f"{label} is being read by {row.holder}, whose lease runs until {until}")


def renew_leases(connection: Connection, held: Collection[Lease], duration: timedelta) -> list[Lease]:
    """Renew those of `held` that have not expired for `duration` from now; return those that are lost.

    Two statements for any number of leases: sixty regions have sixty, on a server that may be far away.
    """
    connection.execute(
        update(leases)
        # A process that takes a lease over locks the row: renewals of other leases must not wait for it.
        .where(leases.c.stream_id.in_(_ours(held).with_for_update(key_share=True, skip_locked=True)))
        .values(renewed_at=_now, expires_at=_now + duration)
    )
    ours = set(connection.scalars(_ours(held)))
    return [lease for lease in held if lease.stream_id not in ours]


def release_lease(connection: Connection, lease: Lease) -> None:
    """End the lease now, if it is still ours."""
    connection.execute(update(leases).where(leases.c.stream_id.in_(_ours([lease]))).values(expires_at=_now))


def _ours(held: Collection[Lease]) -> Select[int]:
    """A query of the stream_id of those of `held` that are still ours."""
    key = tuple_(leases.c.stream_id, leases.c.epoch, leases.c.token)
    keys = [(lease.stream_id, lease.epoch, lease.token) for lease in held]
    return select(leases.c.stream_id).where(key.in_(keys), leases.c.expires_at > _now)
