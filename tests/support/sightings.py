"""Sightings and batches with defaults, for the tests of the store."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from syncer.model import Batch, Mode, Run, Sighting, Status, Task
from syncer.ports import StreamStore
from tests.support.fakes import T0, after

__all__ = ["T0", "after", "begin", "detail", "outcome", "see", "store"]


def see(
    task_id: str, status: str = "waiting", *, at: float = 0, asked: float | None = None, **fields: Any
) -> Sighting:
    """A full sighting, `at` seconds after T0, of a list record with `fields`.

    Its request was sent `asked` seconds after T0; by default at the same time.
    """
    task = Task(task_id=task_id, status=Status(status), **fields)
    record = json.dumps({"id": task_id, **fields}, default=str)
    return Sighting(
        task=task,
        requested_at=after(at if asked is None else asked),
        observed_at=after(at),
        request_id=f"request-{at}",
        record=record,
        fingerprint=hashlib.blake2b(record.encode(), digest_size=16).digest(),
    )


def outcome(task_id: str, status: str, *, at: float = 0) -> Sighting:
    """A partial sighting: a list that shows only the outcome of the task."""
    return Sighting(
        task=Task(task_id=task_id, status=Status(status)), requested_at=after(at), observed_at=after(at)
    )


def detail(task_id: str, status: str, *, at: float = 0, answer: str | None = None, **fields: Any) -> Sighting:
    """A partial sighting: the response of a detail call."""
    task = Task(task_id=task_id, status=Status(status), **fields)
    answer = answer or json.dumps({"answer": fields}, default=str)
    return Sighting(task=task, requested_at=after(at), observed_at=after(at), detail=answer)


def begin(ours: StreamStore, mode: Mode = Mode.POLL, *, at: float = 0) -> Run:
    """Start a run, or resume one, `at` seconds after T0; return it."""
    return ours.start(mode, T0 + timedelta(seconds=at))


def store(ours: StreamStore, run: Run, *sightings: Sighting, **more: Any) -> Any:
    """Commit a batch of `sightings`; return the counts. Tasks are lost at the latest of its instants."""
    if more.get("lost"):
        latest = max([run.started_at, *(sighting.observed_at for sighting in sightings)])
        more = {"lost_requested_at": latest, "lost_at": latest, **more}
    return ours.commit(replace(Batch(run=run, sightings=sightings), **more))
