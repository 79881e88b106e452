"""The database as a whole: who is configured, and which streams are ours to write."""

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
from syncer.storage.tables import settings
from syncer.storage.write import leases, source_registry
from syncer.storage.write.lease_renewal import LeaseRenewer
from syncer.storage.write.leases import Lease
from syncer.storage.write.stream_store import PgStreamStore

log = logging.getLogger(__name__)

#: How many months of the history have their partition before they begin.
_MONTHS_AHEAD = 3


class PgStore:
    """A `Store` in Postgres, for one process; any of its threads may use it.

    `holder` names the process to whoever finds a stream taken. Every method raises StoreUnavailable where
    the database is away.
    """

    def __init__(self, engine: Engine, *, holder: str, lease: timedelta = timedelta(seconds=10)) -> None:
        self._engine = engine
        self._holder = holder
        self._lease = lease
        self._renewer = LeaseRenewer(engine, lease)
        #: By name. A source may be registered later than the others, and must be compared with them all.
        self._registered: dict[str, Source] = {}
        self._registering = Lock()

    def register(self, sources: Sequence[Source]) -> None:
        """Make configured sources known, so that renamed ones find their history again.

        Those registered before stay so. Raises ConfigurationError where two read one list of one account, or
        where a name was something else's before.
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
        """Set what the views count by: the zone of days and hours, whose name has been checked, and targets.

        A target that is None stays. Where anything changes, the rollups are due to be computed anew.
        """
        given = {"time_zone": time_zone, "queue_target": queue_target, "run_target": run_target}
        values = {name: value for name, value in given.items() if value is not None}
        changed = update(settings).where(or_(*(settings.c[name] != value for name, value in values.items())))
        with transaction(self._engine) as connection:
            if connection.execute(changed.values(values)).rowcount:
                rollups.mark_all_dirty(connection)

    def retire(self, wanted: Mapping[str, Collection[str] | None]) -> list[str]:
        """Have every other stream count as not read any more; their labels.

        `wanted` has the regions of each source that is configured, None where they are not known.
        """
        with transaction(self._engine) as connection:
            return source_registry.retire_streams(connection, wanted)

    def ensure_partitions(self, now: datetime, pause: Callable[[timedelta], None] = sleep) -> int:
        """Create the history's partitions for the coming months; return how many were missing.

        `pause` is that of `retry_lock_waits`.
        """
        query = select(func.sync.create_partitions(now, _MONTHS_AHEAD))
        return self._retry_lock_waits(query, "create partitions of the history", pause)

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
        """Count anew the days that have changed; how many, or None while another process does so.

        `pause` is called between two transactions and may raise: what is not done then is done next time.
        """
        return rollups.refresh(self._engine, pause)

    def rebuild_rollups(self) -> None:
        """Have `refresh_rollups`, here or in another process, count every day anew."""
        with transaction(self._engine) as connection:
            rollups.mark_all_dirty(connection)

    def stale_days(self) -> int:
        """How many days `refresh_rollups` has to do."""
        with transaction(self._engine) as connection:
            return rollups.count_dirty_days(connection)

    @contextmanager
    def claim(self, stream: Stream) -> Iterator[PgStreamStore]:
        """The stream under a lease of ours, renewed until the end. Raises LeaseLost if someone holds it."""
        lease = self._take(stream)
        self._renewer.keep(lease)
        try:
            yield PgStreamStore(self._engine, lease)
        finally:
            self._renewer.drop(lease)
            self._release(lease)

    def close(self) -> None:
        """Stop renewing. The engine is its maker's to dispose of."""
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
            # It expires by itself; what went wrong before this matters more.
            log.warning("lease.release_failed", extra={"error": str(error)})
