"""`PgStore`: configured sources, settings, partitions and rollups, and the leases of streams."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import Connection, Engine, Select, func, select

from syncer.errors import StoreUnavailable, SyncerError
from syncer.model import Source, Stream
from syncer.storage import rollups
from syncer.storage.connections import transaction
from syncer.storage.lock_waits import retry_lock_waits, sleep
from syncer.storage.tables import streams
from syncer.storage.time_zones import refuse_unknown_zone
from syncer.storage.write import leases, source_registry
from syncer.storage.write.configuring_process import ConfiguringProcess
from syncer.storage.write.lease_renewal import LeaseRenewer
from syncer.storage.write.leases import Lease
from syncer.storage.write.report_settings import SettingsChange, store_settings
from syncer.storage.write.source_registry import RegisteredStream
from syncer.storage.write.stream_store import PgStreamStore

log = logging.getLogger(__name__)

#: For how many coming months the partitions of the history are created.
_MONTHS_AHEAD = 3


class PgStore:
    """A `Store` in Postgres, for one process; any of its threads may use it.

    `holder` names this process in the messages of other processes. Every method raises StoreUnavailable if
    the database is unavailable.
    """

    def __init__(self, engine: Engine, *, holder: str, lease: timedelta = timedelta(seconds=10)) -> None:
        self._engine = engine
        self._holder = holder
        self._lease = lease
        self._renewer = LeaseRenewer(engine, lease)
        #: By name. A source that is registered later than the others is compared with all of them.
        self._registered: dict[str, Source] = {}
        #: By the configured name: the ids of the registered sources, and their names in the database.
        self._source_ids: dict[str, int] = {}
        self._stored_names: dict[str, str] = {}
        self._registering = Lock()
        self._process: ConfiguringProcess | None = None
        #: The last difference between the given and the stored settings.
        self._settings_change: SettingsChange | None = None

    def register(self, sources: Sequence[Source]) -> None:
        """Store configured sources, in addition to those registered before; renamed ones keep their history.

        Raises ConfigurationError where two sources read the same list of one account, or where a name
        belonged to another provider, site or account.
        """
        with self._registering:
            configured = self._registered | {source.name: source for source in sources}
            with transaction(self._engine) as connection:
                process = self._configuring_process(connection)
                ids = source_registry.register_sources(connection, list(configured.values()), process)
            self._registered, self._source_ids = configured, ids

    def configure(
        self,
        time_zone: str,
        *,
        queue_target: timedelta | None = None,
        run_target: timedelta | None = None,
    ) -> None:
        """Store the settings of the views: the zone of days and hours, and the two targets.

        A target that is None is not changed. If anything changes, all rollups are marked dirty. The settings
        of a process that started later stay, with a warning. Raises ConfigurationError for a zone that the
        server does not know.
        """
        given = {"time_zone": time_zone, "queue_target": queue_target, "run_target": run_target}
        values = {name: value for name, value in given.items() if value is not None}
        with transaction(self._engine) as connection:
            refuse_unknown_zone(connection, time_zone)
            is_first = self._process is None
            change = store_settings(connection, values, self._configuring_process(connection))
        if change is not None and change != self._settings_change and not (is_first and change.is_replaced):
            self._log_settings(change, values)
        self._settings_change = change

    def _log_settings(self, change: SettingsChange, given: Mapping[str, object]) -> None:
        fields = {
            "stored": _as_text(change.stored),
            "configured": _as_text({name: given[name] for name in change.stored}),
            "by": change.written_by,
        }
        if change.is_replaced:
            log.warning("settings.restored", extra=fields)
        else:
            log.warning("settings.overridden", extra=fields)

    def _configuring_process(self, connection: Connection) -> ConfiguringProcess:
        """This process, which for the database has started when this was first called."""
        if self._process is None:
            started_at = connection.scalar(select(func.clock_timestamp()))
            assert started_at is not None
            self._process = ConfiguringProcess(self._holder, started_at)
        return self._process

    def retire(self, wanted: Mapping[str, Collection[str] | None]) -> list[str]:
        """Mark all streams that are not `wanted` as retired; return their labels.

        `wanted` has the regions of each configured source, None where they are unknown.
        """
        with transaction(self._engine) as connection:
            return source_registry.retire_streams(connection, wanted, self._source_ids, holder=self._holder)

    def ensure_partitions(self, now: datetime, pause: Callable[[timedelta], None] = sleep) -> int:
        """Create the history's partitions for the coming months; return how many were missing.

        `pause` is that of `retry_lock_waits`.
        """
        query = select(func.sync.create_partitions(now, _MONTHS_AHEAD))
        return self._retry_lock_waits(query, "create partitions of the history", pause)

    def last_run_at(self) -> datetime | None:
        """Start of the last complete run of all streams, on its provider's clock; None before the first."""
        with transaction(self._engine) as connection:
            last: datetime | None = connection.scalar(select(func.max(streams.c.last_run_at)))
            return last

    def expire_history(
        self, now: datetime, keep: timedelta, pause: Callable[[timedelta], None] = sleep
    ) -> int:
        """Drop the months of the history that ended longer ago than `keep`; return how many.

        `pause` is that of `retry_lock_waits`.
        """
        query = select(func.sync.drop_partitions(now - keep))
        return self._retry_lock_waits(query, "drop old partitions of the history", pause)

    def _retry_lock_waits(self, query: Select[int], purpose: str, pause: Callable[[timedelta], None]) -> int:
        return retry_lock_waits(
            self._engine, lambda connection: connection.scalar(query) or 0, purpose=purpose, pause=pause
        )

    def refresh_rollups(self, pause: Callable[[], None] = lambda: None) -> int | None:
        """Compute the dirty days again; return how many, or None while another process does so.

        `pause` is called between two transactions and may raise: the other days then stay dirty.
        """
        return rollups.refresh(self._engine, pause)

    def rebuild_rollups(self) -> None:
        """Mark every day dirty, so that `refresh_rollups`, in any process, computes it again."""
        with transaction(self._engine) as connection:
            rollups.mark_all_dirty(connection)

    def stale_days(self) -> int:
        """The number of dirty days."""
        with transaction(self._engine) as connection:
            return rollups.count_dirty_days(connection)

    @contextmanager
    def claim(self, stream: Stream) -> Iterator[PgStreamStore]:
        """Take the lease of the stream and renew it until the end of the `with` block.

        Raises LeaseLost while another process holds it, ThreadUnavailable if it could not be renewed.
        """
        lease = self._take(stream)
        try:
            self._renewer.keep(lease)
            yield PgStreamStore(self._engine, lease)
        finally:
            self._renewer.drop(lease)
            self._release(lease)

    def close(self) -> None:
        """Stop the renewal of leases. The caller of the constructor disposes of the engine."""
        self._renewer.close()

    def _take(self, stream: Stream) -> Lease:
        if self._registered.get(stream.source.name) != stream.source:
            self.register([stream.source])
        registered = self._register_stream(stream)
        if registered is None:
            # The row of its source is gone, or of another account: after a failover or a restore.
            self.register([stream.source])
            registered = self._register_stream(stream)
        if registered is None:
            raise StoreUnavailable(f"another process is changing the source {stream.source.name}")
        self._note_name(stream.source, registered.source_name)
        with transaction(self._engine) as connection:
            return leases.take_lease(
                connection, registered.stream_id, label=stream.label, holder=self._holder, lease=self._lease
            )

    def _register_stream(self, stream: Stream) -> RegisteredStream | None:
        source_id = self._source_ids.get(stream.source.name)
        with transaction(self._engine) as connection:
            process = self._configuring_process(connection)
            return source_registry.register_stream(connection, stream, source_id, process)

    def _note_name(self, source: Source, stored: str) -> None:
        """Log once that another process has given the source another name."""
        if stored != self._stored_names.setdefault(source.name, source.name):
            self._stored_names[source.name] = stored
            if stored != source.name:
                log.warning("source.renamed_elsewhere", extra={"source": source.name, "stored": stored})

    def _release(self, lease: Lease) -> None:
        try:
            with transaction(self._engine) as connection:
                leases.release_lease(connection, lease)
        except SyncerError as error:
            # The lease expires without it; an earlier error of the run must not be replaced by this one.
            log.warning("lease.release_failed", extra={"error": str(error)})


def _as_text(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in values.items())
