"""The statements that compute one day of the rollups, from its tasks.

Each reads the tasks of the day once, by index, and writes the rows of the day that differ: where nothing
changed for a row, nothing is written. Sums go by whole microseconds, so that they do not depend on the order
of the tasks, and what is computed twice is the same to the last bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Double,
    Integer,
    Interval,
    Select,
    Table,
    Text,
    and_,
    any_,
    bindparam,
    case,
    cast,
    delete,
    func,
    literal_column,
    not_,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert

from syncer.storage.tables import (
    arrivals_daily,
    arrivals_hourly,
    completions_daily,
    completions_hourly,
    slo_daily,
    streams,
    tasks,
)

#: The parameters of a statement. The day is text, for Postgres knows days that Python does not.
DAY = cast(bindparam("day", type_=Text), Date)
SOURCES = bindparam("sources", type_=ARRAY(BigInteger))
ZONE = bindparam("zone", type_=Text)
QUEUE_TARGET = bindparam("queue_target", type_=Interval)
RUN_TARGET = bindparam("run_target", type_=Interval)

#: What is kept of durations; the last is the largest of them.
_FRACTIONS = literal_column("ARRAY[0.5, 0.9, 0.95, 0.99, 1]::float8[]", ARRAY(Double))
#: More than any clock is ever put back: then the first hour of a day can come before its midnight.
_MARGIN = literal_column("interval '3 hours'", Interval)
_MICROSECONDS = 1_000_000
#: No vendor's word is longer; a longer one would not fit into the key.
_LONGEST_TYPE = 200


@dataclass(frozen=True, slots=True)
class Fact:
    """Tasks as counted by one of their instants, and the tables that hold what came of it."""

    instant: Column[Any]
    tables: tuple[Table, ...]

    def statement(self) -> Select[int]:
        """Computes the day of some sources anew; answers how many rows it wrote or removed."""
        measured = _measured(self.instant).cte("measured")
        changes = [part for table in self.tables for part in _replace(table, measured)]
        rows = union_all(*(select(change.c.n) for change in changes)).subquery()
        return select(func.count()).select_from(rows)


def _measured(instant: Column[Any]) -> Select[Any]:
    """The tasks of the day, with what is counted of each."""
    local = func.timezone(ZONE, instant)
    begins = func.timezone(ZONE, cast(DAY, DateTime)) - _MARGIN
    ends = func.timezone(ZONE, cast(DAY + 1, DateTime)) + _MARGIN
    return (
        select(
            streams.c.source_id,
            (instant - (local - func.date_trunc("hour", local))).label("hour_at"),
            cast(func.extract("hour", local), Integer).label("hour"),
            func.coalesce(func.nullif(func.left(tasks.c.task_type, _LONGEST_TYPE), ""), "unknown").label(
                "task_type"
            ),
            tasks.c.status,
            tasks.c.lost_at.is_not(None).label("is_lost"),
            _seconds(tasks.c.created_at, tasks.c.started_at).label("queue_seconds"),
            _seconds(tasks.c.started_at, tasks.c.finished_at).label("run_seconds"),
        )
        .join(streams, streams.c.stream_id == tasks.c.stream_id)
        .where(
            instant >= begins,
            instant < ends,
            cast(local, Date) == DAY,
            streams.c.source_id == any_(SOURCES),
        )
    )


def _seconds(begins: Column[Any], ends: Column[Any]) -> ColumnElement[float]:
    """As `reporting.tasks` has them: null where one end is unknown, or where they are in the wrong order."""
    return case((ends >= begins, cast(func.extract("epoch", ends - begins), Double)))


def _replace(table: Table, measured: CTE) -> tuple[CTE, CTE]:
    """The rows of the day that are gone, and those that are new or differ."""
    key = list(table.primary_key.columns)
    computed = _computed(table, measured).cte(f"{table.name}_now")
    same = and_(*(computed.c[column.name] == column for column in key))
    gone = delete(table).where(
        table.c.day == DAY, table.c.source_id == any_(SOURCES), not_(select(1).where(same).exists())
    )
    names = [column.name for column in table.c]
    written = insert(table).from_select(names, select(*(computed.c[name] for name in names)))
    others = {name: written.excluded[name] for name in names if name not in table.primary_key.columns}
    written_or_same = written.on_conflict_do_update(
        index_elements=key,
        set_=others,
        where=or_(*(table.c[name].is_distinct_from(value) for name, value in others.items())),
    )
    one: ColumnElement[int] = literal_column("1")
    return (
        gone.returning(one.label("n")).cte(f"{table.name}_gone"),
        written_or_same.returning(one.label("n")).cte(f"{table.name}_written"),
    )


def _computed(table: Table, measured: CTE) -> Select[Any]:
    """The rows of `table` for the day, in the order of its columns."""
    measures = _measures(measured)
    names = [column.name for column in table.c]
    # What is no measure is what is counted by.
    by = {name: measured.c[name] for name in names if name not in measures and name != "day"}
    values = {**measures, **by, "day": DAY}
    return select(*(values[name].label(name) for name in names)).group_by(*by.values())


def _measures(measured: CTE) -> dict[str, ColumnElement[Any]]:
    """Every measure that any of the tables has, by column."""
    queue, run, status = measured.c.queue_seconds, measured.c.run_seconds, measured.c.status
    return {
        "tasks": func.count(),
        "lost": func.count().filter(measured.c.is_lost),
        **{name: func.count().filter(status == name) for name in ("succeeded", "failed", "cancelled")},
        **_durations("queue", queue, QUEUE_TARGET),
        **_durations("run", run, RUN_TARGET),
    }


def _durations(
    name: str, seconds: ColumnElement[float], target: ColumnElement[Any]
) -> dict[str, ColumnElement[Any]]:
    microseconds = cast(seconds * _MICROSECONDS, BigInteger)
    total = func.coalesce(func.sum(microseconds), 0)
    in_time = seconds <= cast(func.extract("epoch", target), Double)
    return {
        f"{name}_known": func.count(seconds),
        f"{name}_within_target": func.count().filter(in_time),
        f"{name}_seconds_sum": cast(total, Double) / _MICROSECONDS,
        f"{name}_seconds": func.percentile_cont(_FRACTIONS).within_group(seconds),
    }


#: By the word in the queue.
FACTS = {
    "arrivals": Fact(tasks.c.created_at, (arrivals_daily, arrivals_hourly)),
    "completions": Fact(tasks.c.finished_at, (completions_daily, completions_hourly, slo_daily)),
}
