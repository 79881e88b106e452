"""The heartbeat of a daemon: it updates its row in `sync.processes` at regular intervals."""

from __future__ import annotations

import logging
from contextlib import suppress

from syncer.app.wiring import App
from syncer.errors import SyncerError
from syncer.model import ProcessIdentity
from syncer.outages import DATABASE
from syncer.storage.write.processes import ProcessRow

log = logging.getLogger(__name__)


class Heartbeat:
    """Keeps the row of this process in `sync.processes`, and compares it with those of other daemons."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._row = ProcessRow(app.engine, app.identity)
        #: The other daemons whose difference was logged.
        self._different: set[ProcessIdentity] = set()

    def record(self) -> None:
        """Write the present time and the errors under way; log the daemons that differ.

        Raises StoreUnavailable.
        """
        errors = [
            {"subject": outage.subject, "error": str(outage.error), "since": outage.since.isoformat()}
            for outage in self._app.outages.under_way()
            if outage.subject != DATABASE
        ]
        others = self._row.record_heartbeat(errors)
        self._app.outages.succeeded(DATABASE)
        different = {other for other in others if self._app.identity.differences(other)}
        for other in different - self._different:
            self._log_difference(other)
        self._different = different

    def end(self) -> None:
        """Delete the row; where the database is away, other daemons delete it later."""
        with suppress(SyncerError):
            self._row.delete()

    def _log_difference(self, other: ProcessIdentity) -> None:
        facts = {
            "host": other.host,
            "pid": other.pid,
            "version": other.version,
            "differs": ", ".join(self._app.identity.differences(other)),
        }
        log.warning("daemon.differed", extra=facts)
