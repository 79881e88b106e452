"""Which days have changed: what is taken from the queue at a time, as days of the reporting time zone."""

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

from syncer.storage.tables import settings, streams, touched_hours

#: How far below the newest day one transaction reaches: a few days, however many have changed.
_REACH = literal_column("interval '4 days'", Interval)
_LAST_MOMENT = literal_column("interval '00:59:59.999999'", Interval)
#: Above every hour in the queue.
EVERYTHING = "infinity"


class DirtyDay(NamedTuple):
    """A day of a fact to be computed again for some sources, and what it is to be computed with."""

    fact: str
    day: str
    sources: list[int]
    zone: str
    queue_target: object
    run_target: object


class DirtyBatch(NamedTuple):
    """What was taken, newest days first, and below which hour to go on; None at the end of the queue."""

    days: list[DirtyDay]
    below: str | None


def take_dirty_days(connection: Connection, below: str = EVERYTHING) -> DirtyBatch:
    """The days of the newest hours in the queue that lie `below`; they are gone from it when this commits."""
    edge = connection.scalar(_EDGE, {"below": below})
    if edge is None:
        return DirtyBatch([], None)
    rows = connection.execute(_TAKE, {"below": below, "edge": edge})
    return DirtyBatch([DirtyDay(*row) for row in rows], edge)


def mark_all_dirty(connection: Connection) -> None:
    """Put every day there is into the queue, when this commits."""
    connection.execute(select(func.sync.touch_everything()))


def count_dirty_days(connection: Connection) -> int:
    """How many days are in the queue, whichever fact and source they are of."""
    return connection.scalar(_DAYS) or 0


# Instants come and go as text, for Postgres knows years that Python does not.
_below = cast(bindparam("below", type_=Text), DateTime(timezone=True))
_edge = cast(bindparam("edge", type_=Text), DateTime(timezone=True))
_zone = select(settings.c.time_zone).scalar_subquery()

_newest_day = func.date_trunc("day", func.timezone(_zone, func.max(touched_hours.c.hour_at)))
_EDGE = select(cast(func.timezone(_zone, _newest_day - _REACH), Text)).where(touched_hours.c.hour_at < _below)

# The settings are read in the statement that takes: whoever changes them notes every day in the same
# transaction, so this sees both or neither.
_taken = (
    delete(touched_hours)
    .where(touched_hours.c.hour_at < _below, touched_hours.c.hour_at >= _edge)
    .returning(touched_hours.c.stream_id, touched_hours.c.fact, touched_hours.c.hour_at)
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
_DAYS = select(func.count(cast(func.timezone(_zone, touched_hours.c.hour_at), Date).distinct()))
