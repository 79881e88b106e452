"""Reads the pages of one scan, and checks whether the end of the list is credible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from syncer.engine.page_fetcher import PageFetcher
from syncer.engine.scan_context import ScanContext
from syncer.errors import CursorRefused, ProtocolError, SyncerError
from syncer.model import Order, Page, Role, Task
from syncer.model.pagination import EMPTY_PAGE_RETRIES, NumberedPaging
from syncer.planning.order import may_stop
from syncer.planning.scans import Scan, ScanProgress, last_timestamp, shown_from, was_listed_at
from syncer.ports import Fetch

#: How many times a scan restarts because its cursor was refused or led in a circle.
MAX_RESTARTS = 3
#: How many consecutive pages without new rows may announce a next page.
MAX_IDLE_PAGES = 50
#: How many times a list is read that shows fewer rows than its total.
MAX_PASSES = 4


class ScanReader:
    """Reads one scan. After the last page, `is_complete` says whether the list was read as planned."""

    def __init__(self, scan: Scan, fetch: Fetch, context: ScanContext) -> None:
        self.scan = scan
        self.fetch = fetch
        self.context = context
        self.paging = context.facts.paging
        self.progress = scan.begin()
        #: The cursor of the next page; a checkpoint holds it.
        self.cursor: str | None = None
        self.is_complete = False
        self.stopped_early = False
        #: All tasks shown so far: by id, the timestamp by whose age the list drops the task.
        self.seen: dict[str, float | None] = {}
        self._fetcher = PageFetcher(fetch, scan, context)
        self._rejected: set[str] = set()
        #: While the scan steps back: the ids that it had seen before the gap.
        self._seen_before_jump: set[str] = set()
        #: Whether a page has begun with the record that its cursor names.
        self._has_seen_named = False
        #: Whether the last pass ended on a page without the record that its cursor names.
        self._is_truncated = False

    def resume(self, cursor: str | None, progress: ScanProgress) -> None:
        """Continue at the cursor and with the progress of an interrupted run."""
        self.cursor, self.progress = cursor, progress

    @property
    def skipped(self) -> list[SyncerError]:
        """The error of each record that was skipped; with one, the scan is never complete."""
        return self._fetcher.skipped

    @property
    def orders(self) -> frozenset[Order]:
        """The orders that the next run may rely on."""
        kept = self.context.learned & self.progress.order.steps.keys()
        return kept if self.stopped_early else kept | self.progress.order.proven

    @property
    def reached_bottom(self) -> bool:
        """Whether the scan has reached the oldest task of the list."""
        return self.is_complete and not self.stopped_early and self.scan.created_from is None

    @property
    def possible_orders(self) -> frozenset[Order]:
        """The learned orders that this scan has not contradicted."""
        return self.context.learned & self.progress.order.steps.keys()

    def pages(self) -> Iterator[Page]:
        """Fetch and yield the pages, one after the other; read the list again if its end is not credible."""
        is_resumed = self.progress.pages > 0
        yield from self._pass()
        if self.skipped:
            return
        if self.stopped_early or not (self._is_truncated or self.progress.is_below_total):
            self.is_complete = True
        elif is_resumed:
            # The ids of the pages before the interruption are lost, so a second pass could not be compared.
            self.cursor, self.progress, self.seen = None, self.scan.begin(), {}
            yield from self.pages()
        else:
            yield from self._more_passes()

    # One pass through the list

    def _pass(self) -> Iterator[Page]:
        idle = repeats = restarts = 0
        # Rows since the last restart, and rows that a restarted scan reads again before it shows new ones.
        rows = known = 0
        visited: set[str] = set()
        is_behind_gap = False
        while True:
            gaps = len(self.skipped)
            try:
                page = self._fetcher.fetch_page(self.cursor)
                self._reject_repeated_cursor(page, visited)
            except CursorRefused as error:
                if isinstance(self.paging, NumberedPaging):
                    # The cursor is right, so another pass would be refused at the same depth.
                    raise self._depth_error(error) from error
                if restarts == MAX_RESTARTS:
                    raise
                restarts += 1
                visited.clear()
                rows, known = 0, max(rows, known)
                self._restart()
                continue
            # No row can reappear behind a record that was skipped.
            stepped_back = self._has_jumped(page) and not is_behind_gap
            is_behind_gap = len(self.skipped) > gaps
            self._is_truncated = self._ends_without_named(page)
            new = self._add(page)
            rows += len(page.sightings)
            idle = 0 if new or (page.sightings and rows <= known) else idle + 1
            repeats = repeats + 1 if not page.sightings and page.next_cursor == self.cursor else 0
            if idle > MAX_IDLE_PAGES or repeats > EMPTY_PAGE_RETRIES:
                raise ProtocolError(
                    f"{self.scan.name}: {idle} pages in a row had no new rows and announced a next page; "
                    "the API's paging has changed, or its cursor is broken",
                    request_id=page.request_id,
                )
            self.cursor = page.back_cursor if stepped_back else page.next_cursor
            self.stopped_early = not self.scan.reads_to_end and self._may_stop(page)
            yield page
            if self.cursor is None or self.stopped_early:
                return

    def _depth_error(self, error: CursorRefused) -> ProtocolError:
        return ProtocolError(
            f"{self.scan.name}: the API shows {self.progress.rows} rows and refuses the pages behind them; "
            f"those are not read, and the run claims no coverage: {error.message}",
            code=error.code,
            request_id=error.request_id,
        )

    def _restart(self) -> None:
        self.cursor = None
        self.progress = replace(self.progress, order=self.scan.begin().order)

    def _add(self, page: Page) -> list[Task]:
        """Add `page` to the progress; return the tasks that this pass had not shown before."""
        new = [s.task for s in page.sightings if s.task.task_id not in self.seen]
        rejected = {record.record for record in page.rejected} - self._rejected
        self._rejected |= rejected
        self.progress = self.progress.observe(page, new, self.scan.listing, rejected=len(rejected))
        for task in new:
            self.seen[task.task_id] = self._dropped_by(task)
        return new

    def _may_stop(self, page: Page) -> bool:
        boundary = self.context.boundary
        return boundary is not None and may_stop(
            self.context.learned, self.progress.order, [s.task for s in page.sightings], boundary
        )

    def _has_jumped(self, page: Page) -> bool:
        """Whether rows may lie between this page and the one before: pages overlap, and no row reappeared."""
        # While stepping back, only rows seen before the gap prove that the gap is closed.
        known = self._seen_before_jump or self.seen.keys()
        is_first = self.cursor is None or page.back_cursor in (None, self.cursor)
        if not self.paging.overlap or is_first or any(s.task.task_id in known for s in page.sightings):
            self._seen_before_jump = set()
            return False
        self._seen_before_jump = set(known)
        return bool(known)

    def _ends_without_named(self, page: Page) -> bool:
        """Whether the list ends on a page without the record that the page's cursor names."""
        if not self.paging.names_next_record or self.cursor is None:
            return False
        if any(s.task.task_id == self.cursor for s in page.sightings):
            self._has_seen_named = True
            return False
        return page.next_cursor is None and (self._has_seen_named or not page.sightings)

    def _reject_repeated_cursor(self, page: Page, visited: set[str]) -> None:
        """Raise CursorRefused if the next cursor was visited before. An empty page may repeat its cursor."""
        if not page.sightings or page.next_cursor is None:
            return
        if page.next_cursor in visited and not self.paging.overlap:
            raise CursorRefused(
                f"{self.scan.name}: the cursor led back to a page that was read already",
                request_id=page.request_id,
            )
        visited.add(page.next_cursor)

    # Second and further passes

    def _more_passes(self) -> Iterator[Page]:
        """Read the list again after a pass that was cut, or that showed fewer rows than its total.

        Either the passes together show as many rows as the total, or the total was wrong: then two
        consecutive passes must show the same tasks, among those that were listed before the first pass began.
        Tasks leave a list of open tasks at any time: there, one more pass is enough. A pass that was cut does
        not count, unless all passes are cut and show the same tasks.
        """
        self.scan = replace(self.scan, reads_to_end=True)
        all_seen, began_at = self.seen, self.progress.first_page_at
        total, shown = self.progress.first_total, self.progress.due
        steady = 0
        for _ in range(MAX_PASSES - 1):
            before, self.seen = self.seen, {}
            self._restart()
            missed: set[str] = set()
            for page in self._pass():
                missed.update(self._missed(page, all_seen, began_at))
                yield page
            shown += len(missed)
            steady = 0 if missed or self._disappeared(before) else steady + 1
            all_seen = {**all_seen, **self.seen}
            if self._is_truncated:
                self.is_complete = steady == MAX_PASSES - 1
            else:
                is_open = self.scan.listing.role is Role.OPEN
                self.is_complete = is_open or steady > 0 or (total is not None and shown >= total)
            self.is_complete = self.is_complete and not self.skipped
            if self.is_complete:
                break
        self.seen = all_seen

    def _missed(self, page: Page, all_seen: Mapping[str, object], began_at: datetime | None) -> Iterator[str]:
        """Ids on `page` that earlier passes had to show and did not."""
        for task in (sighting.task for sighting in page.sightings):
            if task.task_id not in all_seen and began_at and was_listed_at(task, self.scan.listing, began_at):
                yield task.task_id

    def _disappeared(self, before: Mapping[str, float | None]) -> set[str]:
        """Ids that the pass before showed and this one did not, although the list had not dropped them."""
        since = self._shown_since()
        return {i for i in before.keys() - self.seen.keys() if (before[i] or since) > since}

    def _shown_since(self) -> float:
        """The oldest timestamp that this pass had to show; without a known retention, that it showed."""
        retention, last_answer_at = self.context.retention, self.progress.last_answer_at
        if retention is not None and last_answer_at is not None:
            return shown_from(retention, last_answer_at).timestamp()
        return min(filter(None, self.seen.values()), default=0.0)

    def _dropped_by(self, task: Task) -> float | None:
        """The timestamp by whose age the list drops `task`, in seconds; None while there is none."""
        instant = task.created_at if self.context.retention is not None else last_timestamp(task)
        return instant.timestamp() if instant else None
