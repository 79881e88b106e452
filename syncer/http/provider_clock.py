"""The provider's clock, as far as its answers' Date headers tell it."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from syncer.ports import Clock

#: A Date header is cut to the whole second.
_RESOLUTION = 1.0
#: Answers that differ by no more than this (and their round trip) tell the same clock.
_AGREEMENT = 10.0
#: How long an answer counts. Machine and provider drift apart by some 50 µs a second.
_MEMORY = 600.0
#: Up to here our own clock is right enough to sign with; no vendor's tolerance is below five minutes.
_TOLERANCE = timedelta(seconds=30)
_YEARS = range(2020, 2100)


@dataclass(frozen=True, slots=True)
class Exchange:
    """When a request left and its answer was there, in monotonic seconds, and the answer's Date."""

    sent: float
    received: float
    date: str | None

    @property
    def round_trip(self) -> float:
        return self.received - self.sent


class ProviderClock:
    """The time at the provider: never ahead of its real clock, and never stepping backwards.

    Before the first answer it is the machine's own. Thread-safe.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        #: Provider's time minus monotonic time: the largest lower bound of the recent answers.
        self._ahead: float | None = None
        #: When a bound was learned, and the bound: of the recent ones those that no later one exceeds.
        self._bounds: deque[tuple[float, float]] = deque()
        #: The best guess rather than the safe one: the middle of the last answer's bounds.
        self._middle = 0.0
        #: The last correction backwards: when it was made, and what `_ahead` was.
        self._turned: tuple[float, float] | None = None
        #: What a single answer told that contradicts all others.
        self._doubtful: float | None = None
        self._distrusts_machine = False

    @property
    def is_known(self) -> bool:
        """Whether the provider has told its time yet."""
        return self._ahead is not None

    @property
    def offset(self) -> timedelta | None:
        """How far the machine's clock is ahead of the provider's, to about a second; None if unknown."""
        with self._lock:
            if self._ahead is None:
                return None
            provider = self._clock.monotonic() + self._middle
            return timedelta(seconds=self._clock.now().timestamp() - provider)

    def now(self) -> datetime:
        """The time at the provider."""
        return self.at(self._clock.monotonic())

    def at(self, moment: float) -> datetime:
        """The time that it was at the provider at a moment of the monotonic clock."""
        with self._lock:
            if self._ahead is None:
                elapsed = timedelta(seconds=self._clock.monotonic() - moment)
                return self._clock.now() - elapsed
            return datetime.fromtimestamp(self._read(moment, self._ahead), UTC)

    def signing_time(self) -> datetime:
        """The time to sign with: our own where it agrees with the provider's, else the provider's."""
        offset = self.offset
        if offset is None or (abs(offset) <= _TOLERANCE and not self._distrusts_machine):
            return self._clock.now()
        # Not `now()`, which may be standing still after a correction.
        with self._lock:
            return datetime.fromtimestamp(self._clock.monotonic() + (self._ahead or 0.0), UTC)

    def learn(self, exchange: Exchange, *, is_certain: bool = False) -> bool:
        """Take the time from a well-formed answer of the vendor; True where its Date could be used.

        A Date that contradicts the answers before it counts from the second one on that agrees with it,
        or at once where the vendor itself said that our time is wrong (`is_certain`).
        """
        told = _seconds(exchange.date)
        if told is None:
            return False
        with self._lock:
            self._distrusts_machine |= is_certain
            if is_certain or self._is_credible(exchange, told - exchange.received):
                self._take(exchange, told)
        return True

    def _is_credible(self, exchange: Exchange, ahead: float) -> bool:
        if self._ahead is None or self._agree(exchange, ahead, self._middle):
            self._doubtful = None
            return True
        is_confirmed = self._doubtful is not None and self._agree(exchange, ahead, self._doubtful)
        self._doubtful = None if is_confirmed else ahead
        return is_confirmed

    def _agree(self, exchange: Exchange, one: float, other: float) -> bool:
        return abs(one - other) <= _AGREEMENT + exchange.round_trip

    def _take(self, exchange: Exchange, told: float) -> None:
        ahead = told - exchange.received
        if not self._agree(exchange, ahead, self._middle):
            self._bounds.clear()
        # The header was written after the request left and before it came, so the provider's clock
        # stands at `told` or later by now; a second and the round trip more allow for servers that
        # round up or disagree among themselves.
        self._remember(exchange.received, ahead - _RESOLUTION - exchange.round_trip)
        self._middle = ahead + _RESOLUTION / 2 + exchange.round_trip / 2
        self._move(exchange.received, self._bounds[0][1])

    def _remember(self, moment: float, bound: float) -> None:
        while self._bounds and self._bounds[-1][1] <= bound:
            self._bounds.pop()
        self._bounds.append((moment, bound))
        while self._bounds[0][0] < moment - _MEMORY:
            self._bounds.popleft()

    def _move(self, moment: float, ahead: float) -> None:
        if self._ahead is not None and ahead < self._ahead:
            self._turned = (moment, self._read(moment, self._ahead) - moment)
        self._ahead = ahead

    def _read(self, moment: float, ahead: float) -> float:
        if self._turned is None:
            return moment + ahead
        # After a correction backwards the clock stands still until the time has caught up with it.
        turned, former = self._turned
        return max(moment + ahead, min(moment, turned) + former)


def _seconds(date: str | None) -> float | None:
    try:
        told = parsedate_to_datetime(date or "")
    except (TypeError, ValueError):
        return None
    aware = told if told.tzinfo else told.replace(tzinfo=UTC)
    return aware.timestamp() if aware.year in _YEARS else None
