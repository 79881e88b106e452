"""One configuration and one database, and all that is made real between them."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial

from syncer import __version__
from syncer.app.clock import SystemClock
from syncer.app.results import StreamFailure, SyncCallbacks, SyncResult
from syncer.app.sources import ConfiguredSource, configured_sources
from syncer.config import Settings
from syncer.engine import RunHooks, RunReport, Worker, run_stream
from syncer.errors import LeaseLost, StoreUnavailable, SyncerError, check_names
from syncer.model import Mode, Stream
from syncer.scheduler import ScheduledJob, Scheduler
from syncer.storage import PgStore, PgStreamStore, check_schema, make_engine
from syncer.storage.database_urls import describe_url

log = logging.getLogger(__name__)

#: How often the daemon looks for sources that could not be read yet, and for new regions of the others.
SOURCE_RETRY = timedelta(minutes=1)
_NEW_REGIONS = timedelta(hours=6)
#: How often it looks for a database that is not there when it starts.
DATABASE_RETRY = timedelta(seconds=2)
#: How often it brings the rollups up to date: nobody looks at a report more often than once a minute.
_REFRESH_EVERY = timedelta(seconds=20)
_BUSY_PAUSE = timedelta(milliseconds=200)
_NO_TIME = timedelta(0)


class App:
    """Everything there is, for one configuration and one database whose schema is current."""

    def __init__(self, settings: Settings, url: str, stop: threading.Event) -> None:
        self.settings, self.url, self.stop = settings, url, stop
        self.clock = SystemClock(stop)
        self.sources = configured_sources(settings, self.clock)
        self.engine = make_engine(url, lease=settings.lease)
        self.store = PgStore(
            self.engine, holder=f"{socket.gethostname()}:{os.getpid()}", lease=settings.lease
        )
        #: The regions of each source, as far as they are known.
        self._regions: dict[str, list[str] | None] = {source.name: None for source in self.sources}
        #: When each source's streams were looked for, and the streams that have a worker.
        self._looked_at: dict[str, float] = {}
        self._working: set[str] = set()

    def open(self) -> None:
        """Meet the database. Raises SchemaError if its schema is not ours."""
        check_schema(self.engine)
        counted = self.settings.reporting
        self.store.configure(
            counted.time_zone, queue_target=counted.queue_target, run_target=counted.run_target
        )
        self.store.ensure_partitions(self.clock.now())

    def wait_for_database(self) -> None:
        """Open as soon as the database is there. Raises like `open`, and Stopped."""
        while True:
            try:
                return self.open()
            except StoreUnavailable as error:
                log.warning("database.unavailable", extra={"error": str(error)})
            self.clock.sleep(DATABASE_RETRY)

    def close(self) -> None:
        """Let go of the providers and of the database."""
        for source in self.sources:
            source.close()
        self.store.close()
        self.engine.dispose()

    # Once

    def sync(self, names: Iterable[str], mode: Mode, view: SyncCallbacks | None = None) -> SyncResult:
        """Read the named sources once (all if none is named), their streams side by side."""
        seen = view or SyncCallbacks()
        sources = self._named(names)
        streams: list[tuple[ConfiguredSource, Stream]] = []
        failures: list[StreamFailure] = []
        for source in sources:
            try:
                streams += [(source, stream) for stream in self._streams(source)]
            except SyncerError as error:
                failures.append(StreamFailure(source.name, error))
        self.store.register([source.source for source in {r.name: r for r, _ in streams}.values()])
        self._retire_others()
        with ThreadPoolExecutor(max(1, len(streams))) as pool:
            ends = list(pool.map(lambda each: self._read_once(each[0], each[1], mode, seen), streams))
        self._refresh_rollups_quietly()
        reports = tuple(end for end in ends if isinstance(end, RunReport))
        return SyncResult(reports, (*failures, *(end for end in ends if isinstance(end, StreamFailure))))

    def rebuild_rollups(self, seen: Callable[[int], None] = lambda _: None) -> int:
        """Count every day anew, beside a daemon or without one; `seen` is told how many days are left.

        Returns how many days there were: what a daemon has done in the meantime is not among them.
        """
        self.store.rebuild_rollups()

        def pause() -> None:
            seen(self.store.stale_days())
            self.clock.sleep(_NO_TIME)

        while (days := self.store.refresh_rollups(pause)) is None:
            self.clock.sleep(_BUSY_PAUSE)
        return days

    def _named(self, names: Iterable[str]) -> list[ConfiguredSource]:
        wanted = set(names)
        check_names(wanted, (source.name for source in self.sources))
        return [source for source in self.sources if not wanted or source.name in wanted]

    def _streams(self, source: ConfiguredSource) -> list[Stream]:
        streams = source.streams()
        self._regions[source.name] = [stream.region for stream in streams]
        return streams

    def _retire_others(self) -> None:
        """Let the database know what is not configured any more, so that nobody waits for it."""
        if labels := self.store.retire(self._regions):
            log.info("streams.retired", extra={"streams": ", ".join(labels)})

    def _read_once(
        self, source: ConfiguredSource, stream: Stream, mode: Mode, view: SyncCallbacks
    ) -> RunReport | StreamFailure:
        facts = source.settings.provider.facts
        hooks = RunHooks(progress=view.progress, between_pages=lambda: self.clock.sleep(_NO_TIME))
        try:
            with self._claimed(stream) as store:
                report = run_stream(
                    store, source.client, stream=stream, facts=facts, wanted=mode, hooks=hooks
                )
        except SyncerError as error:
            return StreamFailure(stream.label, error)
        view.ended(report)
        return report

    @contextmanager
    def _claimed(self, stream: Stream) -> Iterator[PgStreamStore]:
        """The stream; a run of the daemon's that is under way is waited for, a little longer than a lease."""
        until = self.clock.monotonic() + 2 * self.settings.lease.total_seconds()
        with ExitStack() as stack:
            while True:
                try:
                    store = stack.enter_context(self.store.claim(stream))
                    break
                except LeaseLost:
                    if self.clock.monotonic() > until:
                        raise
                    self.clock.sleep(_BUSY_PAUSE)
            yield store

    # On schedule

    def run(self) -> None:
        """Read every source on its schedule, until told to stop."""
        daemon = Scheduler(self.clock.now)
        for source in self.sources:
            every = min(SOURCE_RETRY, source.settings.unsigned.poll_every)
            daemon.add(
                ScheduledJob(f"look for {source.name}", every, partial(self._start_workers, source, daemon))
            )
        daemon.add(ScheduledJob("make partitions", timedelta(days=1), self._make_partitions))
        daemon.add(ScheduledJob("refresh rollups", _REFRESH_EVERY, self._refresh_rollups))
        about = {
            "version": __version__,
            "configuration": str(self.settings.path),
            "database": describe_url(self.engine.url),
            "sources": len(self.sources),
        }
        log.info("daemon.started", extra=about)
        daemon.serve(self.stop)
        log.info("daemon.stopped")

    def _start_workers(self, source: ConfiguredSource, daemon: Scheduler) -> None:
        """Give each stream of `source` a worker; once they have one, look for new regions now and then."""
        looked_at = self._looked_at.get(source.name)
        if looked_at is not None and self.clock.monotonic() - looked_at < _NEW_REGIONS.total_seconds():
            return
        streams = self._streams(source)
        self.store.register([source.source])
        self._retire_others()
        for stream in streams:
            if stream.label not in self._working:
                daemon.add(
                    ScheduledJob(stream.label, source.source.poll_every, self._worker(source, stream).tick)
                )
                self._working.add(stream.label)
        self._looked_at[source.name] = self.clock.monotonic()

    def _worker(self, source: ConfiguredSource, stream: Stream) -> Worker:
        facts = source.settings.provider.facts
        return Worker(stream, facts, store=self.store, fetch=source.client, clock=self.clock)

    def _make_partitions(self) -> None:
        now, keep = self.clock.now(), self.settings.history.keep
        self.store.ensure_partitions(now)
        if keep is not None and (months := self.store.expire_history(now, keep)):
            log.info("history.expired", extra={"months": months})

    def _refresh_rollups(self) -> None:
        self.store.refresh_rollups(lambda: self.clock.sleep(_NO_TIME))

    def _refresh_rollups_quietly(self) -> None:
        """Let reports show what was just read. What cannot be done now is left to the next one who comes."""
        try:
            self._refresh_rollups()
        except SyncerError as error:
            log.warning("rollups.deferred", extra={"error": str(error)})


@contextmanager
def open_app(
    settings: Settings, url: str, stop: threading.Event | None = None, *, waits: bool = False
) -> Iterator[App]:
    """Everything wired around the database at `url`, for as long as the block lasts.

    Raises SchemaError where `syncer migrate` is due, and StoreUnavailable unless it `waits` for a database
    that is away. Setting `stop` ends what is under way between two pages, and the waiting with Stopped.
    """
    app = App(settings, url, stop or threading.Event())
    try:
        if waits:
            app.wait_for_database()
        else:
            app.open()
        yield app
    finally:
        app.close()
