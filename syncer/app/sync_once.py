"""One-off sync (`syncer sync`): reads each configured stream once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial

from syncer import logs
from syncer.app.results import StreamFailure, SyncCallbacks, SyncResult
from syncer.app.rollups import refresh_rollups_quietly
from syncer.app.sources import ConfiguredSource
from syncer.app.wiring import App
from syncer.engine import RunHooks, RunReport, run_stream
from syncer.errors import LeaseLost, SyncerError
from syncer.model import Mode, Stream
from syncer.storage import PgStreamStore
from syncer.storage.source_names import check_source_names
from syncer.threads import MAX_THREADS, WorkerPool

#: Pause between two attempts to take the lease of a stream that another process is reading.
LEASE_RETRY = timedelta(milliseconds=200)
_NO_TIME = timedelta(0)

SourceStream = tuple[ConfiguredSource, Stream]


def sync_sources(
    app: App, names: Iterable[str], mode: Mode, callbacks: SyncCallbacks | None = None
) -> SyncResult:
    """Read the named sources once (all if none is named), their streams in parallel; return the results.

    The callbacks are called from the streams' threads. Raises ConfigurationError for an unknown name.
    """
    streams, failures = _discover(app, _named(app, names))
    app.streams.register({source.name: source.source for source, _ in streams}.values())
    read = partial(_read_stream, app, mode=mode, callbacks=callbacks or SyncCallbacks())
    with WorkerPool(MAX_THREADS) as pool:
        results = list(pool.map(read, streams))
    refresh_rollups_quietly(app)
    reports = tuple(result for result in results if isinstance(result, RunReport))
    failures += [result for result in results if isinstance(result, StreamFailure)]
    return SyncResult(reports, tuple(failures))


def _named(app: App, names: Iterable[str]) -> list[ConfiguredSource]:
    wanted = set(names)
    check_source_names(wanted, (source.name for source in app.sources))
    return [source for source in app.sources if not wanted or source.name in wanted]


def _discover(
    app: App, sources: Iterable[ConfiguredSource]
) -> tuple[list[SourceStream], list[StreamFailure]]:
    """Find the streams of `sources`; return them, and a failure for each source where that is impossible."""
    streams: list[SourceStream] = []
    failures: list[StreamFailure] = []
    for source in sources:
        try:
            streams += [(source, stream) for stream in app.streams.discover(source)]
        except SyncerError as error:
            failures.append(StreamFailure(source.name, error))
    return streams, failures


def _read_stream(
    app: App, source_stream: SourceStream, *, mode: Mode, callbacks: SyncCallbacks
) -> RunReport | StreamFailure:
    source, stream = source_stream
    facts = source.settings.provider.facts
    hooks = RunHooks(progress=callbacks.progress, between_pages=lambda _: app.clock.sleep(_NO_TIME))
    with logs.bound(source=source.name, stream=stream.label):
        try:
            with _claimed(app, stream) as store:
                report = run_stream(
                    store, source.client, stream=stream, facts=facts, wanted=mode, hooks=hooks
                )
        except SyncerError as error:
            return StreamFailure(stream.label, error)
    callbacks.ended(report)
    return report


@contextmanager
def _claimed(app: App, stream: Stream) -> Iterator[PgStreamStore]:
    """Claim the stream; while a daemon's run holds its lease, retry for twice the length of a lease."""
    deadline = app.clock.monotonic() + 2 * app.settings.lease.total_seconds()
    with ExitStack() as stack:
        while True:
            try:
                store = stack.enter_context(app.store.claim(stream))
                break
            except LeaseLost:
                if app.clock.monotonic() > deadline:
                    raise
                app.clock.sleep(LEASE_RETRY)
        yield store
