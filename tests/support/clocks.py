"""A fake clock for tests: time passes only when a test or a sleep advances it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from syncer.errors import Stopped

T0 = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class FakeClock:
    """A `ports.Clock` whose sleeps return at once and are recorded. Thread-safe."""

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
            raise Stopped("stopped by the test")
        self.sleeps.append(duration)
        self.advance(duration.total_seconds())

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass."""
        with self._lock:
            self._monotonic += seconds
            self._now += timedelta(seconds=seconds)

    def step(self, by: timedelta) -> None:
        """Change the wall clock alone, as an administrator or NTP does."""
        self._now += by
