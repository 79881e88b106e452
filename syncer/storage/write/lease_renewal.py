"""Renewal of leases in a separate thread, on a separate connection, so that no run can delay it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from threading import Condition, Thread

from sqlalchemy import Connection, Engine

from syncer.errors import SyncerError
from syncer.storage.connections import translated
from syncer.storage.write.leases import Lease, renew_lease

log = logging.getLogger(__name__)


class LeaseRenewer:
    """Renews leases, each three times in its duration.

    It only logs that a lease is lost: the next transaction of the stream's run checks it in the database.
    """

    def __init__(self, engine: Engine, lease: timedelta) -> None:
        self._engine = engine
        self._lease = lease
        self._held: set[Lease] = set()
        self._changed = Condition()
        self._thread: Thread | None = None

    def keep(self, lease: Lease) -> None:
        """Renew `lease` from now on."""
        with self._changed:
            self._held.add(lease)
            if self._thread is None:
                self._thread = Thread(target=self._run, name="lease-renewal", daemon=True)
                self._thread.start()

    def drop(self, lease: Lease) -> None:
        """Stop renewing `lease`. The thread ends with the last lease."""
        with self._changed:
            self._held.discard(lease)
            self._changed.notify_all()

    def close(self) -> None:
        """Stop renewing all leases, and wait until the thread has ended."""
        with self._changed:
            self._held.clear()
            self._changed.notify_all()
            thread = self._thread
        if thread:
            thread.join(self._lease.total_seconds())

    def _run(self) -> None:
        pause = self._lease.total_seconds() / 3
        connection: Connection | None = None
        while held := self._held_after(pause if connection else pause / 3):
            connection = self._renew(held, connection)
        if connection:
            connection.close()

    def _held_after(self, seconds: float) -> list[Lease]:
        with self._changed:
            self._changed.wait_for(lambda: not self._held, seconds)
            if not self._held:
                self._thread = None
            return list(self._held)

    def _is_held(self, lease: Lease) -> bool:
        with self._changed:
            return lease in self._held

    def _renew(self, held: Iterable[Lease], connection: Connection | None) -> Connection | None:
        """Renew `held`; return the connection for the next renewal, None after an error."""
        try:
            with translated(self._engine.url):
                connection = connection or self._connect()
                for lease in held:
                    # A lease that was dropped in the meantime was released, not lost.
                    if not renew_lease(connection, lease, self._lease) and self._is_held(lease):
                        log.warning("lease.lost", extra={"stream": lease.label, "epoch": lease.epoch})
                        self.drop(lease)
                return connection
        except SyncerError as error:
            log.warning("lease.renewal_failed", extra={"error": str(error)})
            if connection:
                connection.close()
            return None

    def _connect(self) -> Connection:
        return self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
