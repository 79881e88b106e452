"""Runs of one stream: a poll at each tick, a sweep when one is due, polls between the pages of a sweep."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from syncer import logs
from syncer.engine.run import run_stream
from syncer.engine.run_report import RunHooks, RunReport
from syncer.errors import LeaseLost, Stopped, SyncerError
from syncer.model import Facts, Mode, RunStatus, Stream
from syncer.outages import Outages
from syncer.planning.pauses import is_paused
from syncer.planning.run_plan import is_sweep_due, next_mode
from syncer.ports import Clock, Fetch, Store, StreamStore

log = logging.getLogger(__name__)

_NO_TIME = timedelta(0)


class Worker:
    """Makes the runs of one stream, one after the other. `tick` is to be called whenever a poll is due."""

    def __init__(
        self,
        stream: Stream,
        facts: Facts,
        *,
        store: Store,
        fetch: Fetch,
        clock: Clock,
        outages: Outages | None = None,
    ) -> None:
        """`outages` are those of the process; without them the worker has its own."""
        self.stream, self.facts = stream, facts
        self.store, self.fetch, self.clock = store, fetch, clock
        self.outages = outages or Outages(clock)
        #: From when on a poll may interrupt a sweep, in monotonic seconds.
        self._may_poll_at = clock.monotonic() + stream.source.poll_every.total_seconds()
        self._sweep_failed_at: datetime | None = None

    def tick(self) -> RunReport | None:
        """Make the run that is due; return its report.

        None if another process has the lease, if the process is to stop, if no run could begin, or if the
        vendor has asked for a pause.
        """
        with logs.bound(source=self.stream.source.name, stream=self.stream.label):
            try:
                with self.store.claim(self.stream) as store:
                    return self._run(store)
            except Stopped:
                return None
            except LeaseLost as error:
                log.debug("lease.busy", extra={"error": str(error)})
            except SyncerError as error:
                # No run could begin: the database or the provider's clock is unavailable.
                level = self.outages.failed(self._subject(Mode.POLL), error)
                log.log(level, "run.deferred", extra={"error": str(error)})
            return None

    def _run(self, store: StreamStore) -> RunReport | None:
        now, state = self.fetch.now(), store.state()
        if is_paused(state, now):
            log.debug("stream.skipped", extra={"paused_until": state.paused_until})
            return None
        if state.paused_until is not None:
            self.fetch.resume()
        # After a pause a poll comes first: it needs fewer requests.
        if state.paused_until or not is_sweep_due(state, self.stream.source, now, self._sweep_failed_at):
            return self._poll(store)
        report = self._run_stream(store, Mode.SWEEP, partial(self._poll_if_due, store))
        self._sweep_failed_at = now if report.status is RunStatus.FAILED else None
        return report

    def _poll(self, store: StreamStore) -> RunReport:
        began = self.clock.monotonic()
        try:
            return self._run_stream(store, Mode.POLL, lambda _: self._raise_if_stopped())
        finally:
            # A sweep gets as much time as the poll before it: else long polls would leave it one page
            # between two of them, and it would never end.
            ended = self.clock.monotonic()
            self._may_poll_at = max(began + self.stream.source.poll_every.total_seconds(), 2 * ended - began)

    def _run_stream(
        self, store: StreamStore, mode: Mode, between_pages: Callable[[Callable[[], None]], None]
    ) -> RunReport:
        report = run_stream(
            store,
            self.fetch,
            stream=self.stream,
            facts=self.facts,
            wanted=mode,
            hooks=RunHooks(
                between_pages=between_pages,
                failure_level=lambda error: self.outages.failed(self._subject(mode), error),
            ),
        )
        if report.status is RunStatus.SUCCEEDED:
            # A sweep reads everything that a poll reads.
            for ended in {Mode.POLL, report.mode}:
                self.outages.succeeded(self._subject(ended))
        return report

    def _subject(self, mode: Mode) -> str:
        """The name under which failures of such runs are counted."""
        return f"{self.stream.label} {mode}"

    def _raise_if_stopped(self) -> None:
        """Raise Stopped if the process is to stop."""
        self.clock.sleep(_NO_TIME)

    def _poll_if_due(self, store: StreamStore, commit: Callable[[], None]) -> None:
        """Poll between two pages of a sweep, after a commit of what the sweep has read, if a poll is due.

        Raises Stopped if the process is to stop.
        """
        self._raise_if_stopped()
        if self.clock.monotonic() < self._may_poll_at or not self._can_poll(store):
            return
        commit()
        if self._poll(store).status is RunStatus.INTERRUPTED:
            raise Stopped("the process is stopping")

    def _can_poll(self, store: StreamStore) -> bool:
        """Whether a poll would not become a sweep: before the first one ends there is no frontier."""
        return next_mode(Mode.POLL, store.state()) is Mode.POLL
