"""One rate limit for each account and action, shared by all regions and streams of it."""

from __future__ import annotations

import threading
from collections import deque
from datetime import timedelta
from types import TracebackType

from syncer.http.request_spacing import RequestSpacing
from syncer.ports import Clock


class RateLimiter:
    """Lets threads through one by one, in the order they came, at the pace of one rate."""

    def __init__(self, clock: Clock, rate: float) -> None:
        self._clock = clock
        self._pace = RequestSpacing(rate)
        self._guard = threading.Lock()
        self._turns = FairLock()

    def lower(self, rate: float) -> None:
        """Keep to `rate` too: of two sources on one account the more careful one decides."""
        with self._guard:
            self._pace.lower(rate)

    def wait(self) -> None:
        """Return when a request may leave. Raises Stopped when the process is told to stop."""
        with self._turns:
            while (pause := self._leave()) > 0:
                self._clock.sleep(timedelta(seconds=pause))

    def slow_down(self, pause: timedelta) -> None:
        """The vendor throttled us: nobody asks for `pause`, and everybody slower for a while."""
        with self._guard:
            self._pace.slow_down(self._clock.monotonic(), pause.total_seconds())

    def _leave(self) -> float:
        with self._guard:
            now = self._clock.monotonic()
            pause = self._pace.pause(now)
            if pause == 0:
                self._pace.leave(now)
            # A duration has no finer grain, and a sleep of nothing would never end.
            return max(pause, 1e-6) if pause else 0.0


class RateLimiters:
    """The limiters of a process, by account and action."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._limiters: dict[tuple[str, str], RateLimiter] = {}
        self._guard = threading.Lock()

    def of(self, account: str, action: str, rate: float) -> RateLimiter:
        """The limiter that everybody asking `action` for `account` shares."""
        with self._guard:
            limiter = self._limiters.setdefault((account, action), RateLimiter(self._clock, rate))
        limiter.lower(rate)
        return limiter


class FairLock:
    """A lock whose waiters get it in the order they came; threading.Lock promises no order."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._queue: deque[threading.Event] = deque()

    def __enter__(self) -> None:
        mine = threading.Event()
        with self._guard:
            self._queue.append(mine)
            if len(self._queue) == 1:
                mine.set()
        try:
            mine.wait()
        except BaseException:  # Ctrl-C while queueing: those behind must not wait for us
            self._remove(mine)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._guard:
            self._queue.popleft()
            self._call_first()

    def _remove(self, mine: threading.Event) -> None:
        with self._guard:
            self._queue.remove(mine)
            self._call_first()

    def _call_first(self) -> None:
        if self._queue:
            self._queue[0].set()
