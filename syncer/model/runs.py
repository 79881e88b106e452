"""Runs of a stream, their checkpoints, and the batches they store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from syncer.model.streams import StreamState
from syncer.model.tasks import INT64, LONGEST_ID, Quirk, Rejected, Sighting


class Mode(StrEnum):
    """How much a run reads: a poll back to its boundary, a sweep everything that the provider still shows."""

    POLL = "poll"
    SWEEP = "sweep"


class RunStatus(StrEnum):
    """Status of a run. An `interrupted` run was stopped with the process; the next run continues it."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What the next run needs to continue an interrupted run."""

    #: The first start of the run, on the provider's clock: resuming a run does not raise its ceiling.
    started_at: datetime
    saved_at: datetime
    #: Lists read to their end or to the frontier, in the order they were read.
    done: tuple[str, ...] = ()
    #: The scan that was interrupted, and where it stopped.
    scan: str | None = None
    cursor: str | None = None
    #: The progress of the unfinished scan as JSON values; only `planning.scans` writes and reads them.
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution for one stream. `run_id` is the database's; a resumed run keeps it."""

    run_id: int
    mode: Mode
    started_at: datetime
    checkpoint: Checkpoint | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Counts of what a batch changed."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    late: int = 0
    lost: int = 0
    #: The longest time that a late task of the batch was unlisted after its creation, as far as known.
    late_by: timedelta = timedelta(0)
    #: Tasks of the batch that are stored as `finished`: their outcome is unknown.
    without_outcome: tuple[str, ...] = ()
    #: Ended tasks that a list shows as open again, where the provider has no rule which state is newer. They
    #: are not changed until a confirmed sighting shows them open.
    reopened: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one transaction stores: rows, progress and counters together, or nothing.

    It holds at most one sighting of a task: several states of a task are several batches, oldest first.
    """

    run: Run
    sightings: tuple[Sighting, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    quirks: tuple[Quirk, ...] = ()
    #: Open tasks that a scan had to show and did not.
    lost: tuple[str, ...] = ()
    #: The page that showed last that they are lost: see Page.
    lost_requested_at: datetime | None = None
    lost_at: datetime | None = None
    pages: int = 0
    requests: int = 0
    #: Replaces the run's checkpoint; None with `status` set to an end other than INTERRUPTED removes it.
    checkpoint: Checkpoint | None = None
    #: Given when the run is complete: replaces the state of the stream.
    state: StreamState | None = None
    #: Given with `state`: the end of the creation times that the run claims.
    ceiling_at: datetime | None = None
    status: RunStatus = RunStatus.RUNNING
    error: str | None = None
    #: Given when the run has failed: until when the stream is not read, see StreamState.
    paused_until: datetime | None = None

    def check(self) -> None:
        """Raise ValueError if no store can hold the batch, which is a mistake of its maker."""
        if self.lost and (self.lost_requested_at is None or self.lost_at is None):
            raise ValueError("a batch with lost tasks has the instants at which they were found to be lost")
        ids = Counter(sighting.task.task_id for sighting in self.sightings)
        if repeated := [task_id for task_id, count in ids.items() if count > 1]:
            raise ValueError(f"a batch holds one sighting of a task, and has several of {repeated[0]}")
        for task in (sighting.task for sighting in self.sightings):
            if len(task.task_id) > LONGEST_ID:
                raise ValueError(f"an id has more than {LONGEST_ID} characters: {task.task_id[:50]}…")
            numbers = (task.progress_done, task.progress_total, task.rank)
            if any(number is not None and number not in INT64 for number in numbers):
                raise ValueError(f"the task {task.task_id} has a number that no bigint column holds")
