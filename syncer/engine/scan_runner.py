"""Runs single scans: reads their pages, stores them, and adds the scan to the results of the run."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from syncer.engine.batch_writer import BatchWriter
from syncer.engine.open_tasks import OpenTaskPlan
from syncer.engine.outcomes import Outcomes
from syncer.engine.run_context import RunContext
from syncer.engine.run_report import Progress
from syncer.engine.scan_context import ScanContext
from syncer.engine.scan_reader import ScanReader
from syncer.engine.scan_results import ScanResults
from syncer.errors import (
    ConfigurationError,
    CredentialsError,
    FilterRefused,
    LeaseLost,
    Stopped,
    StoreUnavailable,
    SyncerError,
)
from syncer.model import Checkpoint, Page, Role, Sighting
from syncer.planning import run_plan
from syncer.planning.order import Boundary
from syncer.planning.scans import Scan, ScanProgress, earliest

log = logging.getLogger(__name__)


class ScanRunner:
    """Runs the scans of one run, one after the other."""

    def __init__(
        self,
        context: RunContext,
        *,
        writer: BatchWriter,
        outcomes: Outcomes,
        open_tasks: OpenTaskPlan,
        results: ScanResults,
    ) -> None:
        self.context = context
        self.writer, self.outcomes, self.open_tasks, self.results = writer, outcomes, open_tasks, results
        run = context.run
        #: The start of the run on the provider's clock; a resumed run keeps its first one.
        self.started_at = run.checkpoint.started_at if run.checkpoint else run.started_at
        #: When the first page was asked for, on the provider's clock; after a resume the first one since.
        self.first_page_at: datetime | None = None

    def run(self, scan: Scan, boundary: Boundary | None) -> None:
        """Run `scan`; unless it reads to the end, it may stop at `boundary`.

        An error in one list is added to the results, unless it would occur in the other lists too.
        """
        if scan.listing.role is Role.FAILED and not self.outcomes.is_wanted:
            return
        reader = self._reader(scan, boundary)
        try:
            self._store_pages(reader)
        except FilterRefused as error:
            self.outcomes.reject_filter()
            log.warning("filter.refused", extra={"error": str(error)})
        except (Stopped, LeaseLost, StoreUnavailable, CredentialsError, ConfigurationError):
            raise
        except SyncerError as error:
            if reader.progress.pages == 0:
                raise
            self.results.errors.append(error)

    def store_page(self, page: Page, checkpoint: Checkpoint | None, sightings: Iterable[Sighting]) -> None:
        """Store the `sightings` of `page`; `checkpoint` is the place behind it."""
        self.writer.add(page, checkpoint, sightings)
        self.open_tasks.mark_seen(sighting.task.task_id for sighting in page.sightings)

    def _reader(self, scan: Scan, boundary: Boundary | None) -> ScanReader:
        """The reader of `scan`, at its beginning or at the cursor of the interrupted run."""
        facts, source = self.context.facts, self.context.source
        scan_context = ScanContext(
            facts=facts,
            region=self.context.stream.region,
            page_size=min(source.page_size, facts.page_size),
            learned=self.context.state.orders.get(scan.listing.name, frozenset()),
            boundary=boundary,
            retention=source.retention,
        )
        reader = ScanReader(scan, self.context.fetch, scan_context)
        checkpoint = self.context.run.checkpoint
        if checkpoint and run_plan.can_resume(scan, checkpoint, facts):
            reader.resume(checkpoint.cursor, ScanProgress.from_json(checkpoint.evidence))
        return reader

    def _store_pages(self, reader: ScanReader) -> None:
        """Read and store the pages of `reader`, and add the scan to the results."""
        for page in reader.pages():
            # The provider's clock is known from its first response on; until then ours may have been ahead.
            self.started_at = min(self.started_at, page.requested_at)
            self.first_page_at = self.first_page_at or page.requested_at
            self.store_page(page, self._checkpoint(reader, page), self._sightings(reader, page))
            self._report_progress(reader)
            self.context.hooks.between_pages(self.writer.flush)
        # What a later scan shows of the same task is a separate state.
        self.writer.flush()
        self.results.add(reader)
        if reader.scan.listing.role is Role.FAILED:
            self.outcomes.judge_filter(reader)

    def _sightings(self, reader: ScanReader, page: Page) -> Sequence[Sighting]:
        """Add `page` to the outcomes; return the sightings to store."""
        listing = reader.scan.listing
        if listing.role is Role.FAILED:
            return self.outcomes.add_failed(page.sightings)
        if listing.role is Role.PRIMARY and listing.terminal:
            self.outcomes.add_ended(page.sightings)
        return page.sightings

    def _checkpoint(self, reader: ScanReader, page: Page) -> Checkpoint:
        oldest = earliest(self.results.oldest_created_at, reader.progress.oldest_created_at)
        return Checkpoint(
            started_at=self.started_at,
            saved_at=page.requested_at,
            done=tuple(self.results.done),
            scan=reader.scan.name,
            cursor=reader.cursor,
            evidence=replace(reader.progress, oldest_created_at=oldest).to_json(),
        )

    def _report_progress(self, reader: ScanReader) -> None:
        self.context.hooks.progress(
            Progress(
                stream=self.context.stream,
                mode=self.context.run.mode,
                scan=reader.scan.name,
                rows=reader.progress.rows,
                total=reader.progress.first_total,
            )
        )
