"""The daemon (`syncer run`): its jobs and their schedule, and one worker for each stream."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from syncer import __version__
from syncer.app.bi_sessions import end_idle_bi_sessions
from syncer.app.heartbeat import Heartbeat
from syncer.app.rollups import refresh_rollups
from syncer.app.sources import ConfiguredSource
from syncer.app.wiring import App
from syncer.engine import Worker
from syncer.model import HEARTBEAT_EVERY, Stream
from syncer.scheduler import ScheduledJob, Scheduler
from syncer.storage.database_urls import describe_url

log = logging.getLogger(__name__)

#: Longest pause between two attempts to find the streams of a source.
SOURCE_RETRY = timedelta(minutes=1)
#: How often a source whose streams have workers is asked for new regions.
REGION_REFRESH = timedelta(hours=6)
#: Reports are read about once a minute at most, so this is often enough.
ROLLUP_REFRESH = timedelta(seconds=20)
PARTITION_CHECK = timedelta(days=1)
#: A failover, a restore or another process can replace the settings that the views read.
SETTINGS_CHECK = timedelta(minutes=1)
BI_SESSION_CHECK = timedelta(minutes=1)


class Daemon:
    """Reads every source of `app` on its schedule, and maintains partitions and rollups."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._scheduler = Scheduler(app.clock, app.outages)
        #: By source: the monotonic time at which its streams were last found.
        self._discovered_at: dict[str, float] = {}
        #: Labels of the streams that have a worker.
        self._started: set[str] = set()

    def run(self) -> None:
        """Run the jobs until `app.stop` is set, then wait for those that are running."""
        heartbeat = Heartbeat(self._app)
        for source in self._app.sources:
            every = min(SOURCE_RETRY, source.settings.unsigned.poll_every)
            self._add(f"start workers of {source.name}", every, partial(self._start_workers, source))
        self._add("maintain partitions", PARTITION_CHECK, self._maintain_partitions)
        self._add("store settings", SETTINGS_CHECK, self._app.store_settings)
        self._add("refresh rollups", ROLLUP_REFRESH, partial(refresh_rollups, self._app))
        self._add("end idle BI sessions", BI_SESSION_CHECK, partial(end_idle_bi_sessions, self._app))
        self._add("record the heartbeat", HEARTBEAT_EVERY, heartbeat.record)
        log.info("daemon.started", extra=self._description())
        try:
            self._scheduler.run_until(self._app.stop)
        finally:
            heartbeat.end()
        log.info("daemon.stopped")

    def _add(self, name: str, every: timedelta, run: Callable[[], object]) -> None:
        self._scheduler.add(ScheduledJob(name, every, run))

    def _description(self) -> dict[str, object]:
        """The facts of the event `daemon.started`."""
        return {
            "version": __version__,
            "configuration": str(self._app.settings.path),
            "database": describe_url(self._app.engine.url),
            "sources": len(self._app.sources),
        }

    def _start_workers(self, source: ConfiguredSource) -> None:
        """Start a worker for each stream of `source` that has none; later, do so for new regions."""
        if self._is_fresh(source):
            return
        streams = self._app.streams.discover(source)
        self._app.streams.register([source.source])
        for stream in streams:
            if stream.label not in self._started:
                self._add(stream.label, source.source.poll_every, self._worker(source, stream).tick)
                self._started.add(stream.label)
        self._discovered_at[source.name] = self._app.clock.monotonic()

    def _is_fresh(self, source: ConfiguredSource) -> bool:
        """Whether the streams of `source` were found less than REGION_REFRESH ago."""
        discovered_at = self._discovered_at.get(source.name)
        if discovered_at is None:
            return False
        return self._app.clock.monotonic() - discovered_at < REGION_REFRESH.total_seconds()

    def _worker(self, source: ConfiguredSource, stream: Stream) -> Worker:
        facts = source.settings.provider.facts
        return Worker(
            stream,
            facts,
            store=self._app.store,
            fetch=source.client,
            clock=self._app.clock,
            outages=self._app.outages,
        )

    def _maintain_partitions(self) -> None:
        """Create the partitions of the coming months; drop those older than `history.keep`."""
        now, store, sleep = self._app.clock.now(), self._app.store, self._app.clock.sleep
        store.ensure_partitions(now, sleep)
        keep = self._app.settings.history.keep
        if keep is None or (last_run_at := store.last_run_at()) is None:
            return
        # A clock that is years ahead by mistake must not drop the history: runs have the provider's time.
        if months := store.expire_history(min(now, last_run_at), keep, sleep):
            log.info("history.expired", extra={"months": months})
