"""When a stream was last read successfully, and the failure under way: what `syncer status` shows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, case, func, null, update

from syncer.model import Batch, Mode
from syncer.storage.tables import streams

_now = func.clock_timestamp()


def success_values(mode: Mode) -> dict[str, Any]:
    """The columns of `streams` that a successful run of `mode` sets, for the update that saves its state.

    A poll does not end the failure of sweeps.
    """
    columns = ("failing_since", "failing_mode", "failure")
    if mode is Mode.SWEEP:
        return {"succeeded_at": _now, **dict.fromkeys(columns, null())}
    sweeps_fail = streams.c.failing_mode == Mode.SWEEP.value
    return {"succeeded_at": _now, **{name: case((sweeps_fail, streams.c[name])) for name in columns}}


def record_failure(connection: Connection, stream_id: int, batch: Batch) -> None:
    """Record that the run of `batch` failed, and its pause, in the transaction that ends it."""
    values = {
        "failing_since": func.coalesce(streams.c.failing_since, _now),
        "failing_mode": batch.run.mode.value,
        "paused_until": batch.paused_until,
        "failure": (batch.error or "").replace("\0", "�"),
    }
    connection.execute(update(streams).where(streams.c.stream_id == stream_id).values(values))
