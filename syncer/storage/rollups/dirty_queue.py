"""The queue of changed hours, read as the days whose rollups must be computed again."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Connection,
    Date,
    DateTime,
    Interval,
    Text,
    bindparam,
    cast,
    delete,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import array

from syncer.storage.tables import dirty_hours, settings, streams

#: One transaction takes the newest changed day and the days up to this much before it.
_BATCH_LENGTH = literal_column("interval '4 days'", Interval)
_LAST_MOMENT = literal_column("interval '00:59:59.999999'", Interval)
#: An upper bound above every hour in the queue.
NO_BOUND = "infinity"


class DirtyDay(NamedTuple):
    """A day of a rollup that must be computed again for some sources, with the settings to use."""

    fact: str
    day: str
    sources: list[int]
    zone: str
    queue_target: object
    run_target: object


class DirtyBatch(NamedTuple):
    """The days taken, newest first, and the bound for the next batch; None at the end of the queue."""

    days: list[DirtyDay]
    below: str | None


def take_dirty_days(connection: Connection, below: str = NO_BOUND) -> DirtyBatch:
    """Delete the newest hours before `below` from the queue; return their days. The caller commits."""
    lower_bound = connection.scalar(_LOWER_BOUND, {"below": below})
    if lower_bound is None:
        return DirtyBatch([], None)
    rows = connection.execute(_TAKE, {"below": below, "lower_bound": lower_bound})
    return DirtyBatch([DirtyDay(*row) for row in rows], lower_bound)


def mark_all_dirty(connection: Connection) -> None:
    """Put all days with tasks or runs into the queue. The caller commits."""
    connection.execute(select(func.sync.mark_all_dirty()))


def count_dirty_days(connection: Connection) -> int:
    """The number of different days in the queue, over all rollups and sources."""
    return connection.scalar(_DAYS) or 0


# Instants are passed as text, because Postgres has years that Python cannot represent.
_below = cast(bindparam("below", type_=Text), DateTime(timezone=True))
_lower_bound = cast(bindparam("lower_bound", type_=Text), DateTime(timezone=True))
_zone = select(settings.c.time_zone).scalar_subquery()

_newest_day = func.date_trunc("day", func.timezone(_zone, func.max(dirty_hours.c.hour_at)))
_LOWER_BOUND = select(cast(func.timezone(_zone, _newest_day - _BATCH_LENGTH), Text)).where(
    dirty_hours.c.hour_at < _below
)

# The settings are read in the statement that deletes from the queue. A change of the settings marks all days
# in its own transaction, so this statement sees both or neither.
_taken = (
    delete(dirty_hours)
    .where(dirty_hours.c.hour_at < _below, dirty_hours.c.hour_at >= _lower_bound)
    .returning(dirty_hours.c.stream_id, dirty_hours.c.fact, dirty_hours.c.hour_at)
    .cte("taken")
)
_ends = (
    func.unnest(array([_taken.c.hour_at, _taken.c.hour_at + _LAST_MOMENT]))
    .table_valued("at")
    .render_derived()
)
_local = cast(func.timezone(settings.c.time_zone, _ends.c.at), Date)
_TAKE = (
    select(
        _taken.c.fact,
        cast(_local, Text),
        func.array_agg(streams.c.source_id.distinct(), type_=ARRAY(BigInteger)),
        settings.c.time_zone,
        settings.c.queue_target,
        settings.c.run_target,
    )
    .select_from(_taken)
    .join(streams, streams.c.stream_id == _taken.c.stream_id)
    .join(settings, true())
    .join(_ends, true())
    .group_by(_taken.c.fact, _local, settings.c.time_zone, settings.c.queue_target, settings.c.run_target)
    .order_by(_local.desc(), _taken.c.fact)
)
_DAYS = select(func.count(cast(func.timezone(_zone, dirty_hours.c.hour_at), Date).distinct()))
