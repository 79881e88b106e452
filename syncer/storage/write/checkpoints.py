"""Checkpoints: at most one a stream and mode, from which an interrupted run resumes."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert

from syncer.model import Batch, Checkpoint, Mode, Run, RunStatus
from syncer.storage.tables import checkpoints, runs
from syncer.storage.write.leases import Lease


def load_interrupted(connection: Connection, lease: Lease, mode: Mode) -> Run | None:
    """The run of `mode` that has a checkpoint, with it; None where there is none."""
    row = connection.execute(
        select(checkpoints, runs.c.started_at.label("run_started_at"))
        .join(runs, runs.c.run_id == checkpoints.c.run_id)
        .where(checkpoints.c.stream_id == lease.stream_id, checkpoints.c.mode == mode.value)
    ).one_or_none()
    if row is None:
        return None
    checkpoint = Checkpoint(
        started_at=row.started_at,
        saved_at=row.saved_at,
        done=tuple(row.done),
        scan=row.scan,
        cursor=row.cursor,
        evidence=row.evidence,
    )
    return Run(run_id=row.run_id, mode=mode, started_at=row.run_started_at, checkpoint=checkpoint)


def store_checkpoint(connection: Connection, lease: Lease, batch: Batch) -> None:
    """Store the checkpoint of `batch`; delete the stored one where the run has ended without one."""
    run, checkpoint = batch.run, batch.checkpoint
    if checkpoint is not None:
        _save(connection, lease, run, checkpoint)
    elif batch.status not in (RunStatus.RUNNING, RunStatus.INTERRUPTED):
        connection.execute(delete(checkpoints).where(checkpoints.c.run_id == run.run_id))


def _save(connection: Connection, lease: Lease, run: Run, checkpoint: Checkpoint) -> None:
    values = {
        "run_id": run.run_id,
        "started_at": checkpoint.started_at,
        "saved_at": checkpoint.saved_at,
        "done": list(checkpoint.done),
        "scan": checkpoint.scan,
        "cursor": checkpoint.cursor,
        "evidence": dict(checkpoint.evidence),
    }
    statement = insert(checkpoints).values(stream_id=lease.stream_id, mode=run.mode.value, **values)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[checkpoints.c.stream_id, checkpoints.c.mode], set_=values
        )
    )
