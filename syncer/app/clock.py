"""The system clock, the only one that the code outside the simulator reads."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

from syncer.errors import Stopped


class SystemClock:
    """The system clock (`ports.Clock`); `sleep` raises Stopped as soon as `stop` is set."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, duration: timedelta) -> None:
        if self._stop.wait(duration.total_seconds()):
            raise Stopped("stopped on request; the next run resumes from the checkpoint")
