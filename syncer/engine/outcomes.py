"""Outcomes of ended tasks, where only a filtered list shows them.

The PRIMARY list shows every ended task without its outcome; the filtered (FAILED) list shows the failed ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from syncer.engine.batch_writer import BatchWriter
from syncer.engine.scan_reader import ScanReader
from syncer.model import OutcomeFilter, Sighting, Status, StreamState, Task
from syncer.planning.order import is_beyond
from syncer.planning.outcome_filter import judge_filter, should_read_filtered_list
from syncer.planning.scans import may_have_expired

#: How many tasks of the filtered list are looked up, to find one that is known to have succeeded.
_ENOUGH_TO_CONTRADICT = 1_000


class Outcomes:
    """The outcomes that one run finds. None is stored before the filter is trusted."""

    def __init__(self, state: StreamState, now: datetime, writer: BatchWriter) -> None:
        self.writer = writer
        self.verdict = state.outcome_filter
        self.verdict_at = state.outcome_filter_at
        self.is_wanted = should_read_filtered_list(self.verdict, self.verdict_at, now)
        self._now = now
        #: Ended tasks that the PRIMARY list showed, with their times alone.
        self._ended: dict[str, Task] = {}
        #: Creation times of the tasks that this run stored before it was interrupted, by id.
        self._stored_before: dict[str, datetime | None] = {}
        #: By id of a failed task: the request that showed it.
        self._failed: dict[str, str] = {}
        #: The reader of the filtered list, once it is complete.
        self._reader: ScanReader | None = None

    def add_stored(self, created_at: Mapping[str, datetime | None]) -> None:
        """Add the tasks that this run stored without an outcome before it was interrupted."""
        self._stored_before.update(created_at)

    def add_ended(self, sightings: Iterable[Sighting]) -> None:
        """Add the ended tasks of a page of the PRIMARY list."""
        for task in (sighting.task for sighting in sightings):
            self._ended[task.task_id] = Task(
                task_id=task.task_id,
                status=task.status,
                created_at=task.created_at,
                finished_at=task.finished_at,
            )

    def add_failed(self, sightings: Iterable[Sighting]) -> list[Sighting]:
        """Add a page of the filtered list; return those that PRIMARY has not shown, without outcome."""
        new = []
        for sighting in sightings:
            self._failed[sighting.task.task_id] = sighting.request_id
            if sighting.task.task_id not in self._ended:
                new.append(replace(sighting, task=replace(sighting.task, status=Status.FINISHED)))
        return new

    def judge_filter(self, reader: ScanReader) -> None:
        """Judge the filter after the scan of the filtered list has ended."""
        if not reader.is_complete:
            return
        self._reader = reader
        due = [task_id for task_id, task in self._ended.items() if self._had_to_show(task, reader)]
        failed = sum(task_id in self._failed for task_id in due)
        contradicts = failed == len(due) and self._contradicts()
        self._decide(judge_filter(self.verdict, ended=len(due), failed=failed, contradicts=contradicts))

    def _contradicts(self) -> bool:
        """Whether the filtered list shows tasks that are known to have succeeded."""
        shown = list(self._failed)[:_ENOUGH_TO_CONTRADICT]
        return bool(shown and self.writer.store.succeeded_among(shown))

    def reject_filter(self) -> None:
        """Record that the API refused the filter."""
        self._decide(OutcomeFilter.REJECTED)

    def store(self) -> None:
        """Store the outcomes if the filter is trusted."""
        if self.verdict is OutcomeFilter.TRUSTED and self._reader is not None:
            self.writer.add_outcomes(self._outcomes(self._reader))

    def unresolved(self) -> Iterable[str]:
        """Ids of ended tasks whose outcome the filtered list does not show, as far as it was read."""
        reader = self._reader
        if self.verdict is not OutcomeFilter.TRUSTED or reader is None:
            return ()
        return [
            i for i in self.writer.without_outcome - self._failed.keys() if not self._has_succeeded(i, reader)
        ]

    def _outcomes(self, reader: ScanReader) -> Iterator[Sighting]:
        progress = reader.progress
        times = (progress.last_page_at or self._now, progress.last_answer_at or self._now)
        for task_id, request_id in self._failed.items():
            yield _outcome(task_id, Status.FAILED, times, request_id)
        for task_id in (self.writer.without_outcome | self._stored_before.keys()) - self._failed.keys():
            if self._has_succeeded(task_id, reader):
                yield _outcome(task_id, Status.SUCCEEDED, times)

    def _has_succeeded(self, task_id: str, reader: ScanReader) -> bool:
        """Whether the filtered list, which did not show the ended task, had to show it if it had failed."""
        task = self._ended.get(task_id)
        if task is not None:
            return self._had_to_show(task, reader)
        if task_id not in self._stored_before or reader.stopped_early:
            return False
        # It may have left both lists since the interruption: then its absence from this one proves nothing.
        stored = Task(task_id=task_id, status=Status.FINISHED, created_at=self._stored_before[task_id])
        return self._had_to_show(stored, reader)

    def _had_to_show(self, task: Task, reader: ScanReader) -> bool:
        if may_have_expired(task, reader.progress.last_answer_at, reader.context.retention):
            return False
        boundary = reader.context.boundary
        if not reader.stopped_early or boundary is None:
            return True
        # Which of the possible orders is the list's own is not known.
        return all(not is_beyond(task, order, boundary) for order in reader.possible_orders)

    def _decide(self, verdict: OutcomeFilter) -> None:
        if verdict is not self.verdict or verdict is not OutcomeFilter.TRUSTED:
            self.verdict_at = self._now
        self.verdict = verdict


def _outcome(
    task_id: str, status: Status, times: tuple[datetime, datetime], request_id: str = ""
) -> Sighting:
    requested_at, observed_at = times
    return Sighting(
        task=Task(task_id=task_id, status=status),
        requested_at=requested_at,
        observed_at=observed_at,
        request_id=request_id,
    )
