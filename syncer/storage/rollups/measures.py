"""The measures of rollups: columns of each task and run of a day, and their aggregates.

Sums are over whole microseconds: they do not depend on the order of the rows, so computing a day twice gives
exactly the same values.
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

#: The parameters of a statement. The day is text, because Postgres has dates that Python cannot represent.
DAY = cast(bindparam("day", type_=Text), Date)
SOURCES = bindparam("sources", type_=ARRAY(BigInteger))
ZONE = bindparam("zone", type_=Text)
QUEUE_TARGET = bindparam("queue_target", type_=Interval)
RUN_TARGET = bindparam("run_target", type_=Interval)

#: The stored percentiles of durations; the last is the maximum.
_FRACTIONS = literal_column("ARRAY[0.5, 0.9, 0.95, 0.99, 1]::float8[]", ARRAY(Double))
#: The upper end of each bucket of durations is 1.1 times that of the bucket before.
_LOG_OF_STEP = literal_column("ln(1.1::float8)", Double)
#: The bucket of durations of zero seconds, below all others.
_ZERO_BUCKET = -10_000
#: More than any clock change: after one, the first hour of a day can be before its midnight.
_MARGIN = literal_column("interval '3 hours'", Interval)
_MICROSECONDS = 1_000_000
#: Longer than any task type or error code of a vendor; a longer text might not fit into an index entry.
_MAX_KEY_LENGTH = 200

Measures = dict[str, ColumnElement[Any]]


def measured_tasks(instant: Column[Any]) -> Select[Any]:
    """The tasks of the day by `instant`, with their measured columns."""
    measured = select(
        *_source_and_hour(instant),
        tasks.c.task_key,
        tasks.c.created_at,
        _key_text(tasks.c.task_type, "unknown").label("task_type"),
        tasks.c.status,
        _key_text(tasks.c.error_code, "").label("error_code"),
        tasks.c.error_message.label("message"),
        tasks.c.lost_at.is_not(None).label("is_lost"),
        _seconds(tasks.c.created_at, tasks.c.started_at).label("queue_seconds"),
        _seconds(tasks.c.started_at, tasks.c.finished_at).label("run_seconds"),
    )
    return measured.join(streams, streams.c.stream_id == tasks.c.stream_id).where(*_is_of_day(instant))


def measured_runs() -> Select[Any]:
    """The runs that began on the day and have ended, with their measured columns."""
    measured = select(
        *_source_and_hour(runs.c.begun_at),
        streams.c.region,
        runs.c.mode,
        runs.c.status,
        _seconds(runs.c.begun_at, runs.c.ended_at).label("seconds"),
        *(runs.c[name] for name in _RUN_COUNTERS),
    )
    return measured.join(streams, streams.c.stream_id == runs.c.stream_id).where(
        *_is_of_day(runs.c.begun_at), runs.c.status != "running"
    )


def task_measures(measured: CTE) -> Measures:
    """The aggregate for every measure of tasks in any rollup table, by column name."""
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


def run_measures(measured: CTE) -> Measures:
    """The aggregate for every measure of runs, by column name."""
    return {
        "runs": func.count(),
        "seconds_sum": _total(measured.c.seconds),
        "seconds_max": func.max(measured.c.seconds),
        **{name: cast(func.sum(measured.c[name]), BigInteger) for name in _RUN_COUNTERS},
    }


def durations(measured: CTE) -> Select[Any]:
    """The number of tasks by queue time and run time, in buckets that can be added up over days."""
    measures = (
        values(column("measure", Text), column("seconds", Double), name="measures")
        .data([(literal("queue"), measured.c.queue_seconds), (literal("run"), measured.c.run_seconds)])
        .lateral()
    )
    seconds = measures.c.seconds
    bucket = case(
        (seconds > 0, cast(func.floor(func.ln(seconds) / _LOG_OF_STEP), Integer)), else_=_ZERO_BUCKET
    )
    columns = {
        "source_id": measured.c.source_id,
        "task_type": measured.c.task_type,
        "measure": measures.c.measure,
        "bucket": bucket,
    }
    rows = select(*(value.label(name) for name, value in columns.items()), func.count().label("tasks"))
    return (
        rows.select_from(measured.join(measures, true()))
        .where(seconds.is_not(None))
        .group_by(*(literal_column(str(position)) for position in range(1, len(columns) + 1)))
    )


_RUN_COUNTERS = ("inserted", "updated", "unchanged", "rejected", "late", "lost", "pages", "requests")


def _source_and_hour(instant: Column[Any]) -> tuple[ColumnElement[Any], ...]:
    """The columns source_id, hour_at (the start of the local hour) and hour (0 to 23)."""
    local = func.timezone(ZONE, instant)
    return (
        streams.c.source_id,
        (instant - (local - func.date_trunc("hour", local))).label("hour_at"),
        cast(func.extract("hour", local), Integer).label("hour"),
    )


def _is_of_day(instant: Column[Any]) -> tuple[ColumnElement[bool], ...]:
    """Conditions for the day and the sources; the first two are for the index."""
    return (
        instant >= func.timezone(ZONE, cast(DAY, DateTime)) - _MARGIN,
        instant < func.timezone(ZONE, cast(DAY + 1, DateTime)) + _MARGIN,
        cast(func.timezone(ZONE, instant), Date) == DAY,
        streams.c.source_id == any_(SOURCES),
    )


def _key_text(text: Column[Any], default: str) -> ColumnElement[str]:
    return func.coalesce(func.nullif(func.left(text, _MAX_KEY_LENGTH), ""), default)


def _seconds(start: Column[Any], end: Column[Any]) -> ColumnElement[float]:
    """A duration as in `reporting`: null if an end is unknown, or if the end is before the start."""
    return case((end >= start, cast(func.extract("epoch", end - start), Double)))


def _durations(name: str, seconds: ColumnElement[float], target: ColumnElement[Any]) -> Measures:
    is_within_target = seconds <= cast(func.extract("epoch", target), Double)
    return {
        f"{name}_known": func.count(seconds),
        f"{name}_within_target": func.count().filter(is_within_target),
        f"{name}_seconds_sum": _total(seconds),
        f"{name}_seconds": func.percentile_cont(_FRACTIONS).within_group(seconds),
    }


def _total(seconds: ColumnElement[float]) -> ColumnElement[Any]:
    microseconds = cast(seconds * _MICROSECONDS, BigInteger)
    return cast(func.coalesce(func.sum(microseconds), 0), Double) / _MICROSECONDS
