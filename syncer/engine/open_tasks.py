"""Asks for the open tasks that no scan of the run has shown."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from syncer.engine.batch_writer import BatchWriter
from syncer.engine.scan_results import ScanResults
from syncer.errors import PageRefused, ProtocolError, Retryable
from syncer.model import Facts, OpenTask, Order, Page, Query, Role, Stream
from syncer.planning import run_plan
from syncer.planning.depth import CountSince, can_deepen, deepened
from syncer.planning.order import Boundary
from syncer.planning.scans import Scan
from syncer.ports import Fetch

log = logging.getLogger(__name__)

#: So many failed calls by id in one run, and the others are left for the next.
MAX_ERRORS = 3


class OpenTaskRefresh:
    """The open tasks of one run that still have to be found: `missing` shrinks as they are seen."""

    def __init__(
        self, missing: dict[str, OpenTask], stream: Stream, facts: Facts, results: ScanResults
    ) -> None:
        self.missing = missing
        self.has_read_deeper = False
        #: Tasks that were shown as ended, but not how, and that only a call by id can tell.
        self._unresolved: dict[str, OpenTask] = {}
        self._open = dict(missing)
        self.stream, self.facts, self.results = stream, facts, results
        self.source = stream.source

    def see(self, task_ids: Iterable[str]) -> None:
        """Note tasks that were shown."""
        for task_id in task_ids:
            self.missing.pop(task_id, None)

    def deepened(
        self, limit: Boundary, orders: Mapping[str, frozenset[Order]], count: CountSince
    ) -> Boundary:
        """Where a poll should read back to, if that saves calls by id."""
        members = next(one for one in self.facts.lists if one.role is Role.PRIMARY)
        if not can_deepen(self.facts, orders.get(members.name, frozenset())):
            return limit
        return deepened(limit, self.missing.values(), self.source, self.facts, count)

    def ask_outcome(self, task_ids: Iterable[str]) -> None:
        """Ask for those of `task_ids` that were open when the run began: how did they end?"""
        if self.facts.answers_detail:
            self._unresolved = {i: self._open[i] for i in task_ids if i in self._open}

    def read(self, fetch: Fetch, writer: BatchWriter, attempt: Callable[[Scan], None]) -> None:
        """Find what is missing, at the fewest calls: by id, by status, or further down in the list."""
        if self._lists_are_cheaper():
            for scan in run_plan.open_lists(self.facts):
                attempt(scan)
        if not self._reading_deeper_is_cheaper(fetch.now()):
            self._ask(fetch, writer)
            self._unresolved.clear()
        if (self.missing or self._unresolved) and self._can_read_deeper:
            self._read_deeper(attempt)

    def lost(self, now: datetime) -> tuple[str, ...]:
        """Ids of tasks that a complete scan had to show and did not, or whose window has closed."""
        if self.results.errors:
            return ()
        had_to_show = self.results.read_all_primary
        return tuple(
            task_id
            for task_id, task in self.missing.items()
            if had_to_show or run_plan.window_has_closed(task, self.source.retention, now)
        )

    def _askable(self, now: datetime) -> list[str]:
        retention = self.source.detail_retention or self.source.retention
        tasks = {**self.missing, **self._unresolved}.values()
        return run_plan.refresh_order(
            t for t in tasks if run_plan.can_ask_by_id(t, self.facts, retention, now)
        )

    def _calls(self, count: int) -> int:
        return -(-count // self.facts.ids_per_request) if self.facts.ids_per_request else 0

    def _lists_are_cheaper(self) -> bool:
        lists = len(run_plan.open_lists(self.facts))
        return 0 < lists < self._calls(len(self.missing))

    def _reading_deeper_is_cheaper(self, now: datetime) -> bool:
        """Whether the rest of the list costs less than the calls by id that it could replace."""
        if not self._can_read_deeper or not self.results.primary_total:
            return False
        pages = len(run_plan.ended_lists(self.facts)) * self.results.primary_total / self.source.page_size
        return pages < self._calls(len(self._askable(now)))

    @property
    def _can_read_deeper(self) -> bool:
        return not self.results.read_all_primary and not run_plan.shows_open(self.facts)

    def _ask(self, fetch: Fetch, writer: BatchWriter) -> None:
        ids = [*self._askable(fetch.now()), *sorted(writer.reopened if self.facts.ids_per_request else ())]
        size, errors = self.facts.ids_per_request, 0
        for start in range(0, len(ids), size or 1):
            try:
                self._ask_for(tuple(ids[start : start + size]), fetch, writer)
            except (ProtocolError, Retryable) as error:
                self.results.errors.append(error)
                errors += 1
                if errors == MAX_ERRORS:
                    return

    def _ask_for(self, ids: tuple[str, ...], fetch: Fetch, writer: BatchWriter) -> None:
        """Ask for `ids` in one call, or, where the API takes offence at one of them, for the halves."""
        try:
            page = fetch(Query(region=self.stream.region, ids=ids, limit=len(ids)))
        except PageRefused as error:
            if len(ids) == 1:
                # It can only be met in the lists, or be lost with its window.
                log.warning("task.refused", extra={"task_id": ids[0], "error": str(error)})
                return
            middle = len(ids) // 2
            self._ask_for(ids[:middle], fetch, writer)
            self._ask_for(ids[middle:], fetch, writer)
        else:
            self._take(page, writer)

    def _take(self, page: Page, writer: BatchWriter) -> None:
        writer.add(page, writer.checkpoint, [replace(each, is_confirmed=True) for each in page.sightings])
        # A row may stand on its page twice.
        shown = {sighting.task.task_id for sighting in page.sightings}
        self.see(shown)
        if page.total is not None and page.total > len(shown) + len(page.rejected):
            # Fewer rows than the answer itself counts: who is absent from it may still be there.
            self.results.errors.append(
                ProtocolError(
                    f"asked by id, the API counted {page.total} tasks and showed {len(shown)}",
                    request_id=page.request_id,
                )
            )

    def _read_deeper(self, attempt: Callable[[Scan], None]) -> None:
        """Read the lists of ended tasks to their end: a call by id may forget sooner than they do."""
        self.has_read_deeper = True
        for scan in run_plan.ended_lists(self.facts):
            attempt(scan)
