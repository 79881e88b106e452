"""Rejected records and quirks: each is stored once, however often the same page is read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from syncer.model import Quirk, Rejected
from syncer.storage.tables import quirks, rejected_records

#: How often `quirks.last_seen_at` is updated at most.
_UPDATE_EVERY = timedelta(days=1)


def store_rejected(
    connection: Connection, rejected: Sequence[Rejected], *, stream_id: int, run_id: int
) -> None:
    """Store records that could not become tasks."""
    if not rejected:
        return
    rows = {
        _hash(record.record): {
            "record": record.record,
            "reason": record.reason,
            "observed_at": record.observed_at,
            "request_id": record.request_id,
        }
        for record in rejected
    }
    key = {"stream_id": stream_id, "run_id": run_id}
    connection.execute(
        insert(rejected_records).on_conflict_do_nothing(),
        [{**key, "record_hash": digest, **row} for digest, row in rows.items()],
    )


def store_quirks(connection: Connection, found: Iterable[Quirk], *, source_id: int) -> None:
    """Store undocumented fields and values, except those that were stored or updated within a day."""
    by_hash = {_hash(quirk.path, quirk.value or "", str(quirk.value is None)): quirk for quirk in found}
    if not by_hash:
        return
    recent = select(quirks.c.quirk_hash).where(
        quirks.c.source_id == source_id,
        quirks.c.quirk_hash.in_(by_hash),
        quirks.c.last_seen_at > func.now() - _UPDATE_EVERY,
    )
    known = {bytes(digest) for digest in connection.scalars(recent)}
    # Always in the order of their keys: another stream of the source may store the same quirks now, and two
    # transactions that lock rows in different orders can deadlock.
    rows = [
        {
            "source_id": source_id,
            "quirk_hash": digest,
            "path": quirk.path,
            "value": quirk.value,
            "sample": quirk.sample,
        }
        for digest, quirk in sorted(by_hash.items(), key=lambda pair: pair[0])
        if digest not in known
    ]
    if rows:
        statement = insert(quirks)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=[quirks.c.source_id, quirks.c.quirk_hash], set_={"last_seen_at": func.now()}
            ),
            rows,
        )


def _hash(*parts: str) -> bytes:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest()
