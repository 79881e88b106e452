"""One batch in one transaction: rows, versions, progress and counters together, or nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Connection,
    Select,
    Text,
    any_,
    bindparam,
    cast,
    func,
    null,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, array

from syncer.model import Batch, Counts, RunStatus, Status
from syncer.storage.stream_state import save_state
from syncer.storage.tables import OPEN_STATUSES, tasks
from syncer.storage.write import rejected_records, staging
from syncer.storage.write.fencing import LeasedStream, lock_lease
from syncer.storage.write.leases import Lease
from syncer.storage.write.run_records import record_progress
from syncer.storage.write.stream_health import record_failure, success_values
from syncer.storage.write.upsert import UPSERT, reopens


def commit_batch(connection: Connection, lease: Lease, batch: Batch) -> Counts:
    """Store `batch` in the caller's transaction; return the counts.

    Raises LeaseLost, or ValueError for a batch that breaks the rules of `Batch`: the caller must roll back.
    """
    batch.check()
    if batch.sightings:
        staging.fill(connection, batch.sightings)
    # Until here no row that other sessions see was touched; from here on no process can take the stream over.
    leased = lock_lease(connection, lease)
    counts = _store_sightings(connection, lease, batch, leased)
    counts = replace(
        counts,
        lost=_mark_lost(connection, lease, batch, leased),
        rejected=len(batch.rejected),
        without_outcome=_without_outcome(connection, lease, batch),
        reopened=_reopened(connection, lease, batch),
    )
    key = {"stream_id": lease.stream_id, "run_id": batch.run.run_id}
    rejected_records.store_rejected(connection, batch.rejected, **key)
    rejected_records.store_quirks(connection, batch.quirks, source_id=leased.source_id)
    record_progress(connection, lease, batch, counts)
    if batch.state is not None:
        is_success = batch.status is RunStatus.SUCCEEDED
        more = success_values(batch.run.mode) if is_success else None
        save_state(connection, lease.stream_id, batch.state, more)
    if batch.status is RunStatus.FAILED:
        record_failure(connection, lease.stream_id, batch)
    return counts


def _store_sightings(connection: Connection, lease: Lease, batch: Batch, leased: LeasedStream) -> Counts:
    if not batch.sightings:
        return Counts()
    connection.execute(_PLANNED_BY_KEY)
    values = {
        "stream_id": lease.stream_id,
        "run_id": batch.run.run_id,
        "last_run_at": leased.last_run_at,
        "last_sweep_at": leased.last_sweep_at,
    }
    row = connection.execute(UPSERT, values).one()
    return Counts(
        inserted=row.inserted,
        updated=row.updated,
        unchanged=len(batch.sightings) - row.inserted - row.updated - row.completed,
        late=row.late,
        late_by=_time_unseen(row.oldest_late, leased.last_run_at),
    )


#: To the end of the transaction: where the statistics are from a time when the tables were small, a plan
#: would read them whole for each row.
_PLANNED_BY_KEY = select(
    *(
        func.set_config(setting, "off", True).label(setting)
        # The cost of a plan with a disabled step is huge, and would make jit compile it.
        for setting in ("enable_seqscan", "enable_bitmapscan", "enable_hashjoin", "enable_mergejoin", "jit")
    )
)


def _time_unseen(created_at: datetime | None, last_run_at: datetime | None) -> timedelta:
    """How long a late task existed unlisted, at least: until the last run that had to show it."""
    if created_at is None or last_run_at is None:
        return timedelta(0)
    return max(timedelta(0), last_run_at - created_at)


# Tasks without an outcome, and tasks that seem to be open again


def _without_outcome(connection: Connection, lease: Lease, batch: Batch) -> tuple[str, ...]:
    """Ids of the tasks that the batch shows as finished and whose outcome is still unknown."""
    if not any(s.record is not None and s.task.status is Status.FINISHED for s in batch.sightings):
        return ()
    return _ids(connection, lease, _WITHOUT_OUTCOME)


def _reopened(connection: Connection, lease: Lease, batch: Batch) -> tuple[str, ...]:
    """Ids of the ended tasks that the batch shows as open again, and that were not changed."""
    if not any(s.task.is_open and s.task.rank is None for s in batch.sightings):
        return ()
    return _ids(connection, lease, _REOPENED)


def _ids(connection: Connection, lease: Lease, query: Select[str]) -> tuple[str, ...]:
    return tuple(connection.scalars(query, {"in_stream": lease.stream_id}))


# Lateral, so that the plan begins with the few rows of the staging table and finds each task by its key.
_stored = (
    select(tasks)
    .where(tasks.c.stream_id == bindparam("in_stream"), tasks.c.task_id == staging.staging.c.task_id)
    .limit(1)
    .lateral("stored")
)
_staged_ids = select(staging.staging.c.task_id).join(_stored, true())
_WITHOUT_OUTCOME = _staged_ids.where(
    staging.staging.c.status == Status.FINISHED.value,
    staging.staging.c.raw.is_not(None),
    _stored.c.status == Status.FINISHED.value,
)
_REOPENED = _staged_ids.where(reopens(dict(staging.staging.c.items()), dict(_stored.c.items())))


# Lost tasks


def _mark_lost(connection: Connection, lease: Lease, batch: Batch, leased: LeasedStream) -> int:
    """Mark the open tasks of `batch.lost` as lost; return how many there were."""
    if not batch.lost:
        return 0
    values = {
        "in_stream": lease.stream_id,
        "ids": list(batch.lost),
        "requested_at": batch.lost_requested_at,
        "lost_at": batch.lost_at,
        "last_run_at": leased.last_run_at,
        "by_run": batch.run.run_id,
    }
    return len(connection.execute(_MARK_LOST, values).all())


_instant = tasks.c.lost_at.type
_requested_at = func.greatest(tasks.c.requested_at, bindparam("requested_at", type_=_instant))
_lost_at = func.greatest(tasks.c.observed_at, bindparam("lost_at", type_=_instant))
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
            func.greatest(tasks.c.requested_at, bindparam("last_run_at", type_=_instant)), _requested_at
        ),
        requested_at=_requested_at,
        observed_at=_lost_at,
        version=tasks.c.version + 1,
        changed_fields=cast(array(["lost_at"]), ARRAY(Text)),
        former_status=null(),
        former_seen_at=null(),
        changed_in=cast(cast(func.pg_current_xact_id(), Text), BigInteger),
        run_id=bindparam("by_run"),
        request_id="",
    )
    .returning(tasks.c.task_id)
)
