"""Keeps one stream read: a poll at each tick, a sweep when one is due, polls passing through the sweep."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from syncer.engine.run import run_stream
from syncer.engine.run_report import RunHooks, RunReport
from syncer.errors import LeaseLost, Stopped, SyncerError
from syncer.model import Facts, Mode, RunStatus, Stream
from syncer.planning.run_plan import is_sweep_due, next_mode
from syncer.ports import Clock, Fetch, Store, StreamStore

log = logging.getLogger(__name__)

_NO_TIME = timedelta(0)


class Worker:
    """One stream's runs, one after the other. `tick` is called whenever a poll is due."""

    def __init__(self, stream: Stream, facts: Facts, *, store: Store, fetch: Fetch, clock: Clock) -> None:
        self.stream, self.facts = stream, facts
        self.store, self.fetch, self.clock = store, fetch, clock
        #: From when on a poll may pass through a sweep, in monotonic seconds.
        self._may_poll_at = clock.monotonic() + stream.source.poll_every.total_seconds()
        self._sweep_failed_at: datetime | None = None

    def tick(self) -> RunReport | None:
        """The report of the run that was due; None if the stream is another's, or nothing could be done."""
        try:
            with self.store.claim(self.stream) as store:
                return self._run(store)
        except Stopped:
            return None
        except LeaseLost as error:
            log.info("lease.busy", extra={"stream": self.stream.label, "error": str(error)})
        except SyncerError as error:
            # The run could not even begin: the database or the provider's clock is out of reach.
            log.warning("run.deferred", extra={"stream": self.stream.label, "error": str(error)})
        return None

    def _run(self, store: StreamStore) -> RunReport:
        now = self.fetch.now()
        if not is_sweep_due(store.state(), self.stream.source, now, self._sweep_failed_at):
            return self._poll(store)
        report = self._read(store, Mode.SWEEP, lambda: self._between_pages(store))
        self._sweep_failed_at = now if report.status is RunStatus.FAILED else None
        return report

    def _poll(self, store: StreamStore) -> RunReport:
        began = self.clock.monotonic()
        try:
            return self._read(store, Mode.POLL, self.raise_if_stopped)
        finally:
            # A sweep gets as much time as the poll before it: of long polls it would get but a page between
            # two, and never end.
            ended = self.clock.monotonic()
            self._may_poll_at = max(began + self.stream.source.poll_every.total_seconds(), 2 * ended - began)

    def _read(
        self, store: StreamStore, mode: Mode, between_pages: Callable[[], Callable[[], None] | None]
    ) -> RunReport:
        return run_stream(
            store,
            self.fetch,
            stream=self.stream,
            facts=self.facts,
            wanted=mode,
            hooks=RunHooks(between_pages=between_pages),
        )

    def raise_if_stopped(self) -> None:
        """Raise Stopped if the process has been told to stop."""
        self.clock.sleep(_NO_TIME)

    def _between_pages(self, store: StreamStore) -> Callable[[], None] | None:
        self.raise_if_stopped()
        if self.clock.monotonic() < self._may_poll_at or not self._can_poll(store):
            return None
        return lambda: self._poll_during_sweep(store)

    def _can_poll(self, store: StreamStore) -> bool:
        """Whether a poll would stay one: before this sweep's end there may be nothing to read back to."""
        now = self.fetch.now()
        return next_mode(Mode.POLL, store.state(), self.stream.source, now) is Mode.POLL

    def _poll_during_sweep(self, store: StreamStore) -> None:
        if self._poll(store).status is RunStatus.INTERRUPTED:
            raise Stopped("told to stop")
