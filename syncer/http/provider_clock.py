"""An estimate of the provider's clock from the Date headers of its responses."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from syncer.ports import Clock

#: Seconds. A Date header has no fraction: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7
_RESOLUTION = 1.0
#: Seconds. Samples that differ by no more (plus the round trip) come from the same clock.
_AGREEMENT = 10.0
#: Seconds for which a sample counts. Machine and provider drift apart by about 50 µs a second.
_SAMPLE_LIFETIME = 600.0
#: By how much the vendor's servers may disagree among themselves, in seconds.
_DISAGREEMENT = 0.1
#: Seconds a second by which the machine's clock and the provider's may drift apart: as fast as NTP slews a
#: clock, https://man7.org/linux/man-pages/man2/adjtimex.2.html
_DRIFT = 5e-4
#: Up to this difference the machine's own time is used for signatures. The smallest tolerance of a vendor is
#: Tencent's five minutes: https://cloud.tencent.com/document/api/862/37573
_SIGNING_TOLERANCE = timedelta(seconds=30)
_PLAUSIBLE_YEARS = range(2020, 2100)


@dataclass(frozen=True, slots=True)
class ClockSample:
    """When a request was sent and its response received, in monotonic seconds, and the response's Date."""

    sent: float
    received: float
    date: str | None

    @property
    def round_trip(self) -> float:
        return self.received - self.sent


class ProviderClock:
    """The provider's time: never ahead of its real clock, never stepping backwards. Thread-safe.

    Before the first sample it is the machine's time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        #: Provider's time minus monotonic time: the largest lower bound of the recent samples.
        self._lower_bound: float | None = None
        #: (monotonic seconds, smallest upper bound at that time) of the provider's time minus monotonic time.
        self._upper_bound: tuple[float, float] | None = None
        #: (received, lower bound) of the recent samples, without those that a later sample exceeds.
        self._recent_bounds: deque[tuple[float, float]] = deque()
        #: Provider's time minus monotonic time: the middle between the bounds of the last sample.
        self._estimate = 0.0
        #: (monotonic seconds, effective bound) of the last correction backwards.
        self._correction: tuple[float, float] | None = None
        #: The estimate of one sample that contradicts the others and is not confirmed yet.
        self._unconfirmed: float | None = None
        self._distrusts_machine = False

    @property
    def is_known(self) -> bool:
        """Whether any sample was accepted."""
        return self._lower_bound is not None

    @property
    def offset(self) -> timedelta | None:
        """The machine's time minus the provider's, to about a second; None before the first sample."""
        with self._lock:
            if self._lower_bound is None:
                return None
            provider = self._clock.monotonic() + self._estimate
            return timedelta(seconds=self._clock.now().timestamp() - provider)

    def now(self) -> datetime:
        """The provider's time."""
        return self.time_at(self._clock.monotonic())

    def time_at(self, monotonic: float) -> datetime:
        """The provider's time at `monotonic` seconds of the machine's monotonic clock: never a later one."""
        with self._lock:
            if self._lower_bound is None:
                return self._machine_time_at(monotonic)
            return datetime.fromtimestamp(self._timestamp_at(monotonic, self._lower_bound), UTC)

    def answered_at(self, sample: ClockSample) -> datetime:
        """The provider's time when the response of `sample` had been received: never an earlier one.

        It may be before the same time of an earlier response, which was known less exactly.
        """
        provider_time, received = _timestamp(sample.date), sample.received
        with self._lock:
            if self._lower_bound is None or self._upper_bound is None:
                return self._machine_time_at(received)
            bound = self._upper_bound_at(received, self._upper_bound)
            if provider_time is not None and _agree(sample, provider_time - received, self._estimate):
                bound = self._smallest_bound(sample, provider_time - received)
            latest = max(received + bound, self._timestamp_at(received, self._lower_bound))
            return datetime.fromtimestamp(latest, UTC)

    def _machine_time_at(self, monotonic: float) -> datetime:
        return self._clock.now() - timedelta(seconds=self._clock.monotonic() - monotonic)

    def signing_time(self) -> datetime:
        """The time to sign with: the machine's where it agrees with the provider's, else the provider's."""
        offset = self.offset
        if offset is None or (abs(offset) <= _SIGNING_TOLERANCE and not self._distrusts_machine):
            return self._clock.now()
        # Not `now()`: it does not advance for a while after a correction backwards.
        with self._lock:
            return datetime.fromtimestamp(self._clock.monotonic() + (self._lower_bound or 0.0), UTC)

    def update(self, sample: ClockSample, *, is_certain: bool = False) -> bool:
        """Add a sample of a well-formed response of the vendor; return whether its Date is usable.

        A Date that contradicts the earlier samples is applied when a second sample confirms it, or at once
        where the vendor itself refused the time of a signature (`is_certain`).
        """
        provider_time = _timestamp(sample.date)
        if provider_time is None:
            return False
        with self._lock:
            self._distrusts_machine |= is_certain
            if is_certain or self._is_credible(sample, provider_time - sample.received):
                self._apply(sample, provider_time)
        return True

    def _is_credible(self, sample: ClockSample, difference: float) -> bool:
        if self._lower_bound is None or _agree(sample, difference, self._estimate):
            self._unconfirmed = None
            return True
        is_confirmed = self._unconfirmed is not None and _agree(sample, difference, self._unconfirmed)
        self._unconfirmed = None if is_confirmed else difference
        return is_confirmed

    def _apply(self, sample: ClockSample, provider_time: float) -> None:
        difference = provider_time - sample.received
        if not _agree(sample, difference, self._estimate):
            self._recent_bounds.clear()
            self._upper_bound = None
        # The header was written between sending and receiving, so on receipt the provider's clock shows
        # `provider_time` or later. One second and one round trip more allow for servers that round up or
        # disagree among themselves.
        self._add_bound(sample.received, difference - _RESOLUTION - sample.round_trip)
        self._estimate = difference + _RESOLUTION / 2 + sample.round_trip / 2
        self._set_lower_bound(sample.received, self._recent_bounds[0][1])
        self._upper_bound = (sample.received, self._smallest_bound(sample, difference))

    def _smallest_bound(self, sample: ClockSample, difference: float) -> float:
        """The smallest upper bound at the time of `sample`. Its Date is cut off to the second."""
        bound = difference + _RESOLUTION + sample.round_trip + _DISAGREEMENT
        if self._upper_bound is None:
            return bound
        former = self._upper_bound_at(sample.received, self._upper_bound)
        # A former bound below this Date is of a time before the provider's clock was set forward.
        return min(bound, former) if former >= difference else bound

    @staticmethod
    def _upper_bound_at(monotonic: float, bound: tuple[float, float]) -> float:
        known_at, value = bound
        return value + _DRIFT * abs(monotonic - known_at)

    def _add_bound(self, received: float, bound: float) -> None:
        while self._recent_bounds and self._recent_bounds[-1][1] <= bound:
            self._recent_bounds.pop()
        self._recent_bounds.append((received, bound))
        while self._recent_bounds[0][0] < received - _SAMPLE_LIFETIME:
            self._recent_bounds.popleft()

    def _set_lower_bound(self, monotonic: float, bound: float) -> None:
        if self._lower_bound is not None and bound < self._lower_bound:
            self._correction = (monotonic, self._timestamp_at(monotonic, self._lower_bound) - monotonic)
        self._lower_bound = bound

    def _timestamp_at(self, monotonic: float, bound: float) -> float:
        if self._correction is None:
            return monotonic + bound
        # After a correction backwards the clock stays constant until the corrected time reaches it.
        corrected_at, former_bound = self._correction
        return max(monotonic + bound, min(monotonic, corrected_at) + former_bound)


def _agree(sample: ClockSample, one: float, other: float) -> bool:
    return abs(one - other) <= _AGREEMENT + sample.round_trip


def _timestamp(date: str | None) -> float | None:
    try:
        parsed = parsedate_to_datetime(date or "")
    except (TypeError, ValueError):
        return None
    aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return aware.timestamp() if aware.year in _PLAUSIBLE_YEARS else None
