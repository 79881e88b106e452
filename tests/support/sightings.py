"""Sightings and batches with defaults, to write the store's stories with."""

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


def see(task_id: str, status: str = "waiting", *, at: float = 0, **told: Any) -> Sighting:
    """A full sighting, `at` seconds into the story; `told` is what the list tells of the task."""
    task = Task(task_id=task_id, status=Status(status), **told)
    record = json.dumps({"id": task_id, **told}, default=str)
    return Sighting(
        task=task,
        observed_at=after(at),
        request_id=f"request-{at}",
        record=record,
        fingerprint=hashlib.blake2b(record.encode(), digest_size=16).digest(),
    )


def outcome(task_id: str, status: str, *, at: float = 0) -> Sighting:
    """A partial sighting: a list that tells no more than how the task ended."""
    return Sighting(task=Task(task_id=task_id, status=Status(status)), observed_at=after(at))


def detail(task_id: str, status: str, *, at: float = 0, answer: str | None = None, **told: Any) -> Sighting:
    """A partial sighting: the answer of a detail call."""
    task = Task(task_id=task_id, status=Status(status), **told)
    answer = answer or json.dumps({"answer": told}, default=str)
    return Sighting(task=task, observed_at=after(at), detail=answer)


def begin(ours: StreamStore, mode: Mode = Mode.POLL, *, at: float = 0) -> Run:
    """A run begun `at` seconds into the story."""
    return ours.start(mode, T0 + timedelta(seconds=at))


def store(ours: StreamStore, run: Run, *sightings: Sighting, **more: Any) -> Any:
    """What committing `sightings` changed."""
    return ours.commit(replace(Batch(run=run, sightings=sightings), **more))
