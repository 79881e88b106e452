"""A clock that stands until somebody sleeps or turns it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from syncer.errors import Stopped

T0 = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class StoryClock:
    """A `ports.Clock` whose sleeps take no time and are remembered. Thread-safe."""

    def __init__(self, now: datetime = T0) -> None:
        self._now = now
        self._monotonic = 1000.0
        self._lock = threading.Lock()
        self.sleeps: list[timedelta] = []
        self.is_stopped = False

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def sleep(self, duration: timedelta) -> None:
        if self.is_stopped:
            raise Stopped("told to stop")
        self.sleeps.append(duration)
        self.pass_time(duration.total_seconds())

    def pass_time(self, seconds: float) -> None:
        """Let `seconds` go by."""
        with self._lock:
            self._monotonic += seconds
            self._now += timedelta(seconds=seconds)

    def step(self, by: timedelta) -> None:
        """Set the wall clock, as an administrator or NTP does."""
        self._now += by
