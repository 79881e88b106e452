"""One run of one stream, from what is known of it to what was proven."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import datetime

from syncer.engine.batch_writer import BatchWriter
from syncer.engine.open_tasks import OpenTaskRefresh
from syncer.engine.outcomes import Outcomes
from syncer.engine.run_report import Progress, RunHooks, RunReport
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
from syncer.model import Checkpoint, Facts, Mode, Page, Role, Run, RunStatus, Stream, StreamState
from syncer.planning import run_plan
from syncer.planning.coverage import CompletedRun, advance_state, ceiling
from syncer.planning.scans import Scan, ScanProgress
from syncer.ports import Fetch, StreamStore

log = logging.getLogger(__name__)


def run_stream(
    store: StreamStore,
    fetch: Fetch,
    *,
    stream: Stream,
    facts: Facts,
    wanted: Mode,
    hooks: RunHooks | None = None,
) -> RunReport:
    """The report of one run of `stream`, made now.

    A poll becomes a sweep where a poll could not vouch for the time since the last complete run. Errors are
    in the report, except LeaseLost, which is raised: then nothing more may be written, not even the error.
    """
    state = store.state()
    now = fetch.now()
    run = run_plan.drop_stale_checkpoint(
        store.start(run_plan.next_mode(wanted, state, stream.source, now), now), now
    )
    return _Execution(store, fetch, stream, facts, state, run).execute(hooks or RunHooks())


class _Execution:
    def __init__(
        self, store: StreamStore, fetch: Fetch, stream: Stream, facts: Facts, state: StreamState, run: Run
    ) -> None:
        self.store, self.fetch, self.stream, self.facts = store, fetch, stream, facts
        self.state, self.run, self.source = state, run, stream.source
        self.started_at = run.checkpoint.started_at if run.checkpoint else run.started_at
        self.boundary = run_plan.boundary(state, self.source)
        #: When the first page was asked for, on the provider's clock; after a resume the first one since.
        self.first_page_at: datetime | None = None
        self.results = ScanResults()
        self.writer = BatchWriter(store, run)
        self.outcomes = Outcomes(state, run.started_at, self.writer)
        self.refresh = OpenTaskRefresh(dict(store.open_tasks()), stream, facts, self.results)

    def execute(self, hooks: RunHooks) -> RunReport:
        self.hooks = hooks
        log.info("run.started", extra=self._labels)
        try:
            self._read()
            return self._end()
        except LeaseLost:
            raise
        except Stopped as error:
            return self._break_off(RunStatus.INTERRUPTED, error)
        except SyncerError as error:
            return self._break_off(RunStatus.FAILED, error)

    # Reading

    def _read(self) -> None:
        if self.run.checkpoint:
            self.outcomes.recall(self.store.without_outcome(self.run))
            self.results.done.extend(self.run.checkpoint.done)
        if run_plan.shows_open(self.facts):
            self._deepen()
        mode, retention = self.run.mode, self.source.retention
        for scan in run_plan.plan_scans(self.facts, mode, self.boundary, self.started_at, retention):
            # A task moves from one open list to the next, so these are read anew after a resume.
            if scan.name not in self.results.done or scan.listing.role is Role.OPEN:
                self._attempt(scan)
            if scan.listing is run_plan.last_open_list(self.facts):
                self._deepen()
        self.outcomes.store()
        if self.results.errors and not run_plan.shows_open(self.facts):
            # A list of open tasks may have failed: all of its tasks would be asked for one by one.
            return
        self.refresh.ask_outcome(self.outcomes.unresolved())
        self.refresh.read(self.fetch, self.writer, self._attempt)
        if self.refresh.has_read_deeper:
            self.outcomes.store()

    def _deepen(self) -> None:
        """Let a poll read as far down as it takes to meet missing tasks at the fewest calls."""
        if self.boundary is not None and self.run.mode is Mode.POLL:
            self.boundary = self.refresh.deepened(self.boundary, self.state.orders, self.store.count_since)

    def _attempt(self, scan: Scan) -> None:
        """Walk through `scan`. What fails in one list does not stop the others, unless it would there too."""
        if scan.listing.role is Role.FAILED and not self.outcomes.is_wanted:
            return
        reader = self._reader(scan)
        try:
            self._follow(reader)
        except FilterRefused as error:
            self.outcomes.refused()
            log.warning("filter.refused", extra={**self._labels, "error": str(error)})
        except (Stopped, LeaseLost, StoreUnavailable, CredentialsError, ConfigurationError):
            raise
        except SyncerError as error:
            if reader.progress.pages == 0:
                raise
            self.results.errors.append(error)

    def _reader(self, scan: Scan) -> ScanReader:
        """A walk through `scan`, at its beginning or where the interrupted run had come to."""
        context = ScanContext(
            facts=self.facts,
            region=self.stream.region,
            page_size=min(self.source.page_size, self.facts.page_size),
            learned=self.state.orders.get(scan.listing.name, frozenset()),
            boundary=self.boundary,
            retention=self.source.retention,
        )
        reader = ScanReader(scan, self.fetch, context)
        checkpoint = self.run.checkpoint
        if checkpoint and run_plan.can_resume(scan, checkpoint, self.facts):
            reader.resume(checkpoint.cursor, ScanProgress.from_json(checkpoint.evidence))
        return reader

    def _follow(self, reader: ScanReader) -> None:
        """Store what `reader` shows, page by page."""
        for page in reader.pages():
            # The provider's clock is known from its first answer on; until then ours may have been ahead.
            self.started_at = min(self.started_at, page.observed_at)
            self.first_page_at = self.first_page_at or page.observed_at
            self._take(reader, page)
            self._tell_progress(reader)
            self._pause()
        # What a later scan shows of the same task is a state of its own.
        self.writer.flush()
        self.results.note(reader)
        if reader.scan.listing.role is Role.FAILED:
            self.outcomes.end(reader)

    def _take(self, reader: ScanReader, page: Page) -> None:
        listing, sightings = reader.scan.listing, page.sightings
        if listing.role is Role.FAILED:
            sightings = tuple(self.outcomes.failed(sightings))
        elif listing.role is Role.PRIMARY and listing.terminal:
            self.outcomes.member(sightings)
        self.writer.add(page, self._checkpoint(reader, page), sightings)
        self.refresh.see(sighting.task.task_id for sighting in page.sightings)

    def _checkpoint(self, reader: ScanReader, page: Page) -> Checkpoint:
        return Checkpoint(
            started_at=self.started_at,
            saved_at=page.observed_at,
            done=tuple(self.results.done),
            scan=reader.scan.name,
            cursor=reader.cursor,
            evidence=reader.progress.to_json(),
        )

    def _tell_progress(self, reader: ScanReader) -> None:
        self.hooks.progress(
            Progress(
                stream=self.stream,
                mode=self.run.mode,
                scan=reader.scan.name,
                rows=reader.progress.rows,
                total=reader.progress.first_total,
            )
        )

    def _pause(self) -> None:
        act = self.hooks.between_pages()
        if act is not None:
            self.writer.flush()
            act()

    # The end

    def _end(self) -> RunReport:
        lost = self.refresh.lost(self.results.last_page_at or self.started_at)
        if self.results.errors:
            text = "; ".join(str(error) for error in self.results.errors)
            self.writer.close(RunStatus.FAILED, error=text, lost=lost)
            return self._report(RunStatus.FAILED, self.results.errors[0])
        self.writer.flush()
        # A poll that passed between our pages has moved the state on, so ours is added to the latest.
        state = advance_state(
            self.store.state(), self.source, self._proof(), run_plan.lookback(self.state, self.source)
        )
        claimed_to = ceiling(self.started_at, self.source.visibility_lag)
        self.writer.close(RunStatus.SUCCEEDED, state=state, ceiling_at=claimed_to, lost=lost)
        return self._report(RunStatus.SUCCEEDED, None)

    def _proof(self) -> CompletedRun:
        return CompletedRun(
            mode=self.run.mode,
            started_at=self.started_at,
            frontier=run_plan.claimed_frontier(
                self.state, self.source, self.first_page_at or self.started_at
            ),
            last_page_at=self.results.last_page_at or self.started_at,
            shown_for=self.results.shown_for,
            orders=self.results.orders,
            late_by=self.writer.counts.late_by,
            outcome_filter=self.outcomes.verdict,
            outcome_filter_at=self.outcomes.verdict_at,
        )

    def _break_off(self, status: RunStatus, error: SyncerError) -> RunReport:
        """Keep what was read, and the place where the next run goes on."""
        with suppress(StoreUnavailable):
            self.writer.close(status, error=str(error))
        return self._report(status, error)

    def _report(self, status: RunStatus, error: SyncerError | None) -> RunReport:
        report = RunReport(
            stream=self.stream,
            mode=self.run.mode,
            run_id=self.run.run_id,
            status=status,
            counts=self.writer.counts,
            pages=self.writer.pages,
            requests=self.writer.requests,
            error=error,
        )
        level = logging.WARNING if status is RunStatus.FAILED else logging.INFO
        log.log(level, f"run.{status}", extra={**self._labels, **report.figures})
        return report

    @property
    def _labels(self) -> dict[str, object]:
        return {"stream": self.stream.label, "mode": str(self.run.mode), "run_id": self.run.run_id}
