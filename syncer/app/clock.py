"""The system clock, the only one that the code outside the simulator reads."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

from syncer.errors import Stopped

#: Linux and macOS name the clock differently that also counts the time in which the machine is suspended.
_STEADY_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class SystemClock:
    """The system clock (`ports.Clock`); `sleep` raises Stopped as soon as `stop` is set."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        # Not time.monotonic(): on Linux it stops while the machine is suspended, and a time of the provider
        # that was computed from it would be too early. https://man7.org/linux/man-pages/man2/clock_gettime.2.html
        return time.clock_gettime(_STEADY_CLOCK)

    def sleep(self, duration: timedelta) -> None:
        if self._stop.wait(duration.total_seconds()):
            raise Stopped("stopped on request; the next run resumes from the checkpoint")
