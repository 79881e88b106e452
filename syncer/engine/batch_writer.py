"""Collects pages in batches and commits each batch together with its checkpoint."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter

from syncer.model import Batch, Checkpoint, Counts, Page, Run, RunStatus, Sighting, StreamState
from syncer.ports import StreamStore


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """When a batch is full: rows and bytes limit the memory, age makes a slow list commit often."""

    rows: int = 2_500
    size: int = 4 << 20
    age: timedelta = timedelta(seconds=5)


class BatchWriter:
    """Stores the sightings of one run in batches."""

    def __init__(self, store: StreamStore, run: Run, limits: BatchLimits | None = None) -> None:
        self.store = store
        self.run = run
        self.limits = limits or BatchLimits()
        #: Sum of the run so far.
        self.counts = Counts()
        self.requests = 0
        self.pages = 0
        #: Tasks that this run has stored as `finished` and whose outcome is unknown.
        self.without_outcome: set[str] = set()
        #: Ended tasks that a list shows as open again; they must be confirmed by a call by id.
        self.reopened: set[str] = set()
        self._batch = Batch(run=run)
        self._pending: dict[str, Sighting] = {}
        self._size = 0
        self._began_at: datetime | None = None
        #: When the last page was requested, and when it had been received.
        self._last_times = (run.started_at, run.started_at)
        #: Where an interrupted run would continue, after the last page that was added.
        self.checkpoint = run.checkpoint

    def add(self, page: Page, checkpoint: Checkpoint | None, sightings: Iterable[Sighting]) -> None:
        """Add a page and its `sightings`; commit if the batch is full. `checkpoint` is behind the page."""
        self._batch = replace(
            self._batch,
            rejected=self._batch.rejected + page.rejected,
            quirks=tuple(dict.fromkeys(self._batch.quirks + page.quirks)),
        )
        self._count(page)
        for sighting in sightings:
            self._add(sighting)
        self.checkpoint = checkpoint
        self._began_at = self._began_at or page.requested_at
        self._last_times = (page.requested_at, page.observed_at)
        if self._is_full(page.requested_at):
            self.flush()

    def add_outcomes(self, sightings: Iterable[Sighting]) -> None:
        """Add sightings that belong to no page; commit whenever the batch is full."""
        for sighting in sightings:
            self._add(sighting)
            if len(self._pending) >= self.limits.rows:
                self.flush()

    def flush(self) -> None:
        """Commit the batch with its checkpoint, unless it is empty."""
        if self._pending or self._batch.rejected or self._batch.pages:
            self._commit(self._batch)

    def close(
        self,
        status: RunStatus,
        *,
        state: StreamState | None = None,
        ceiling_at: datetime | None = None,
        lost: Iterable[str] = (),
        error: str | None = None,
        paused_until: datetime | None = None,
    ) -> None:
        """Commit the rest and end the run. A run that has not succeeded keeps its checkpoint."""
        if status is RunStatus.SUCCEEDED:
            self.checkpoint = None
        end = replace(self._batch, status=status, state=state, ceiling_at=ceiling_at)
        requested_at, observed_at = self._last_times
        end = replace(end, lost=tuple(lost), lost_requested_at=requested_at, lost_at=observed_at)
        self._commit(replace(end, error=error, paused_until=paused_until))

    def _add(self, sighting: Sighting) -> None:
        pending = self._pending.get(sighting.task.task_id)
        if pending is not None:
            if _is_same_state(pending, sighting):
                # The first one is kept: the task was in this state from then on.
                return
            # A batch holds one state of a task. The page is not complete yet, so the checkpoint of this
            # commit is still the one before the page.
            self.flush()
        self._pending[sighting.task.task_id] = sighting
        self._size += len(sighting.record or "") + len(sighting.detail or "")

    def _count(self, page: Page) -> None:
        self._batch = replace(
            self._batch, pages=self._batch.pages + 1, requests=self._batch.requests + page.requests
        )
        self.pages += 1
        self.requests += page.requests

    def _is_full(self, now: datetime) -> bool:
        limits = self.limits
        return (
            len(self._pending) >= limits.rows
            or self._size >= limits.size
            or (self._began_at is not None and now - self._began_at >= limits.age)
        )

    def _commit(self, batch: Batch) -> None:
        counts = self.store.commit(
            replace(batch, run=self.run, sightings=tuple(self._pending.values()), checkpoint=self.checkpoint)
        )
        self.counts = _sum(self.counts, counts)
        # Not the strings of `counts`, but the equal ones that the scan keeps anyway: there may be 100,000.
        without_outcome = set(counts.without_outcome)
        self.without_outcome.update(task_id for task_id in self._pending if task_id in without_outcome)
        self.reopened.update(counts.reopened)
        self._clear()

    def _clear(self) -> None:
        self._batch = Batch(run=self.run)
        self._pending = {}
        self._size = 0
        self._began_at = None


_state_of = attrgetter("fingerprint", "task.status", "detail", "is_confirmed")


def _is_same_state(one: Sighting, other: Sighting) -> bool:
    return bool(_state_of(one) == _state_of(other))


def _sum(one: Counts, other: Counts) -> Counts:
    return Counts(
        inserted=one.inserted + other.inserted,
        updated=one.updated + other.updated,
        unchanged=one.unchanged + other.unchanged,
        rejected=one.rejected + other.rejected,
        late=one.late + other.late,
        lost=one.lost + other.lost,
        late_by=max(one.late_by, other.late_by),
    )
