"""`PgStore`: configured sources, settings, partitions and rollups, and the leases of streams."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import Engine, Select, func, or_, select, update

from syncer.errors import SyncerError
from syncer.model import Source, Stream
from syncer.storage import rollups
from syncer.storage.connections import transaction
from syncer.storage.lock_waits import retry_lock_waits, sleep
from syncer.storage.tables import settings, streams
from syncer.storage.write import leases, source_registry
from syncer.storage.write.lease_renewal import LeaseRenewer
from syncer.storage.write.leases import Lease
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
        self._registering = Lock()

    def register(self, sources: Sequence[Source]) -> None:
        """Store configured sources, in addition to those registered before; renamed ones keep their history.

        Raises ConfigurationError where two sources read the same list of one account, or where a name
        belonged to another provider, site or account.
        """
        with self._registering:
            configured = self._registered | {source.name: source for source in sources}
            with transaction(self._engine) as connection:
                source_registry.register_sources(connection, list(configured.values()))
            self._registered = configured

    def configure(
        self,
        time_zone: str,
        *,
        queue_target: timedelta | None = None,
        run_target: timedelta | None = None,
    ) -> None:
        """Store the settings of the views: the zone of days and hours (a valid name), and the two targets.

        A target that is None is not changed. If anything changes, all rollups are marked dirty.
        """
        given = {"time_zone": time_zone, "queue_target": queue_target, "run_target": run_target}
        values = {name: value for name, value in given.items() if value is not None}
        changed = update(settings).where(or_(*(settings.c[name] != value for name, value in values.items())))
        with transaction(self._engine) as connection:
            if connection.execute(changed.values(values)).rowcount:
                rollups.mark_all_dirty(connection)

    def retire(self, wanted: Mapping[str, Collection[str] | None]) -> list[str]:
        """Mark all streams that are not `wanted` as retired; return their labels.

        `wanted` has the regions of each configured source, None where they are unknown.
        """
        with transaction(self._engine) as connection:
            return source_registry.retire_streams(connection, wanted)

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
        with transaction(self._engine) as connection:
            stream_id = source_registry.register_stream(connection, stream)
        with transaction(self._engine) as connection:
            return leases.take_lease(
                connection, stream_id, label=stream.label, holder=self._holder, lease=self._lease
            )

    def _release(self, lease: Lease) -> None:
        try:
            with transaction(self._engine) as connection:
                leases.release_lease(connection, lease)
        except SyncerError as error:
            # The lease expires without it; an earlier error of the run must not be replaced by this one.
            log.warning("lease.release_failed", extra={"error": str(error)})
