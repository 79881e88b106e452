"""Days of the reporting time zone: where each begins and ends in UTC."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from syncer.errors import ConfigurationError

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Day:
    """A day of the reporting time zone, without its end: usually 24 hours, with a clock change 23 or 25."""

    on: date
    started_at: datetime
    ended_at: datetime

    def __str__(self) -> str:
        return self.on.isoformat()


def days_between(first: date, last: date, zone: ZoneInfo) -> Iterator[Day]:
    """Every day from `first` to `last`, both included, without days that the time zone skipped."""
    for number in range((last - first).days + 1):
        on = first + number * _ONE_DAY
        day = Day(on, _midnight(on, zone), _midnight(on + _ONE_DAY, zone))
        if day.started_at < day.ended_at:
            yield day


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """The date in `zone` at the instant `at`."""
    return at.astimezone(zone).date()


def parse_day(text: str) -> date:
    """The date written as `2026-01-31`. Raises ConfigurationError for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(f"{text!r} is not a date: write it as 2026-01-31") from None


def _midnight(on: date, zone: ZoneInfo) -> datetime:
    # fold=0 gives the first of a midnight that happens twice, and the instant of the clock change for a
    # midnight that is skipped.
    return datetime.combine(on, time.min, tzinfo=zone).astimezone(UTC)
