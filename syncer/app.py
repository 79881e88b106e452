"""The wiring: everything real is made here and handed inward. The only place that reads the clock."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial

from syncer import logs
from syncer.config import Settings, SourceSettings
from syncer.credentials import Keys
from syncer.daemon import Daemon, Job
from syncer.engine import Progress, RunReport, Watch, Worker, run_stream
from syncer.errors import ConfigurationError, LeaseLost, Stopped, StoreUnavailable, SyncerError
from syncer.http import Client, Limiters, Route, Terms
from syncer.model import Mode, Query, Source, Stream
from syncer.storage import PgStore, PgStreamStore, check_schema, make_engine

log = logging.getLogger(__name__)

#: How often the daemon looks for sources that could not be read yet, and for new regions of the others.
_LOOK_AGAIN = timedelta(minutes=1)
_NEW_REGIONS = timedelta(hours=6)
#: How often it looks for a database that is not there when it starts.
_KNOCK_AGAIN = timedelta(seconds=2)
#: How often it brings the rollups up to date: nobody looks at a report more often than once a minute.
_REFRESH_EVERY = timedelta(seconds=20)
_BUSY_PAUSE = timedelta(milliseconds=200)
_NO_TIME = timedelta(0)


class SystemClock:
    """The machine's time (`ports.Clock`); sleeping ends at once when `stop` is set."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, duration: timedelta) -> None:
        if self._stop.wait(duration.total_seconds()):
            raise Stopped("told to stop; the next run goes on from here")


class Reader:
    """One source, ready to be asked."""

    def __init__(self, settings: SourceSettings, limiters: Limiters, clock: SystemClock) -> None:
        self.settings = settings
        self._limiters, self._clock = limiters, clock
        self._keys = Keys(settings.secrets, owner=settings.name, conceal=logs.conceal)

    @property
    def name(self) -> str:
        return self.settings.name

    @cached_property
    def source(self) -> Source:
        """The source as the database knows it. Raises ConfigurationError where no credentials are found."""
        return self.settings.source(self._keys.current())

    @cached_property
    def client(self) -> Client:
        """The way to its provider. Raises like `source`."""
        settings = self.settings
        terms = Terms(
            account=f"{self.source.provider}/{self.source.site}/{self.source.account}",
            requests_per_second=settings.requests_per_second,
            redact=settings.redact,
            route=Route(
                proxy=settings.proxy.get_secret_value() if settings.proxy else None, ca_file=settings.ca_file
            ),
        )
        return Client(settings.provider, self._keys, self._limiters, self._clock, terms=terms)

    def streams(self) -> list[Stream]:
        """Its streams, one a region; asks the provider where all regions are wanted."""
        client = self.client  # made here, by one thread, before the streams' threads share it
        regions = self.settings.regions or client.regions()
        return [Stream(self.source, region) for region in regions]

    def close(self) -> None:
        """Close the connections to its provider, if any were made."""
        if "client" in vars(self):
            self.client.close()

    def try_calls(self) -> tuple[int, timedelta | None]:
        """Make one signed call a region; how many, and how far our clock is ahead. Raises what is wrong."""
        listing = self.settings.provider.facts.lists[0].name
        streams = self.streams()
        for stream in streams:
            try:
                self.client(Query(listing=listing, region=stream.region, limit=1))
            except SyncerError as error:
                if len(streams) > 1:
                    error.message = f"{stream.region}: {error.message}"
                raise
        return len(streams), self.client.offset


def make_readers(settings: Settings, clock: SystemClock | None = None) -> list[Reader]:
    """A reader for each source. Those that ask one account share its rate limits."""
    clock = clock or SystemClock(threading.Event())
    limiters = Limiters(clock)
    return [Reader(each, limiters, clock) for each in settings.sources]


@dataclass(frozen=True, slots=True)
class Failure:
    """A stream that could not even be begun."""

    label: str
    error: SyncerError


@dataclass(frozen=True, slots=True)
class Result:
    """What syncing once has come to."""

    reports: tuple[RunReport, ...]
    failures: tuple[Failure, ...]

    @property
    def is_good(self) -> bool:
        """Whether every stream's run succeeded."""
        return not self.failures and all(report.error is None for report in self.reports)


@dataclass(frozen=True, slots=True)
class View:
    """Who is shown how syncing comes along, from the threads it happens in."""

    progress: Callable[[Progress], None] = lambda _: None
    ended: Callable[[RunReport], None] = lambda _: None


class App:
    """Everything there is, for one configuration and one database whose schema is current."""

    def __init__(self, settings: Settings, url: str, stop: threading.Event) -> None:
        self.settings, self.url, self.stop = settings, url, stop
        self.clock = SystemClock(stop)
        self.readers = make_readers(settings, self.clock)
        self.engine = make_engine(url, lease=settings.lease)
        self.store = PgStore(
            self.engine, holder=f"{socket.gethostname()}:{os.getpid()}", lease=settings.lease
        )
        #: When each source's streams were looked for, and the streams that have a worker.
        self._looked_at: dict[str, float] = {}
        self._employed: set[str] = set()

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
                log.warning("database.awaited", extra={"error": str(error)})
            self.clock.sleep(_KNOCK_AGAIN)

    def close(self) -> None:
        """Let go of the providers and of the database."""
        for reader in self.readers:
            reader.close()
        self.store.close()
        self.engine.dispose()

    # Once

    def sync(self, names: Iterable[str], mode: Mode, view: View | None = None) -> Result:
        """Read the named sources once (all if none is named), their streams side by side."""
        seen = view or View()
        readers = self._named(names)
        streams: list[tuple[Reader, Stream]] = []
        failures: list[Failure] = []
        for reader in readers:
            try:
                streams += [(reader, stream) for stream in reader.streams()]
            except SyncerError as error:
                failures.append(Failure(reader.name, error))
        self.store.register([reader.source for reader in {r.name: r for r, _ in streams}.values()])
        with ThreadPoolExecutor(max(1, len(streams))) as pool:
            ends = list(pool.map(lambda each: self._read_once(each[0], each[1], mode, seen), streams))
        self._freshen_rollups()
        reports = tuple(end for end in ends if isinstance(end, RunReport))
        return Result(reports, (*failures, *(end for end in ends if isinstance(end, Failure))))

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

    def _named(self, names: Iterable[str]) -> list[Reader]:
        wanted = set(names)
        unknown = wanted - {reader.name for reader in self.readers}
        if unknown:
            known = ", ".join(reader.name for reader in self.readers)
            raise ConfigurationError(f"no source is called {', '.join(sorted(unknown))}; there are {known}")
        return [reader for reader in self.readers if not wanted or reader.name in wanted]

    def _read_once(self, reader: Reader, stream: Stream, mode: Mode, view: View) -> RunReport | Failure:
        facts = reader.settings.provider.facts
        watch = Watch(progress=view.progress, interlude=lambda: self.clock.sleep(_NO_TIME))
        try:
            with self._claimed(stream) as store:
                report = run_stream(
                    store, reader.client, stream=stream, facts=facts, wanted=mode, watch=watch
                )
        except SyncerError as error:
            return Failure(stream.label, error)
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
        daemon = Daemon(self.clock.now)
        for reader in self.readers:
            every = min(_LOOK_AGAIN, reader.settings.unsigned.poll_every)
            daemon.add(Job(f"look for {reader.name}", every, partial(self._employ, reader, daemon)))
        daemon.add(Job("make partitions", timedelta(days=1), self._make_partitions))
        daemon.add(Job("refresh rollups", _REFRESH_EVERY, self._refresh_rollups))
        daemon.serve(self.stop)

    def _employ(self, reader: Reader, daemon: Daemon) -> None:
        """Give each stream of `reader` a worker; once they have one, look for new regions now and then."""
        looked_at = self._looked_at.get(reader.name)
        if looked_at is not None and self.clock.monotonic() - looked_at < _NEW_REGIONS.total_seconds():
            return
        streams = reader.streams()
        self.store.register([reader.source])
        for stream in streams:
            if stream.label not in self._employed:
                daemon.add(Job(stream.label, reader.source.poll_every, self._worker(reader, stream).tick))
                self._employed.add(stream.label)
        self._looked_at[reader.name] = self.clock.monotonic()

    def _worker(self, reader: Reader, stream: Stream) -> Worker:
        facts = reader.settings.provider.facts
        return Worker(stream, facts, store=self.store, fetch=reader.client, clock=self.clock)

    def _make_partitions(self) -> None:
        now, keep = self.clock.now(), self.settings.history.keep
        self.store.ensure_partitions(now)
        if keep is not None and (months := self.store.expire_history(now, keep)):
            log.info("history.expired", extra={"months": months})

    def _refresh_rollups(self) -> None:
        self.store.refresh_rollups(lambda: self.clock.sleep(_NO_TIME))

    def _freshen_rollups(self) -> None:
        """Let reports show what was just read. What cannot be done now is left to the next one who comes."""
        try:
            self._refresh_rollups()
        except SyncerError as error:
            log.warning("rollups.put_off", extra={"error": str(error)})


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
