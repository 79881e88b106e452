"""The instants that vendors report: how they are written, and their bounds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

#: No task is older: the first public cloud opened in March 2006 (https://aws.amazon.com/about-aws/our-origins/).
#: Zero values of other systems are earlier, in any time zone: 0001, 1601, 1899, 1900, 1970, 1980, 2000, 2001.
EARLIEST = datetime(2006, 1, 1, tzinfo=UTC)
#: How far behind the observation a past event may be. A local time that is reported as UTC is up to 14 hours
#: ahead, and clocks differ.
HAPPENED = timedelta(days=1)
#: The same for an event that may be planned, such as the start of a campaign.
PLANNED = timedelta(days=366)
#: Vendors' values for a time that is not known yet: the zero date of MySQL, the zero time of Go.
ZERO_DATES = ("0000-00-00", "0001-01-01T00:00:00")


def in_bounds(moment: datetime | None, observed_at: datetime, ahead: timedelta = HAPPENED) -> datetime | None:
    """`moment`, which was reported at `observed_at`; None where no task can have it.

    It must not be before EARLIEST, nor more than `ahead` after the observation.
    """
    if moment is None or moment < EARLIEST or moment - observed_at > ahead:
        return None
    return moment


def iso_instant(value: object, observed_at: datetime, ahead: timedelta = HAPPENED) -> datetime | None:
    """An ISO 8601 time, in UTC. A time without an offset is in UTC.

    None where no task can have it, see `in_bounds`: then it is a zero date, or a mistake.
    """
    if not isinstance(value, str) or value.startswith(ZERO_DATES):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
        if moment.tzinfo is not UTC:
            moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return in_bounds(moment, observed_at, ahead)
