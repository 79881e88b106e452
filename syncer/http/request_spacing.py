"""Computation of the waits between requests of one rate limit. Pure: the time is passed in."""

from __future__ import annotations

import math

#: The requests of a second are spread over a little more than a second. Otherwise a network that delays one
#: request and delivers the next early could put 21 requests into a vendor's window of 20.
_MARGIN = 1.05
#: Each throttling doubles the spacing, up to this factor ...
_MAX_SLOWDOWN = 8.0
#: ... and the factor halves with every such period without throttling, in seconds.
_SLOWDOWN_HALF_LIFE = 10.0


class RequestSpacing:
    """Computes when the next request may be sent. All times are seconds of a monotonic clock.

    Requests are evenly spaced, without bursts: no sliding second holds more than `rate` requests, also after
    an idle period. Rates below one a second put the requests `1 / rate` seconds apart.
    """

    def __init__(self, rate: float) -> None:
        self._spacing = _spacing(rate)
        self._last_request: float | None = None
        self._paused_until = -math.inf
        self._slowdown = 1.0
        self._slowed_at = -math.inf

    def lower_rate(self, rate: float) -> None:
        """Change to `rate` if it is the lower one."""
        self._spacing = max(self._spacing, _spacing(rate))

    def wait_time(self, now: float) -> float:
        """Seconds until a request may be sent; 0 if it may be sent now."""
        if self._last_request is None:
            return max(0.0, self._paused_until - now)
        ready = self._last_request + self._spacing * self._slowdown_at(now)
        return max(0.0, ready - now, self._paused_until - now)

    def record_request(self, now: float) -> None:
        """Record that a request is sent at `now`."""
        self._last_request = now

    def pause_left(self, now: float) -> float:
        """Seconds until the vendor's pause ends; 0 without one."""
        return max(0.0, self._paused_until - now)

    def pause(self, now: float, seconds: float) -> None:
        """Allow no request for `seconds`."""
        self._paused_until = max(self._paused_until, now + seconds)

    def resume(self) -> None:
        """End the pause."""
        self._paused_until = -math.inf

    def slow_down(self, now: float) -> None:
        """React to throttling: allow fewer requests for a while."""
        # Several refusals of requests that were already in flight count as one.
        if now >= self._slowed_at + self._spacing * self._slowdown:
            self._slowdown = min(2 * self._slowdown_at(now), _MAX_SLOWDOWN)
            self._slowed_at = now

    def _slowdown_at(self, now: float) -> float:
        if self._slowdown == 1.0:
            return 1.0
        return max(1.0, self._slowdown * math.exp2((self._slowed_at - now) / _SLOWDOWN_HALF_LIFE))


def _spacing(rate: float) -> float:
    return _MARGIN / math.floor(rate) if rate >= 1 else _MARGIN / rate
