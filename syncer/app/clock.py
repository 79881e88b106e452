"""The machine's time. Nothing else reads it."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

from syncer.errors import Stopped


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
