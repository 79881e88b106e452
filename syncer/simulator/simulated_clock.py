"""The simulator's time: the machine's, faster, frozen, or moved ahead. It never goes back."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SimulatedClock:
    """Milliseconds since the epoch, as the simulated vendors see them.

    `speed` simulated seconds pass in one real second; `begin_at` is the first instant, by default now.
    """

    def __init__(self, *, begin_at: datetime | None = None, speed: float = 1.0) -> None:
        self._lock = threading.Lock()
        self._speed = speed
        self._frozen = False
        #: The first instant; the clock has run on by the time that anybody asks it.
        self.begin_ms = to_ms(begin_at) if begin_at else int(time.time() * 1000)
        self._base_ms = float(self.begin_ms)
        self._mark = time.monotonic()

    def now_ms(self) -> int:
        with self._lock:
            return int(self._reading())

    def now(self) -> datetime:
        return from_ms(self.now_ms())

    @property
    def is_frozen(self) -> bool:
        return self._frozen

    def freeze(self) -> None:
        """Stand still until `thaw`; `advance` still works."""
        with self._lock:
            self._settle()
            self._frozen = True

    def thaw(self) -> None:
        """Go on from where the clock stands."""
        with self._lock:
            self._settle()
            self._frozen = False

    def advance(self, duration: timedelta) -> None:
        """Jump ahead by `duration`, which may not be negative."""
        if duration < timedelta(0):
            raise ValueError("The simulated clock cannot go back.")
        with self._lock:
            self._settle()
            self._base_ms += duration / timedelta(milliseconds=1)

    def _reading(self) -> float:
        if self._frozen:
            return self._base_ms
        return self._base_ms + (time.monotonic() - self._mark) * 1000 * self._speed

    def _settle(self) -> None:
        self._base_ms = self._reading()
        self._mark = time.monotonic()


def to_ms(instant: datetime) -> int:
    """An aware instant as milliseconds since the epoch."""
    return (instant - _EPOCH) // timedelta(milliseconds=1)


def from_ms(instant_ms: int) -> datetime:
    """Milliseconds since the epoch as an aware instant, to the millisecond."""
    return datetime.fromtimestamp(instant_ms // 1000, UTC) + timedelta(milliseconds=instant_ms % 1000)
