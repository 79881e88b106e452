"""One batch in one transaction: rows, versions, progress and counters together, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, Text, any_, bindparam, cast, func, null, select, update
from sqlalchemy.dialects.postgresql import ARRAY, array

from syncer.model import Batch, Counts
from syncer.storage.stream_state import save_state
from syncer.storage.tables import OPEN_STATUSES, tasks
from syncer.storage.write import rejects, staging, unresolved
from syncer.storage.write.leases import Lease, LeasedStream, lock_lease
from syncer.storage.write.run_records import record_progress
from syncer.storage.write.staging import Staged
from syncer.storage.write.upsert import UPSERT


def commit_batch(connection: Connection, lease: Lease, batch: Batch) -> Counts:
    """What storing `batch` changed; the caller commits. Raises LeaseLost, and then nothing is to be kept."""
    fit, oversized = staging.split_oversized(batch.sightings)
    batch = replace(batch, sightings=tuple(fit), rejected=batch.rejected + tuple(oversized))
    staged = staging.plan_rounds(fit)
    if staged:
        staging.fill(connection, staged)
    # From here on nobody can take the stream over; nothing above has touched what others see.
    leased = lock_lease(connection, lease)
    counts = _store_sightings(connection, lease, batch, leased, staged)
    counts = replace(
        counts,
        lost=_mark_lost(connection, lease, batch, leased),
        rejected=len(batch.rejected),
        without_outcome=unresolved.without_outcome(connection, lease, batch.sightings),
        reopened=unresolved.reopened(connection, lease, batch.sightings),
    )
    key = {"stream_id": lease.stream_id, "run_id": batch.run.run_id}
    rejects.store_rejected(connection, batch.rejected, **key)
    rejects.store_quirks(connection, batch.quirks, source_id=leased.source_id)
    record_progress(connection, lease, batch, counts)
    if batch.state is not None:
        save_state(connection, lease.stream_id, batch.state)
    return counts


def _store_sightings(
    connection: Connection, lease: Lease, batch: Batch, leased: LeasedStream, staged: Sequence[Staged]
) -> Counts:
    counts = Counts(unchanged=len(batch.sightings))
    if not staged:
        return counts
    connection.execute(_PLANNED_BY_KEY)
    for number in range(1 + max(each.round for each in staged)):
        values = {
            "stream_id": lease.stream_id,
            "run_id": batch.run.run_id,
            "round": number,
            "last_run_at": leased.last_run_at,
            "last_sweep_at": leased.last_sweep_at,
        }
        row = connection.execute(UPSERT, values).one()
        counts = replace(
            counts,
            inserted=counts.inserted + row.inserted,
            updated=counts.updated + row.updated,
            unchanged=counts.unchanged - row.inserted - row.updated - row.completed,
            late=counts.late + row.late,
            late_by=max(counts.late_by, _hidden_for(row.oldest_late, leased.last_run_at)),
        )
    return counts


#: To the end of the transaction: where the statistics are from a time when the tables were small, a plan
#: would read them whole for each row.
_PLANNED_BY_KEY = select(
    *(
        func.set_config(f"enable_{way}", "off", True).label(way)
        for way in ("seqscan", "bitmapscan", "hashjoin", "mergejoin")
    )
)


def _hidden_for(created_at: datetime | None, looked_at: datetime | None) -> timedelta:
    """How long a late task was there unseen, at the least: until the last run that had to show it."""
    if created_at is None or looked_at is None:
        return timedelta(0)
    return max(timedelta(0), looked_at - created_at)


def _mark_lost(connection: Connection, lease: Lease, batch: Batch, leased: LeasedStream) -> int:
    if not batch.lost:
        return 0
    values = {
        "in_stream": lease.stream_id,
        "ids": list(batch.lost),
        "moment": _moment(batch),
        "looked_at": leased.last_run_at,
        "by_run": batch.run.run_id,
    }
    return len(connection.execute(_MARK_LOST, values).all())


def _moment(batch: Batch) -> datetime:
    """The latest instant the batch tells of, on the provider's clock."""
    moments = [batch.run.started_at, *(each.observed_at for each in batch.sightings)]
    if batch.checkpoint:
        moments.append(batch.checkpoint.saved_at)
    return max(moments)


_lost_at = func.greatest(tasks.c.observed_at, bindparam("moment", type_=tasks.c.lost_at.type))
_MARK_LOST = (
    update(tasks)
    .where(
        tasks.c.stream_id == bindparam("in_stream"),
        tasks.c.task_id == any_(bindparam("ids", type_=ARRAY(Text))),
        tasks.c.status.in_(OPEN_STATUSES),
        tasks.c.lost_at.is_(None),
    )
    .values(
        lost_at=_lost_at,
        observed_after=func.least(
            func.greatest(tasks.c.observed_at, bindparam("looked_at", type_=tasks.c.lost_at.type)), _lost_at
        ),
        observed_at=_lost_at,
        changed_at=_lost_at,
        version=tasks.c.version + 1,
        changed_fields=cast(array(["lost_at"]), ARRAY(Text)),
        former_status=null(),
        former_seen_at=null(),
        run_id=bindparam("by_run"),
        request_id="",
    )
    .returning(tasks.c.task_id)
)
