"""One rate limiter for each account and action, shared by all regions and streams of the account."""

from __future__ import annotations

import threading
from collections import deque
from datetime import timedelta
from types import TracebackType

from syncer.errors import Throttled
from syncer.http.request_spacing import RequestSpacing
from syncer.ports import Clock


class RateLimiter:
    """Lets requests through one at a time, in order of arrival, at one rate. Thread-safe."""

    def __init__(self, clock: Clock, rate: float) -> None:
        self._clock = clock
        self._spacing = RequestSpacing(rate)
        self._spacing_lock = threading.Lock()
        self._queue = FairLock()

    def lower_rate(self, rate: float) -> None:
        """Change to `rate` requests a second if it is lower: of two sources on one account it decides."""
        with self._spacing_lock:
            self._spacing.lower_rate(rate)

    def wait(self, longest_pause: timedelta = timedelta.max) -> None:
        """Block until a request may be sent.

        Raises Stopped when the process is stopped, and Throttled where the vendor has asked for a pause that
        lasts longer than `longest_pause` from now.
        """
        with self._queue:
            while (seconds := self._try_acquire(longest_pause)) > 0:
                self._clock.sleep(timedelta(seconds=seconds))

    def slow_down(self) -> None:
        """React to throttling: let fewer requests through for a while."""
        with self._spacing_lock:
            self._spacing.slow_down(self._clock.monotonic())

    def pause(self, duration: timedelta) -> None:
        """Let no request through for `duration`, as the vendor asks."""
        with self._spacing_lock:
            self._spacing.pause(self._clock.monotonic(), duration.total_seconds())

    def resume(self) -> None:
        """End the pause."""
        with self._spacing_lock:
            self._spacing.resume()

    def _try_acquire(self, longest_pause: timedelta) -> float:
        """Record a request and return 0 if one may be sent now, else return the seconds to wait."""
        with self._spacing_lock:
            now = self._clock.monotonic()
            pause = timedelta(seconds=self._spacing.pause_left(now))
            if pause > longest_pause:
                raise Throttled(
                    f"the vendor has asked for a pause, which lasts another {pause.total_seconds():.0f} s",
                    retry_after=pause,
                )
            seconds = self._spacing.wait_time(now)
            if seconds == 0:
                self._spacing.record_request(now)
                return 0.0
            # A timedelta has a resolution of 1 µs: a shorter wait would become 0, and the loop endless.
            return max(seconds, 1e-6)


class RateLimiters:
    """The rate limiters of a process, by account and action. Thread-safe."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._limiters: dict[tuple[str, str], RateLimiter] = {}
        self._lock = threading.Lock()

    def get(self, account: str, action: str, rate: float) -> RateLimiter:
        """Return the shared limiter of `action` in `account`, lowered to `rate` requests a second."""
        with self._lock:
            limiter = self._limiters.setdefault((account, action), RateLimiter(self._clock, rate))
        limiter.lower_rate(rate)
        return limiter

    def resume(self, account: str) -> None:
        """End the pauses of all actions in `account`."""
        with self._lock:
            limiters = [limiter for (name, _), limiter in self._limiters.items() if name == account]
        for limiter in limiters:
            limiter.resume()


class FairLock:
    """A lock that is acquired in order of arrival; threading.Lock guarantees no order."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiters: deque[threading.Event] = deque()

    def __enter__(self) -> None:
        turn = threading.Event()
        with self._lock:
            self._waiters.append(turn)
            if len(self._waiters) == 1:
                turn.set()
        try:
            turn.wait()
        except BaseException:  # Ctrl-C while waiting: leave the queue, or the threads behind wait for ever
            self._cancel(turn)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._waiters.popleft()
            self._wake_first()

    def _cancel(self, turn: threading.Event) -> None:
        with self._lock:
            self._waiters.remove(turn)
            self._wake_first()

    def _wake_first(self) -> None:
        if self._waiters:
            self._waiters[0].set()
