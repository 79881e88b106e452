"""A store in memory (`ports.Store` and `ports.StreamStore`), with the rules of the real one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta

from syncer.model import (
    Batch,
    Counts,
    Mode,
    OpenTask,
    Run,
    RunStatus,
    Sighting,
    Status,
    Stream,
    StreamState,
    Task,
)


@dataclass
class Row:
    """A stored task."""

    sighting: Sighting
    first_seen_at: datetime
    run_id: int
    lost_at: datetime | None = None

    @property
    def task(self) -> Task:
        return self.sighting.task


@dataclass
class FakeStore:
    """A store in memory with the rules of `PgStore`: the newest state wins, a batch is all or nothing."""

    stream_state: StreamState = field(default_factory=StreamState)
    rows: dict[str, Row] = field(default_factory=dict)
    #: Former states by task id, oldest first.
    versions: dict[str, list[Task]] = field(default_factory=dict)
    runs: dict[int, tuple[Run, RunStatus]] = field(default_factory=dict)
    batches: list[Batch] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    #: Called before each commit takes effect; may raise.
    trouble: Callable[[Batch], None] = lambda _: None

    @contextmanager
    def claim(self, stream: Stream) -> Iterator[FakeStore]:
        yield self

    def state(self) -> StreamState:
        return self.stream_state

    def open_tasks(self) -> Mapping[str, OpenTask]:
        return {
            i: OpenTask(task_id=i, created_at=row.task.created_at, first_seen_at=row.first_seen_at)
            for i, row in self.rows.items()
            if row.task.is_open and row.lost_at is None
        }

    def count_since(self, created_at: datetime, at_most: int) -> int:
        stamps = (row.task.created_at for row in self.rows.values())
        return min(sum(stamp is not None and stamp >= created_at for stamp in stamps), at_most)

    def without_outcome(self, run: Run) -> Mapping[str, datetime | None]:
        return {
            i: row.task.created_at
            for i, row in self.rows.items()
            if row.task.status is Status.FINISHED and row.run_id == run.run_id
        }

    def succeeded_among(self, task_ids: Collection[str]) -> set[str]:
        return {i for i in task_ids if i in self.rows and self.rows[i].task.status is Status.SUCCEEDED}

    def start(self, mode: Mode, now: datetime) -> Run:
        for run, status in self.runs.values():
            if run.mode is mode and status is not RunStatus.SUCCEEDED and run.checkpoint:
                return run
        run = Run(run_id=len(self.runs) + 1, mode=mode, started_at=now)
        self.runs[run.run_id] = (run, RunStatus.RUNNING)
        return run

    def commit(self, batch: Batch) -> Counts:
        batch.check()
        self.trouble(batch)
        self.batches.append(batch)
        results = [self._upsert(s, batch.run) for s in batch.sightings]
        lost = sum(self._lose(i, batch) for i in batch.lost)
        late = [d for d in map(self._delay, batch.sightings, results) if d is not None]
        if batch.state is not None:
            self.stream_state = batch.state
        elif batch.status is RunStatus.FAILED:
            self.stream_state = replace(self.stream_state, paused_until=batch.paused_until)
        if batch.error:
            self.errors.append(batch.error)
        self.runs[batch.run.run_id] = (replace(batch.run, checkpoint=batch.checkpoint), batch.status)
        return Counts(
            inserted=results.count("inserted"),
            updated=results.count("updated"),
            unchanged=results.count("unchanged"),
            rejected=len(batch.rejected),
            late=len(late),
            late_by=max(late, default=timedelta(0)),
            lost=lost,
            reopened=tuple(
                s.task.task_id for s, r in zip(batch.sightings, results, strict=True) if r == "reopened"
            ),
            without_outcome=tuple(
                s.task.task_id
                for s in batch.sightings
                if s.task.status is Status.FINISHED
                and self.rows[s.task.task_id].task.status is Status.FINISHED
            ),
        )

    def _reopens(self, sighting: Sighting) -> bool:
        """Whether an unconfirmed sighting shows an ended task as open, without a rule which is newer."""
        row = self.rows[sighting.task.task_id]
        reopens = sighting.task.is_open and not row.task.is_open
        return reopens and sighting.task.rank is None and not sighting.is_confirmed

    def _delay(self, sighting: Sighting, result: str) -> timedelta | None:
        state, created_at = self.stream_state, sighting.task.created_at
        if result != "inserted" or created_at is None or state.last_run_at is None:
            return None
        if not any(i.start <= created_at < i.end for i in state.polled):
            return None
        return max(state.last_run_at - created_at, timedelta(0))

    def _upsert(self, sighting: Sighting, run: Run) -> str:
        row = self.rows.get(sighting.task.task_id)
        if row is None:
            if sighting.record is not None:
                self.rows[sighting.task.task_id] = Row(sighting, sighting.observed_at, run.run_id)
            return "inserted"
        if self._reopens(sighting):
            return "reopened"
        merged = _merge(row.sighting, sighting)
        if _state(merged) == _state(row.sighting) and row.lost_at is None:
            return "unchanged"
        if _age(sighting, row.sighting) < _age(row.sighting, sighting) or _is_stale(sighting, row.sighting):
            return "unchanged"
        is_completion = row.task.status is Status.FINISHED and row.run_id == run.run_id
        if not is_completion:
            self.versions.setdefault(row.task.task_id, []).append(row.task)
        row.sighting, row.run_id, row.lost_at = merged, run.run_id, None
        return "updated"

    def _lose(self, task_id: str, batch: Batch) -> bool:
        row = self.rows[task_id]
        if row.lost_at is not None or not row.task.is_open:
            return False
        self.versions.setdefault(task_id, []).append(row.task)
        row.lost_at = batch.lost_at
        return True


def _merge(old: Sighting, new: Sighting) -> Sighting:
    """The stored sighting after `new`: a partial sighting fills fields, `finished` replaces no outcome."""
    status = new.task.status
    if status is Status.FINISHED and old.task.status in (Status.SUCCEEDED, Status.FAILED):
        status = old.task.status
    if new.record is not None:
        return replace(new, task=replace(new.task, status=status), detail=old.detail)
    filled = {
        field.name: getattr(new.task, field.name) or getattr(old.task, field.name) for field in fields(Task)
    }
    return replace(
        old,
        task=Task(**{**filled, "status": status}),
        requested_at=new.requested_at,
        observed_at=new.observed_at,
        detail=new.detail or old.detail,
    )


def _state(sighting: Sighting) -> tuple[object, ...]:
    return (sighting.fingerprint, sighting.task.status, sighting.detail)


def _age(sighting: Sighting, other: Sighting) -> tuple[int, datetime]:
    rank = sighting.task.rank
    return (rank if rank is not None else other.task.rank or 0, sighting.requested_at)


def _is_stale(new: Sighting, old: Sighting) -> bool:
    """Whether `new` is open, `old` has ended and their ranks are equal: then the end is the newer state."""
    is_tie = new.task.rank is not None and new.task.rank == old.task.rank
    return is_tie and new.task.is_open and not old.task.is_open
