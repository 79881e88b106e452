"""Renewal of leases in a separate thread, on a separate connection, so that no run can delay it."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection
from contextlib import suppress
from datetime import timedelta
from threading import Condition

from sqlalchemy import Connection, Engine

from syncer.storage.connections import translated
from syncer.storage.write.leases import Lease, renew_leases
from syncer.threads import BackgroundThread, start_thread

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
        self._is_closed = False
        #: Whether the last renewal failed.
        self._is_failing = False
        self._thread: BackgroundThread | None = None

    def keep(self, lease: Lease) -> None:
        """Renew `lease` from now on. Raises ThreadUnavailable if no thread can be started for that."""
        with self._changed:
            # The thread stays until `close`: the start of another one could fail.
            if not (self._thread and self._thread.is_alive):
                self._is_closed = False
                self._thread = start_thread(self._run, "the renewal of leases")
            self._held.add(lease)
            self._changed.notify_all()

    def drop(self, lease: Lease) -> None:
        """Stop renewing `lease`."""
        with self._changed:
            self._held.discard(lease)
            self._changed.notify_all()

    def close(self) -> None:
        """Stop renewing all leases, and wait until the thread has ended."""
        with self._changed:
            self._held.clear()
            self._is_closed = True
            self._changed.notify_all()
            thread = self._thread
        if thread:
            thread.join(self._lease.total_seconds())

    def _run(self) -> None:
        while True:
            try:
                if not self._wait_for_lease():
                    return
                self._renew_until_dropped()
            except MemoryError:  # The thread must not end with it, while leases are held.
                time.sleep(0.1)

    def _renew_until_dropped(self) -> None:
        """Renew the leases until none is held."""
        pause = self._lease.total_seconds() / 3
        connection: Connection | None = None
        try:
            while held := self._held_after(pause if connection else pause / 3):
                connection = self._renew(held, connection)
        finally:
            _close(connection)

    def _wait_for_lease(self) -> bool:
        """Wait until a lease is held; return False if `close` was called instead."""
        with self._changed:
            self._changed.wait_for(lambda: self._held or self._is_closed)
            return bool(self._held)

    def _held_after(self, seconds: float) -> list[Lease]:
        with self._changed:
            self._changed.wait_for(lambda: not self._held, seconds)
            return list(self._held)

    def _is_held(self, lease: Lease) -> bool:
        with self._changed:
            return lease in self._held

    def _renew(self, held: Collection[Lease], connection: Connection | None) -> Connection | None:
        """Renew `held`; return the connection for the next renewal, None after an error."""
        try:
            with translated(self._engine.url):
                connection = connection or self._connect()
                for lease in renew_leases(connection, held, self._lease):
                    # A lease that was dropped in the meantime was released, not lost.
                    if self._is_held(lease):
                        log.warning("lease.lost", extra={"stream": lease.label, "epoch": lease.epoch})
                        self.drop(lease)
                self._is_failing = False
                return connection
        except Exception as error:  # Whatever it is: without renewals every run would lose its lease.
            level = logging.DEBUG if self._is_failing else logging.WARNING
            self._is_failing = True
            log.log(level, "lease.renewal_failed", extra={"error": str(error) or type(error).__name__})
            _close(connection)
            return None

    def _connect(self) -> Connection:
        return self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")


def _close(connection: Connection | None) -> None:
    with suppress(Exception):  # A connection that is broken already.
        if connection:
            connection.close()
