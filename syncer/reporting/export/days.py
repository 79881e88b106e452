"""Days as people live them: where each begins and ends in UTC."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from syncer.errors import ConfigurationError

_ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Day:
    """A day of the reporting time zone, its end not included: 23, 24 or 25 hours."""

    on: date
    started_at: datetime
    ended_at: datetime

    def __str__(self) -> str:
        return self.on.isoformat()


def days_between(first: date, last: date, zone: ZoneInfo) -> Iterator[Day]:
    """Every day from `first` to `last`, both included. A day that the zone skipped altogether is none."""
    for number in range((last - first).days + 1):
        on = first + number * _ONE
        day = Day(on, _midnight(on, zone), _midnight(on + _ONE, zone))
        if day.started_at < day.ended_at:
            yield day


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """The day that the calendars in `zone` show at the instant `at`."""
    return at.astimezone(zone).date()


def parse_day(text: str) -> date:
    """The day written as `2026-01-31`. Raises ConfigurationError."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(f"{text!r} is no day: write 2026-01-31") from None


def _midnight(on: date, zone: ZoneInfo) -> datetime:
    # A midnight that happens twice is the first of the two, one that is skipped is the instant of the jump:
    # fold=0 gives both.
    return datetime.combine(on, time.min, tzinfo=zone).astimezone(UTC)
