"""Outages: errors that last are logged when they begin, at growing intervals, and when they end.

Every failure is reported to `Outages.failed`, which returns the level at which the caller logs it: WARNING at
the beginning of an outage, then after 1, 2, 4, … minutes, at least every hour; otherwise DEBUG.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from syncer.errors import StoreUnavailable, SyncerError
from syncer.ports import Clock

log = logging.getLogger(__name__)

#: The subject of all failures of the database: it has one outage, however many streams notice it.
DATABASE = "database"
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)


@dataclass(slots=True, kw_only=True)
class Outage:
    """Failures of one subject without a success in between."""

    #: A stream, a job, or DATABASE.
    subject: str
    error: SyncerError
    since: datetime
    #: Monotonic seconds: of the first failure, and from when on the next one is logged.
    began: float
    next_at: float
    pause: timedelta = _FIRST_PAUSE
    failures: int = 1


class Outages:
    """The outages under way in this process. Thread-safe."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._outages: dict[str, Outage] = {}
        self._lock = threading.Lock()

    def failed(self, subject: str, error: SyncerError) -> int:
        """Record a failure; return the level at which to log it. The database is a subject of its own."""
        subject = DATABASE if isinstance(error, StoreUnavailable) else subject
        now = self._clock.monotonic()
        with self._lock:
            outage = self._outages.get(subject)
            if outage is None:
                self._outages[subject] = Outage(
                    subject=subject,
                    error=error,
                    since=self._clock.now(),
                    began=now,
                    next_at=now + _FIRST_PAUSE.total_seconds(),
                )
                return logging.WARNING
            is_other = (type(error), error.code) != (type(outage.error), outage.error.code)
            outage.failures += 1
            outage.error = error
            if now >= outage.next_at:
                outage.pause = min(outage.pause * 2, _LONGEST_PAUSE)
                outage.next_at = now + outage.pause.total_seconds()
                return logging.WARNING
            return logging.WARNING if is_other else logging.DEBUG

    def succeeded(self, subject: str) -> None:
        """Record a success; log the end of the subject's outage if there was one."""
        with self._lock:
            outage = self._outages.pop(subject, None)
        if outage:
            seconds = round(self._clock.monotonic() - outage.began)
            facts = {"subject": subject, "seconds": seconds, "failures": outage.failures}
            log.info("outage.ended", extra=facts)

    def under_way(self) -> list[Outage]:
        """The present outages, oldest first."""
        with self._lock:
            return sorted(self._outages.values(), key=lambda outage: outage.began)
