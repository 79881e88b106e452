"""Rows of `runs`: start or resume a run, add to its counters, set its status."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, null, or_, update
from sqlalchemy.dialects.postgresql import insert

from syncer.model import Batch, Counts, Mode, Run, RunStatus
from syncer.storage.tables import runs
from syncer.storage.write.checkpoints import load_interrupted, store_checkpoint
from syncer.storage.write.leases import Lease

_COUNTERS = ("inserted", "updated", "unchanged", "rejected", "late", "lost")


def start_run(connection: Connection, lease: Lease, mode: Mode, now: datetime) -> Run:
    """Start a run of `mode` at `now`, or resume the one that has a checkpoint; return it.

    A resumed run keeps its run_id and its first start.
    """
    _close_abandoned(connection, lease, mode)
    interrupted = load_interrupted(connection, lease, mode)
    if interrupted is not None:
        _reopen(connection, lease, interrupted)
        return interrupted
    run_id = connection.scalar(
        insert(runs)
        .values(
            stream_id=lease.stream_id,
            mode=mode.value,
            status=RunStatus.RUNNING.value,
            epoch=lease.epoch,
            started_at=now,
        )
        .returning(runs.c.run_id)
    )
    assert run_id is not None
    return Run(run_id=run_id, mode=mode, started_at=now)


def _close_abandoned(connection: Connection, lease: Lease, mode: Mode) -> None:
    """Mark runs as interrupted that are `running` under an earlier lease, or in this mode.

    No process executes them: we hold the lease, and a process makes one run of a mode at a time.
    """
    connection.execute(
        update(runs)
        .where(
            runs.c.stream_id == lease.stream_id,
            runs.c.status == RunStatus.RUNNING.value,
            or_(runs.c.epoch != lease.epoch, runs.c.mode == mode.value),
        )
        .values(status=RunStatus.INTERRUPTED.value, ended_at=func.clock_timestamp())
    )


def _reopen(connection: Connection, lease: Lease, run: Run) -> None:
    connection.execute(
        update(runs)
        .where(runs.c.run_id == run.run_id)
        .values(status=RunStatus.RUNNING.value, epoch=lease.epoch, ended_at=null(), error=null())
    )


def record_progress(connection: Connection, lease: Lease, batch: Batch, counts: Counts) -> None:
    """Add `counts` to the run; set its status and checkpoint to those of `batch`."""
    added = {name: getattr(counts, name) for name in _COUNTERS}
    added |= {"pages": batch.pages, "requests": batch.requests}
    is_over = batch.status is not RunStatus.RUNNING
    run_id = connection.scalar(
        update(runs)
        .where(runs.c.run_id == batch.run.run_id, runs.c.stream_id == lease.stream_id)
        .values(
            **{name: runs.c[name] + number for name, number in added.items() if number},
            status=batch.status.value,
            epoch=lease.epoch,
            started_at=_start_of(batch),
            ceiling_at=batch.ceiling_at,
            ended_at=func.clock_timestamp() if is_over else null(),
            error=batch.error.replace("\0", "�") if batch.error else null(),
        )
        .returning(runs.c.run_id)
    )
    assert run_id is not None, "the run is another stream's"
    store_checkpoint(connection, lease, batch)


def _start_of(batch: Batch) -> datetime:
    """The start that the run's claims are based on.

    It may differ from the start that was stored first: after a dropped checkpoint, or once the provider's
    clock was known.
    """
    state = batch.state
    claimed = state and (state.last_sweep_at if batch.run.mode is Mode.SWEEP else state.last_run_at)
    return claimed or batch.run.started_at
