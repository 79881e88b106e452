"""How fast one action of one account may be asked: pure, time is passed in."""

from __future__ import annotations

import math

#: A second's requests are spread over a little more than a second, so that a network which holds one
#: back and lets the next through early does not push a 21st into a vendor's window of 20.
_MARGIN = 1.05
#: A throttled account is asked at half the pace, and again at half, down to this share of it ...
_SLOWEST = 8.0
#: ... and comes half way back with every such stretch of quiet, in seconds.
_RECOVERY = 10.0


class RequestSpacing:
    """Decides when the next request may leave. All times are seconds on a monotonic clock.

    Evenly spaced and without burst: in no sliding second leave more than `rate` requests, also after
    idleness. Below one a second they are `1 / rate` seconds apart.
    """

    def __init__(self, rate: float) -> None:
        self._spacing = _spacing(rate)
        self._last: float | None = None
        self._resume = -math.inf
        self._slowness = 1.0
        self._slowed = -math.inf

    def lower(self, rate: float) -> None:
        """Keep to `rate` too, where it is the slower one."""
        self._spacing = max(self._spacing, _spacing(rate))

    def pause(self, now: float) -> float:
        """How many seconds before a request may leave; 0 where it may leave at once."""
        if self._last is None:
            return max(0.0, self._resume - now)
        ready = self._last + self._spacing * self._slowness_at(now)
        return max(0.0, ready - now, self._resume - now)

    def leave(self, now: float) -> None:
        """A request leaves at `now`."""
        self._last = now

    def slow_down(self, now: float, pause: float) -> None:
        """The vendor wants fewer requests: none for `pause` seconds, and a slower pace for a while."""
        # A storm of refusals of what was already on its way counts once.
        if now >= self._slowed + self._spacing * self._slowness:
            self._slowness = min(2 * self._slowness_at(now), _SLOWEST)
            self._slowed = now
        self._resume = max(self._resume, now + pause)

    def _slowness_at(self, now: float) -> float:
        if self._slowness == 1.0:
            return 1.0
        return max(1.0, self._slowness * math.exp2((self._slowed - now) / _RECOVERY))


def _spacing(rate: float) -> float:
    return _MARGIN / math.floor(rate) if rate >= 1 else _MARGIN / rate
