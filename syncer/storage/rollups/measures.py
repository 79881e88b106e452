"""What is counted of each task and of each run of a day, and what is made of many of them.

Sums go by whole microseconds, so that they do not depend on the order of the rows, and what is computed twice
is the same to the last bit.
"""

from __future__ import annotations

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
    Text,
    any_,
    bindparam,
    case,
    cast,
    column,
    func,
    literal,
    literal_column,
    select,
    true,
    values,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from syncer.storage.tables import runs, streams, tasks

#: The parameters of a statement. The day is text, for Postgres knows days that Python does not.
DAY = cast(bindparam("day", type_=Text), Date)
SOURCES = bindparam("sources", type_=ARRAY(BigInteger))
ZONE = bindparam("zone", type_=Text)
QUEUE_TARGET = bindparam("queue_target", type_=Interval)
RUN_TARGET = bindparam("run_target", type_=Interval)

#: What is kept of durations; the last is the largest of them.
_FRACTIONS = literal_column("ARRAY[0.5, 0.9, 0.95, 0.99, 1]::float8[]", ARRAY(Double))
#: Each bucket of durations reaches a tenth further than the one before.
_LOG_OF_STEP = literal_column("ln(1.1::float8)", Double)
#: The bucket of those that took no time at all, below every other.
_NONE = -10_000
#: More than any clock is ever put back: then the first hour of a day can come before its midnight.
_MARGIN = literal_column("interval '3 hours'", Interval)
_MICROSECONDS = 1_000_000
#: No vendor's word is longer; a longer one would not fit into the key.
_LONGEST_WORD = 200

Measures = dict[str, ColumnElement[Any]]


def measured_tasks(instant: Column[Any]) -> Select[Any]:
    """The tasks of the day by `instant`, with what is counted of each."""
    measured = select(
        *_place(instant),
        tasks.c.task_key,
        tasks.c.created_at,
        _word(tasks.c.task_type, "unknown").label("task_type"),
        tasks.c.status,
        _word(tasks.c.error_code, "").label("error_code"),
        tasks.c.error_message.label("message"),
        tasks.c.lost_at.is_not(None).label("is_lost"),
        _seconds(tasks.c.created_at, tasks.c.started_at).label("queue_seconds"),
        _seconds(tasks.c.started_at, tasks.c.finished_at).label("run_seconds"),
    )
    return measured.join(streams, streams.c.stream_id == tasks.c.stream_id).where(*_is_of_day(instant))


def measured_runs() -> Select[Any]:
    """The runs that began on the day and have ended, with what is counted of each."""
    measured = select(
        *_place(runs.c.begun_at),
        streams.c.region,
        runs.c.mode,
        runs.c.status,
        _seconds(runs.c.begun_at, runs.c.ended_at).label("seconds"),
        *(runs.c[name] for name in _COUNTS_OF_RUNS),
    )
    return measured.join(streams, streams.c.stream_id == runs.c.stream_id).where(
        *_is_of_day(runs.c.begun_at), runs.c.status != "running"
    )


def of_tasks(measured: CTE) -> Measures:
    """Every measure of tasks that any of the tables has, by column."""
    queue, run, status = measured.c.queue_seconds, measured.c.run_seconds, measured.c.status
    latest = aggregate_order_by(measured.c.message, measured.c.created_at.desc(), measured.c.task_key.desc())
    return {
        "tasks": func.count(),
        "lost": func.count().filter(measured.c.is_lost),
        **{name: func.count().filter(status == name) for name in ("succeeded", "failed", "cancelled")},
        "last_created_at": func.max(measured.c.created_at),
        "error_message": func.array_agg(latest, type_=ARRAY(Text))[1],
        **_durations("queue", queue, QUEUE_TARGET),
        **_durations("run", run, RUN_TARGET),
    }


def of_runs(measured: CTE) -> Measures:
    """Every measure of runs, by column."""
    return {
        "runs": func.count(),
        "seconds_sum": _total(measured.c.seconds),
        "seconds_max": func.max(measured.c.seconds),
        **{name: cast(func.sum(measured.c[name]), BigInteger) for name in _COUNTS_OF_RUNS},
    }


def durations(measured: CTE) -> Select[Any]:
    """How many tasks waited and worked how long, in buckets that can be added up over any days."""
    of_each = (
        values(column("measure", Text), column("seconds", Double), name="each")
        .data([(literal("queue"), measured.c.queue_seconds), (literal("run"), measured.c.run_seconds)])
        .lateral()
    )
    seconds = of_each.c.seconds
    bucket = case((seconds > 0, cast(func.floor(func.ln(seconds) / _LOG_OF_STEP), Integer)), else_=_NONE)
    by = {
        "source_id": measured.c.source_id,
        "task_type": measured.c.task_type,
        "measure": of_each.c.measure,
        "bucket": bucket,
    }
    rows = select(*(each.label(name) for name, each in by.items()), func.count().label("tasks"))
    return (
        rows.select_from(measured.join(of_each, true()))
        .where(seconds.is_not(None))
        .group_by(*(literal_column(str(place)) for place in range(1, len(by) + 1)))
    )


_COUNTS_OF_RUNS = ("inserted", "updated", "unchanged", "rejected", "late", "lost", "pages", "requests")


def _place(instant: Column[Any]) -> tuple[ColumnElement[Any], ...]:
    """The source, and the hour: the instant at which it begins, and what the local clock shows."""
    local = func.timezone(ZONE, instant)
    return (
        streams.c.source_id,
        (instant - (local - func.date_trunc("hour", local))).label("hour_at"),
        cast(func.extract("hour", local), Integer).label("hour"),
    )


def _is_of_day(instant: Column[Any]) -> tuple[ColumnElement[bool], ...]:
    """The first two find the rows, by index."""
    return (
        instant >= func.timezone(ZONE, cast(DAY, DateTime)) - _MARGIN,
        instant < func.timezone(ZONE, cast(DAY + 1, DateTime)) + _MARGIN,
        cast(func.timezone(ZONE, instant), Date) == DAY,
        streams.c.source_id == any_(SOURCES),
    )


def _word(words: Column[Any], instead: str) -> ColumnElement[str]:
    return func.coalesce(func.nullif(func.left(words, _LONGEST_WORD), ""), instead)


def _seconds(begins: Column[Any], ends: Column[Any]) -> ColumnElement[float]:
    """As `reporting` has them: null where one end is unknown, or where they are in the wrong order."""
    return case((ends >= begins, cast(func.extract("epoch", ends - begins), Double)))


def _durations(name: str, seconds: ColumnElement[float], target: ColumnElement[Any]) -> Measures:
    in_time = seconds <= cast(func.extract("epoch", target), Double)
    return {
        f"{name}_known": func.count(seconds),
        f"{name}_within_target": func.count().filter(in_time),
        f"{name}_seconds_sum": _total(seconds),
        f"{name}_seconds": func.percentile_cont(_FRACTIONS).within_group(seconds),
    }


def _total(seconds: ColumnElement[float]) -> ColumnElement[Any]:
    microseconds = cast(seconds * _MICROSECONDS, BigInteger)
    return cast(func.coalesce(func.sum(microseconds), 0), Double) / _MICROSECONDS
