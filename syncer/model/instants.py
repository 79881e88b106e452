"""Bounds of the instants that vendors report."""

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


def in_bounds(moment: datetime | None, observed_at: datetime, ahead: timedelta = HAPPENED) -> datetime | None:
    """`moment`, which was reported at `observed_at`; None where no task can have it.

    It must not be before EARLIEST, nor more than `ahead` after the observation.
    """
    if moment is None or moment < EARLIEST or moment - observed_at > ahead:
        return None
    return moment
