"""The simulator's clock: real time, faster, frozen, or moved ahead. It never goes back."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SimulatedClock:
    """Milliseconds since the epoch on the simulated vendors' clock. Safe for several threads.

    `speed` simulated seconds pass in one real second; `begin_at` is the first instant, by default now.
    """

    def __init__(self, *, begin_at: datetime | None = None, speed: float = 1.0) -> None:
        self._lock = threading.Lock()
        self._speed = speed
        self._frozen = False
        #: The first instant. The first reading is later, by the time that passed until then.
        self.begin_ms = to_ms(begin_at) if begin_at else int(time.time() * 1000)
        self._base_ms = float(self.begin_ms)
        self._base_monotonic = time.monotonic()

    def now_ms(self) -> int:
        with self._lock:
            return int(self._read())

    def now(self) -> datetime:
        return from_ms(self.now_ms())

    @property
    def is_frozen(self) -> bool:
        return self._frozen

    def freeze(self) -> None:
        """Stop until `thaw`; `advance` still works."""
        with self._lock:
            self._rebase()
            self._frozen = True

    def thaw(self) -> None:
        """Continue from the present reading."""
        with self._lock:
            self._rebase()
            self._frozen = False

    def advance(self, duration: timedelta) -> None:
        """Jump ahead by `duration`. Raises ValueError for a negative one."""
        if duration < timedelta(0):
            raise ValueError("The simulated clock cannot go back.")
        with self._lock:
            self._rebase()
            self._base_ms += duration / timedelta(milliseconds=1)

    def _read(self) -> float:
        if self._frozen:
            return self._base_ms
        return self._base_ms + (time.monotonic() - self._base_monotonic) * 1000 * self._speed

    def _rebase(self) -> None:
        """Measure from now on from the present reading."""
        self._base_ms = self._read()
        self._base_monotonic = time.monotonic()


def to_ms(instant: datetime) -> int:
    """An aware instant as milliseconds since the epoch."""
    return (instant - _EPOCH) // timedelta(milliseconds=1)


def from_ms(instant_ms: int) -> datetime:
    """Milliseconds since the epoch as an aware instant, to the millisecond."""
    return datetime.fromtimestamp(instant_ms // 1000, UTC) + timedelta(milliseconds=instant_ms % 1000)
