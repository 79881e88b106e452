"""`App`: one configuration and one database, with the objects that connect them."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from syncer import __version__
from syncer.app.clock import SystemClock
from syncer.app.sources import configured_sources
from syncer.app.stream_registry import StreamRegistry
from syncer.config import Settings
from syncer.errors import LoginRefused, StoreUnavailable
from syncer.model import ProcessIdentity
from syncer.outages import DATABASE, Outages
from syncer.storage import PgStore, check_schema, make_engine

log = logging.getLogger(__name__)

#: Pause between two attempts to reach a database that is away when the process starts.
DATABASE_RETRY = timedelta(seconds=2)
#: How often in a row a refused login is tried before the process ends.
REFUSED_LOGINS = 10


class App:
    """The objects that `sync_sources`, `rebuild_rollups` and `Daemon` work with.

    Setting `stop` ends waits with Stopped, and runs between two pages.
    """

    def __init__(self, settings: Settings, url: str, stop: threading.Event) -> None:
        self.settings, self.url, self.stop = settings, url, stop
        self.clock = SystemClock(stop)
        self.sources = configured_sources(settings, self.clock)
        self.engine = make_engine(url, lease=settings.lease)
        self.identity = ProcessIdentity(
            host=socket.gethostname(), pid=os.getpid(), version=__version__, configuration=settings.digest
        )
        holder = f"{self.identity.host}:{self.identity.pid}"
        self.store = PgStore(self.engine, holder=holder, lease=settings.lease)
        #: The errors that last, of every part of this process.
        self.outages = Outages(self.clock)
        self.streams = StreamRegistry(self.sources, self.store)

    def open(self) -> None:
        """Check the schema version, save the reporting settings, create missing partitions.

        Raises SchemaError where the schema has another version, StoreUnavailable where the database is away.
        """
        check_schema(self.engine)
        self.store_settings()
        self.store.ensure_partitions(self.clock.now(), self.clock.sleep)

    def store_settings(self) -> None:
        """Store the reporting settings, where they differ from the stored ones: see `PgStore.configure`."""
        reporting = self.settings.reporting
        self.store.configure(
            reporting.time_zone, queue_target=reporting.queue_target, run_target=reporting.run_target
        )

    def wait_for_database(self) -> None:
        """Retry `open` while the database is away.

        Raises LoginRefused after REFUSED_LOGINS refusals in a row, ConfigurationError, and Stopped.
        """
        refusals = 0
        while True:
            try:
                self.open()
                return self.outages.succeeded(DATABASE)
            except StoreUnavailable as error:
                refusals = refusals + 1 if isinstance(error, LoginRefused) else 0
                if refusals == REFUSED_LOGINS:
                    raise
                level = self.outages.failed(DATABASE, error)
                log.log(level, "database.unavailable", extra={"error": str(error)})
            self.clock.sleep(DATABASE_RETRY)

    def close(self) -> None:
        """Close the connections to the providers and to the database."""
        for source in self.sources:
            source.close()
        self.store.close()
        self.engine.dispose()


@contextmanager
def open_app(
    settings: Settings, url: str, stop: threading.Event | None = None, *, waits: bool = False
) -> Iterator[App]:
    """Open an `App` on the database at `url`; close it at the end of the block.

    Raises SchemaError where `syncer migrate` is due, and StoreUnavailable where the database is away; with
    `waits` it retries until the database is available, or raises Stopped once `stop` is set.
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
