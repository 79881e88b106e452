"""Tells how tasks ended, where only a filtered list knows: members first, then the failed among them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from syncer.engine.batch_writer import BatchWriter
from syncer.engine.scan_reader import ScanReader
from syncer.model import OutcomeFilter, Sighting, Status, StreamState, Task
from syncer.planning.order import is_beyond
from syncer.planning.outcome_filter import is_worth_asking, judge_filter
from syncer.planning.scans import is_expiring

#: So many tasks of a filtered list are looked up, to see whether it still is one.
_ENOUGH_TO_CONTRADICT = 1_000


class Outcomes:
    """What one run learns of outcomes. Nothing is called failed or succeeded before the filter is trusted."""

    def __init__(self, state: StreamState, now: datetime, writer: BatchWriter) -> None:
        self.writer = writer
        self.verdict = state.outcome_filter
        self.verdict_at = state.outcome_filter_at
        self.is_wanted = is_worth_asking(self.verdict, self.verdict_at, now)
        self._now = now
        #: Ended tasks that the membership scan showed, with nothing but their stamps.
        self._members: dict[str, Task] = {}
        #: Creation times of what was stored before this run was interrupted, by id.
        self._recalled: dict[str, datetime | None] = {}
        #: The failed, by id, and the request that told so.
        self._failed: dict[str, str] = {}
        self._reader: ScanReader | None = None

    def recall(self, created_at: Mapping[str, datetime | None]) -> None:
        """Take in what this run had stored without an outcome before it was interrupted."""
        self._recalled.update(created_at)

    def member(self, sightings: Iterable[Sighting]) -> None:
        """Note what the membership scan showed."""
        for task in (sighting.task for sighting in sightings):
            self._members[task.task_id] = Task(
                task_id=task.task_id,
                status=task.status,
                created_at=task.created_at,
                finished_at=task.finished_at,
            )

    def failed(self, sightings: Iterable[Sighting]) -> list[Sighting]:
        """Note what the filtered scan showed; returns what is new in it, its outcome held back."""
        new = []
        for sighting in sightings:
            self._failed[sighting.task.task_id] = sighting.request_id
            if sighting.task.task_id not in self._members:
                new.append(replace(sighting, task=replace(sighting.task, status=Status.FINISHED)))
        return new

    def end(self, reader: ScanReader) -> None:
        """Judge the filter, now that `reader` has read all of the filtered list that it had to."""
        if not reader.is_complete:
            return
        self._reader = reader
        due = [task_id for task_id, task in self._members.items() if self._had_to_show(task, reader)]
        failed = sum(task_id in self._failed for task_id in due)
        contradicts = failed == len(due) and self._contradicts()
        self._decide(judge_filter(self.verdict, members=len(due), failed=failed, contradicts=contradicts))

    def _contradicts(self) -> bool:
        """Whether the filtered list shows tasks that are known to have succeeded."""
        shown = list(self._failed)[:_ENOUGH_TO_CONTRADICT]
        return bool(shown and self.writer.store.succeeded_among(shown))

    def refused(self) -> None:
        """The API does not take the filter."""
        self._decide(OutcomeFilter.REJECTED)

    def store(self) -> None:
        """Store the outcomes, if the filter is to be trusted."""
        if self.verdict is OutcomeFilter.TRUSTED and self._reader is not None:
            self.writer.add_outcomes(self._told(self._reader))

    def unresolved(self) -> Iterable[str]:
        """Ids of ended tasks that lie deeper than the filtered list was read."""
        reader = self._reader
        if self.verdict is not OutcomeFilter.TRUSTED or reader is None:
            return ()
        return [
            i for i in self.writer.without_outcome - self._failed.keys() if not self._is_vouched(i, reader)
        ]

    def _told(self, reader: ScanReader) -> Iterator[Sighting]:
        at = reader.progress.last_page_at or self._now
        for task_id, request_id in self._failed.items():
            yield _outcome(task_id, Status.FAILED, at, request_id)
        for task_id in (self.writer.without_outcome | self._recalled.keys()) - self._failed.keys():
            if self._is_vouched(task_id, reader):
                yield _outcome(task_id, Status.SUCCEEDED, at)

    def _is_vouched(self, task_id: str, reader: ScanReader) -> bool:
        """Whether the filtered list would have shown the task if it had failed."""
        member = self._members.get(task_id)
        if member is not None:
            return self._had_to_show(member, reader)
        if task_id not in self._recalled or reader.stopped_early:
            return False
        # It may have left both lists since the interruption, and would then be missing in this one anyway.
        stored = Task(task_id=task_id, status=Status.FINISHED, created_at=self._recalled[task_id])
        return self._had_to_show(stored, reader)

    def _had_to_show(self, task: Task, reader: ScanReader) -> bool:
        if is_expiring(task, reader.progress.last_page_at, reader.context.retention):
            return False
        boundary = reader.context.boundary
        if not reader.stopped_early or boundary is None:
            return True
        # Nobody knows which of the possible orders is the list's own.
        return all(not is_beyond(task, order, boundary) for order in reader.possible_orders)

    def _decide(self, verdict: OutcomeFilter) -> None:
        if verdict is not self.verdict or verdict is not OutcomeFilter.TRUSTED:
            self.verdict_at = self._now
        self.verdict = verdict


def _outcome(task_id: str, status: Status, at: datetime, request_id: str = "") -> Sighting:
    return Sighting(task=Task(task_id=task_id, status=status), observed_at=at, request_id=request_id)
