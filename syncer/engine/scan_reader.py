"""Walks through the pages of one scan, and says whether its end can be believed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from syncer.engine.page_fetcher import PageFetcher
from syncer.engine.scan_context import ScanContext
from syncer.errors import CursorRefused, ProtocolError, SyncerError
from syncer.model import Order, Page, Role, Task
from syncer.planning.order import may_stop
from syncer.planning.scans import Scan, ScanProgress, last_stamp, shown_from, was_there
from syncer.ports import Fetch

#: How often a scan begins anew because its cursor was refused or led in a circle.
MAX_RESTARTS = 3
#: How many pages in a row may bring nothing new before "more" is no longer believed.
MAX_IDLE_PAGES = 50
#: How often a list is read that does not show what it promised.
MAX_PASSES = 4


class ScanReader:
    """One scan on its way. After the last page, `is_complete` says whether the list was read as planned."""

    def __init__(self, scan: Scan, fetch: Fetch, context: ScanContext) -> None:
        self.scan = scan
        self.fetch = fetch
        self.context = context
        self.paging = context.facts.paging
        self.progress = scan.begin()
        #: Where the next page begins; what a checkpoint keeps.
        self.cursor: str | None = None
        self.is_complete = False
        self.stopped_early = False
        #: All tasks shown so far: by id, the stamp by whose age the list forgets them.
        self.seen: dict[str, float | None] = {}
        self._fetcher = PageFetcher(fetch, scan, context)
        self._rejected: set[str] = set()
        #: While the scan steps back: the ids it had seen before it found that it must.
        self._seen_before_jump: set[str] = set()
        #: Whether a cursor was seen to name the record that the next page begins with.
        self._has_met_named = False
        #: Whether the last pass ended where it had lost its place.
        self._is_cut = False

    def resume(self, cursor: str | None, progress: ScanProgress) -> None:
        """Go on where an interrupted run left off."""
        self.cursor, self.progress = cursor, progress

    @property
    def passed_over(self) -> list[SyncerError]:
        """Why each record that could not be had was passed over; with one, the walk is never complete."""
        return self._fetcher.passed_over

    @property
    def orders(self) -> frozenset[Order]:
        """What the next run may believe of the list's order."""
        kept = self.context.learned & self.progress.order.steps.keys()
        return kept if self.stopped_early else kept | self.progress.order.proven

    @property
    def reached_bottom(self) -> bool:
        """Whether the scan has come to the oldest task of the list."""
        return self.is_complete and not self.stopped_early and self.scan.created_from is None

    @property
    def possible_orders(self) -> frozenset[Order]:
        """The learned orders that this scan has not contradicted."""
        return self.context.learned & self.progress.order.steps.keys()

    def pages(self) -> Iterator[Page]:
        """The pages, one after the other; asks the provider as it goes."""
        is_resumed = self.progress.pages > 0
        yield from self._pass()
        if self.passed_over:
            return
        if self.stopped_early or not (self._is_cut or self.progress.is_doubtful):
            self.is_complete = True
        elif is_resumed:
            # The ids of the first half are gone with the process, so there is nothing to compare with.
            self.cursor, self.progress, self.seen = None, self.scan.begin(), {}
            yield from self.pages()
        else:
            yield from self._more_passes()

    # One pass through the list

    def _pass(self) -> Iterator[Page]:
        idle = restarts = 0
        # Rows of this beginning, and those that a scan begun anew passes before it can show new ones.
        rows = known = 0
        visited: set[str] = set()
        is_behind_gap = False
        while True:
            gaps = len(self.passed_over)
            try:
                page = self._fetcher.fetch_page(self.cursor)
                self._refuse_circle(page, visited)
            except CursorRefused:
                if restarts == MAX_RESTARTS:
                    raise
                restarts += 1
                visited.clear()
                rows, known = 0, max(rows, known)
                self._restart()
                continue
            # Nothing can reappear behind a record that was passed over.
            stepped_back = self._has_jumped(page) and not is_behind_gap
            is_behind_gap = len(self.passed_over) > gaps
            self._is_cut = self._lost_its_place(page)
            new = self._note(page)
            rows += len(page.sightings)
            idle = 0 if new or (page.sightings and rows <= known) else idle + 1
            if idle > MAX_IDLE_PAGES:
                raise ProtocolError(
                    f"{self.scan.name}: {idle} pages in a row held nothing new and promised more; "
                    "the API's paging has changed, or its cursor is broken",
                    request_id=page.request_id,
                )
            self.cursor = page.back_cursor if stepped_back else page.next_cursor
            self.stopped_early = not self.scan.reads_to_end and self._may_stop(page)
            yield page
            if self.cursor is None or self.stopped_early:
                return

    def _restart(self) -> None:
        self.cursor = None
        self.progress = replace(self.progress, order=self.scan.begin().order)

    def _note(self, page: Page) -> list[Task]:
        new = [s.task for s in page.sightings if s.task.task_id not in self.seen]
        rejected = {each.record for each in page.rejected} - self._rejected
        self._rejected |= rejected
        self.progress = self.progress.observe(page, new, self.scan.listing, rejected=len(rejected))
        for task in new:
            self.seen[task.task_id] = self._forgotten_by(task)
        return new

    def _may_stop(self, page: Page) -> bool:
        boundary = self.context.boundary
        return boundary is not None and may_stop(
            self.context.learned, self.progress.order, [s.task for s in page.sightings], boundary
        )

    def _has_jumped(self, page: Page) -> bool:
        """Whether rows may lie between this page and the one before: where pages overlap, none reappeared."""
        # While stepping back, only what was seen before the jump tells that no row lies between any more.
        known = self._seen_before_jump or self.seen.keys()
        is_first = self.cursor is None or page.back_cursor in (None, self.cursor)
        if not self.paging.overlap or is_first or any(s.task.task_id in known for s in page.sightings):
            self._seen_before_jump = set()
            return False
        self._seen_before_jump = set(known)
        return bool(known)

    def _lost_its_place(self, page: Page) -> bool:
        """Whether the list ends on a page that does not hold the record its own cursor had named."""
        if not self.paging.names_next_record or self.cursor is None:
            return False
        if any(s.task.task_id == self.cursor for s in page.sightings):
            self._has_met_named = True
            return False
        return page.next_cursor is None and (self._has_met_named or not page.sightings)

    def _refuse_circle(self, page: Page, visited: set[str]) -> None:
        """Raise CursorRefused if the page points to where the walk has been. An empty page may repeat."""
        if not page.sightings or page.next_cursor is None:
            return
        if page.next_cursor in visited and not self.paging.overlap:
            raise CursorRefused(
                f"{self.scan.name}: the cursor led back to a page that was read already",
                request_id=page.request_id,
            )
        visited.add(page.next_cursor)

    # The doubt

    def _more_passes(self) -> Iterator[Page]:
        """Read the list again, because it ended with fewer rows than it had promised, or lost its place.

        Either the passes together show as many as were promised, or the promise was wrong: then two of them
        in a row must show the same tasks, of those that were there before the first began. Lists of open
        tasks are left by tasks all the time; for them the passes just add up. No pass that has lost its place
        counts, unless this list always ends so, with the same tasks.
        """
        self.scan = replace(self.scan, reads_to_end=True)
        all_seen, began_at = self.seen, self.progress.first_page_at
        promised, shown = self.progress.first_total, self.progress.due
        steady = 0
        for _ in range(MAX_PASSES - 1):
            before, self.seen = self.seen, {}
            self._restart()
            missed: set[str] = set()
            for page in self._pass():
                missed.update(self._missed(page, all_seen, began_at))
                yield page
            shown += len(missed)
            steady = 0 if missed or self._gone(before) else steady + 1
            all_seen = {**all_seen, **self.seen}
            if self._is_cut:
                self.is_complete = steady == MAX_PASSES - 1
            else:
                is_open = self.scan.listing.role is Role.OPEN
                self.is_complete = is_open or steady > 0 or (promised is not None and shown >= promised)
            self.is_complete = self.is_complete and not self.passed_over
            if self.is_complete:
                break
        self.seen = all_seen

    def _missed(self, page: Page, all_seen: Mapping[str, object], began_at: datetime | None) -> Iterator[str]:
        """Ids on `page` that earlier passes had to show and did not."""
        for task in (sighting.task for sighting in page.sightings):
            if task.task_id not in all_seen and began_at and was_there(task, self.scan.listing, began_at):
                yield task.task_id

    def _gone(self, before: Mapping[str, float | None]) -> set[str]:
        """Ids that the pass before showed, this one did not, and the provider had not forgotten since."""
        since = self._shown_since()
        return {i for i in before.keys() - self.seen.keys() if (before[i] or since) > since}

    def _shown_since(self) -> float:
        """What this pass still showed; without a known retention, the oldest of what it did show."""
        retention, last_page_at = self.context.retention, self.progress.last_page_at
        if retention is not None and last_page_at is not None:
            return shown_from(retention, last_page_at).timestamp()
        return min(filter(None, self.seen.values()), default=0.0)

    def _forgotten_by(self, task: Task) -> float | None:
        """The stamp by whose age the list forgets `task`; None if it may not, or nobody knows."""
        stamp = task.created_at if self.context.retention is not None else last_stamp(task)
        return stamp.timestamp() if stamp else None
