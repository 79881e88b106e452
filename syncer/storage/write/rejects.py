"""What was odd in the records: kept once, however often the same page is read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from syncer.model import Quirk, Rejected
from syncer.storage.tables import quirks, rejected_records

#: How often the last time that a quirk was seen is written down.
_NOTED_EVERY = timedelta(days=1)


def store_rejected(
    connection: Connection, rejected: Sequence[Rejected], *, stream_id: int, run_id: int
) -> None:
    """Put records aside that could not become tasks."""
    if not rejected:
        return
    rows = {
        _hash(each.record): {
            "record": each.record,
            "reason": each.reason,
            "observed_at": each.observed_at,
            "request_id": each.request_id,
        }
        for each in rejected
    }
    key = {"stream_id": stream_id, "run_id": run_id}
    connection.execute(
        insert(rejected_records).on_conflict_do_nothing(),
        [{**key, "record_hash": digest, **row} for digest, row in rows.items()],
    )


def store_quirks(connection: Connection, noticed: Iterable[Quirk], *, source_id: int) -> None:
    """Note undocumented fields and values; one that was noted within a day is left alone."""
    by_hash = {_hash(quirk.path, quirk.value or "", str(quirk.value is None)): quirk for quirk in noticed}
    if not by_hash:
        return
    recent = select(quirks.c.quirk_hash).where(
        quirks.c.source_id == source_id,
        quirks.c.quirk_hash.in_(by_hash),
        quirks.c.last_seen_at > func.now() - _NOTED_EVERY,
    )
    known = {bytes(digest) for digest in connection.scalars(recent)}
    # In one order everywhere, for another stream of the source may be noting the same ones.
    rows = [
        {
            "source_id": source_id,
            "quirk_hash": digest,
            "path": it.path,
            "value": it.value,
            "sample": it.sample,
        }
        for digest, it in sorted(by_hash.items(), key=lambda pair: pair[0])
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
