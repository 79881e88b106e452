"""One run of one stream: its scans, its calls by id, and the commit of what it has proven."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from syncer import logs
from syncer.engine.batch_writer import BatchWriter
from syncer.engine.id_fetcher import IdFetcher
from syncer.engine.open_tasks import OpenTaskPlan
from syncer.engine.outcomes import Outcomes
from syncer.engine.run_context import RunContext
from syncer.engine.run_report import RunHooks, RunReport
from syncer.engine.scan_results import ScanResults
from syncer.engine.scan_runner import ScanRunner
from syncer.errors import LeaseLost, Retryable, Stopped, StoreUnavailable, SyncerError
from syncer.model import Facts, Mode, Role, RunStatus, Stream
from syncer.planning import run_plan
from syncer.planning.coverage import CompletedRun, advance_state, ceiling
from syncer.planning.pauses import allowed_pause
from syncer.planning.scans import Scan
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
    """Run `stream` once; return the report.

    A poll becomes a sweep where no sweep was ever complete.
    Errors are in the report, except LeaseLost, which is raised: after it nothing may be written, the error
    included. Every log line of the run names its source, stream, mode and run_id.
    """
    state = store.state()
    now = fetch.now()
    run = run_plan.drop_stale_checkpoint(store.start(run_plan.next_mode(wanted, state), now), now)
    context = RunContext(
        store=store, fetch=fetch, stream=stream, facts=facts, state=state, run=run, hooks=hooks or RunHooks()
    )
    labels = {"source": stream.source.name, "stream": stream.label}
    with logs.bound(**labels, mode=str(run.mode), run_id=run.run_id):
        return _Execution(context).execute()


class _Execution:
    def __init__(self, context: RunContext) -> None:
        self.context = context
        self.facts, self.run = context.facts, context.run
        self.boundary = run_plan.boundary(context.state, context.source)
        self.results = ScanResults()
        self.writer = BatchWriter(context.store, context.run)
        self.outcomes = Outcomes(context.state, context.run.started_at, self.writer)
        self.open_tasks = OpenTaskPlan(
            context.store.open_tasks(), context.source, context.facts, self.results
        )
        self.scans = ScanRunner(
            context,
            writer=self.writer,
            outcomes=self.outcomes,
            open_tasks=self.open_tasks,
            results=self.results,
        )

    def execute(self) -> RunReport:
        log.log(logging.INFO if self.run.mode is Mode.SWEEP else logging.DEBUG, "run.started")
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
            self.outcomes.add_stored(self.context.store.without_outcome(self.run))
            self.results.resume(self.run.checkpoint)
        self._run_planned_scans()
        self.outcomes.store()
        if self.results.errors and not run_plan.primary_shows_open(self.facts):
            # A list of open tasks may have failed: all of its tasks would be asked for one by one.
            return
        self._find_missing_tasks()

    def _run_planned_scans(self) -> None:
        if run_plan.primary_shows_open(self.facts):
            self._deepen()
        for scan in run_plan.plan_scans(
            self.facts, self.run.mode, self.boundary, self.scans.started_at, self.context.source.retention
        ):
            # A task moves from one open list to the next, so a resumed run reads these again.
            if scan.name not in self.results.done or scan.listing.role is Role.OPEN:
                self._run_scan(scan)
            if scan.listing is run_plan.last_open_list(self.facts):
                self._deepen()

    def _deepen(self) -> None:
        """Let a poll read further down in the list if that finds missing tasks with fewer calls."""
        if self.boundary is not None and self.run.mode is Mode.POLL:
            self.boundary = self.open_tasks.deeper_boundary(
                self.boundary, self.context.state.orders, self.context.store.count_since
            )

    def _find_missing_tasks(self) -> None:
        """Find the open tasks that no scan has shown: by status, by id, or further down in the lists."""
        plan = self.open_tasks
        plan.add_without_outcome(self.outcomes.unresolved())
        for scan in plan.next_open_scans():
            self._run_scan(scan)
        self._fetch_by_id(plan.next_ids(self.context.fetch.now(), self.writer.reopened))
        deeper_scans = plan.next_deeper_scans()
        for scan in deeper_scans:
            self._run_scan(scan)
        if deeper_scans:
            self.outcomes.store()

    def _run_scan(self, scan: Scan) -> None:
        self.scans.run(scan, self.boundary)

    def _fetch_by_id(self, ids: list[str]) -> None:
        fetcher = IdFetcher(
            self.context.fetch, self.context.stream.region, self.facts.ids_per_request, self.results
        )
        for page in fetcher.pages(ids):
            confirmed = [replace(sighting, is_confirmed=True) for sighting in page.sightings]
            self.scans.store_page(page, self.writer.checkpoint, confirmed)

    # The end

    def _end(self) -> RunReport:
        lost = self.open_tasks.lost(self.context.state, self.results.last_page_at or self.scans.started_at)
        if self.results.errors:
            text = "; ".join(str(error) for error in self.results.errors)
            self.writer.close(
                RunStatus.FAILED, error=text, lost=lost, paused_until=self._paused_until(self.results.errors)
            )
            return self._report(RunStatus.FAILED, self.results.errors[0])
        self.writer.flush()
        # A poll between our pages may have advanced the state, so ours is added to the latest.
        state = advance_state(
            self.context.store.state(),
            self.context.source,
            self._completed_run(),
            run_plan.lookback(self.context.state, self.context.source),
        )
        ceiling_at = ceiling(self.scans.started_at, self.context.source.visibility_lag)
        self.writer.close(RunStatus.SUCCEEDED, state=state, ceiling_at=ceiling_at, lost=lost)
        return self._report(RunStatus.SUCCEEDED, None)

    def _completed_run(self) -> CompletedRun:
        started_at = self.scans.started_at
        return CompletedRun(
            mode=self.run.mode,
            started_at=started_at,
            frontier=run_plan.claimed_frontier(self.context.state, self.context.source),
            is_late=run_plan.is_late(
                self.context.state, self.context.source, self.scans.first_page_at or started_at
            ),
            last_answer_at=self.results.last_answer_at or started_at,
            shown_for=self.results.shown_for,
            oldest_created_at=self.results.oldest_created_at,
            orders=self.results.orders,
            late_by=self.writer.counts.late_by,
            outcome_filter=self.outcomes.verdict,
            outcome_filter_at=self.outcomes.verdict_at,
        )

    def _break_off(self, status: RunStatus, error: SyncerError) -> RunReport:
        """Commit what was read, and the checkpoint for the next run; return the report."""
        with suppress(StoreUnavailable):
            self.writer.close(status, error=str(error), paused_until=self._paused_until([error]))
        return self._report(status, error)

    def _paused_until(self, errors: Sequence[SyncerError]) -> datetime | None:
        """The end of the pause that the vendor asks for in `errors`; None if it ends before the next poll."""
        waits = (error.retry_after for error in errors if isinstance(error, Retryable))
        requested = max(filter(None, waits), default=None)
        if requested is None or requested < self.context.source.poll_every:
            return None
        now = self.context.fetch.now()
        pause = allowed_pause(
            requested, self.context.state, self.context.source, self.open_tasks.open_tasks.values(), now
        )
        log.warning(
            "stream.paused",
            extra={"requested": round(requested.total_seconds()), "pause": round(pause.total_seconds())},
        )
        return now + pause

    def _report(self, status: RunStatus, error: SyncerError | None) -> RunReport:
        report = RunReport(
            stream=self.context.stream,
            mode=self.run.mode,
            run_id=self.run.run_id,
            status=status,
            counts=self.writer.counts,
            pages=self.writer.pages,
            requests=self.writer.requests,
            error=error,
        )
        log.log(self._level(report), f"run.{status}", extra=report.figures)
        return report

    def _level(self, report: RunReport) -> int:
        if report.status is RunStatus.FAILED and report.error:
            return self.context.hooks.failure_level(report.error)
        if report.status is RunStatus.SUCCEEDED and not report.is_notable:
            return logging.DEBUG
        return logging.INFO
