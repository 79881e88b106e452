"""Plan of one run for the open tasks that no scan has shown: which scans and which calls by id come next.

Nothing here calls the provider or the database; `engine.run` does what is planned.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from syncer.engine.scan_results import ScanResults
from syncer.model import Facts, OpenTask, Order, Role, Source, StreamState
from syncer.planning import run_plan
from syncer.planning.lost_tasks import lost_tasks
from syncer.planning.order import Boundary
from syncer.planning.read_depth import CountSince, can_deepen, deeper_boundary
from syncer.planning.scans import Scan


class OpenTaskPlan:
    """The open tasks of one stream that the run must still find, and the cheapest way to find them."""

    def __init__(
        self, open_tasks: Mapping[str, OpenTask], source: Source, facts: Facts, results: ScanResults
    ) -> None:
        #: Open tasks that no page has shown yet, by id.
        self.missing = dict(open_tasks)
        #: Open tasks that a list showed as ended without their outcome, which only a call by id returns.
        self._without_outcome: dict[str, OpenTask] = {}
        #: The open tasks when the run began, by id.
        self.open_tasks = open_tasks
        self._source, self._facts, self._results = source, facts, results

    def mark_seen(self, task_ids: Iterable[str]) -> None:
        """Remove tasks that a page has shown from the missing ones."""
        for task_id in task_ids:
            self.missing.pop(task_id, None)

    def add_without_outcome(self, task_ids: Iterable[str]) -> None:
        """Add those of `task_ids` that were open when the run began, if a call by id returns outcomes."""
        if self._facts.has_details:
            self._without_outcome = {i: self.open_tasks[i] for i in task_ids if i in self.open_tasks}

    def deeper_boundary(
        self, boundary: Boundary, orders: Mapping[str, frozenset[Order]], count: CountSince
    ) -> Boundary:
        """`boundary`, or an earlier one if reading further down saves more calls by id than it costs."""
        primary = next(listing for listing in self._facts.lists if listing.role is Role.PRIMARY)
        if not can_deepen(self._facts, orders.get(primary.name, frozenset())):
            return boundary
        return deeper_boundary(boundary, self.missing.values(), self._source, self._facts, count)

    # What comes next

    def next_open_scans(self) -> tuple[Scan, ...]:
        """Scans by status, if they cost fewer calls than asking for every missing task by id."""
        scans = run_plan.open_scans(self._facts)
        return scans if len(scans) < self._calls(len(self.missing)) else ()

    def next_ids(self, now: datetime, reopened: Collection[str]) -> list[str]:
        """Return the ids to request, and mark their outcomes as requested.

        Empty if reading the ended lists to their end costs fewer calls.
        """
        askable = self._askable(now)
        if self._is_reading_deeper_cheaper(len(askable)):
            return []
        self._without_outcome = {}
        return [*askable, *sorted(reopened if self._facts.ids_per_request else ())]

    def next_deeper_scans(self) -> tuple[Scan, ...]:
        """Scans of the ended lists to their end, for tasks that calls by id did not find."""
        is_needed = bool(self.missing or self._without_outcome)
        return run_plan.ended_scans(self._facts) if is_needed and self._can_read_deeper else ()

    def lost(self, state: StreamState, now: datetime) -> tuple[str, ...]:
        """Ids of missing tasks that a complete scan had to show, or whose window has closed by `state`.

        Empty after an error: the failed call might have shown them.
        """
        if self._results.errors:
            return ()
        return lost_tasks(
            self.missing,
            has_read_all=self._results.read_all_primary,
            state=state,
            source=self._source,
            now=now,
        )

    # Costs

    def _askable(self, now: datetime) -> list[str]:
        """Ids that a call by id may still find, those first whose retention ends first."""
        retention = self._source.detail_retention or self._source.retention
        tasks = {**self.missing, **self._without_outcome}.values()
        return run_plan.ids_by_age(
            task for task in tasks if run_plan.can_ask_by_id(task, self._facts, retention, now)
        )

    def _calls(self, count: int) -> int:
        return -(-count // self._facts.ids_per_request) if self._facts.ids_per_request else 0

    def _is_reading_deeper_cheaper(self, askable: int) -> bool:
        if not self._can_read_deeper or not self._results.primary_total:
            return False
        lists = len(run_plan.ended_scans(self._facts))
        pages = lists * self._results.primary_total / self._source.page_size
        return pages < self._calls(askable)

    @property
    def _can_read_deeper(self) -> bool:
        return not self._results.read_all_primary and not run_plan.primary_shows_open(self._facts)
