"""What days and hours came to, and the queue of those to compute again, which triggers fill."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    Date,
    Double,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
)

from syncer.storage.tables.metadata import instant, metadata, number, words

#: Append-only to those who write tasks. No key: two of them may note the same hour and neither waits.
touched_hours = Table(
    "touched_hours",
    metadata,
    number("stream_id", nullable=False),
    words("fact", nullable=False),
    instant("hour_at", nullable=False),
    CheckConstraint("fact IN ('arrivals', 'completions', 'runs')", name="fact"),
)


def _of_day() -> Iterator[Column[Any]]:
    yield number("source_id", nullable=False)
    yield Column("day", Date, nullable=False)


def _of_hour() -> Iterator[Column[Any]]:
    yield from _of_day()
    yield instant("hour_at", nullable=False)
    yield Column("hour", Integer, nullable=False)


def _durations(name: str) -> Iterator[Column[Any]]:
    """How many are known, their sum, and p50, p90, p95, p99 and the largest of them."""
    yield number(f"{name}_known", nullable=False)
    yield Column(f"{name}_seconds_sum", Double, nullable=False)
    yield Column(f"{name}_seconds", ARRAY(Double))


def _counted() -> Iterator[Column[Any]]:
    yield words("task_type", nullable=False)
    yield words("status", nullable=False)
    yield number("tasks", nullable=False)
    yield number("lost", nullable=False)
    yield from _durations("queue")
    yield from _durations("run")


def _daily(name: str) -> Table:
    return Table(
        name,
        metadata,
        *_of_day(),
        *_counted(),
        PrimaryKeyConstraint("day", "source_id", "task_type", "status"),
    )


def _hourly(name: str) -> Table:
    return Table(
        name,
        metadata,
        *_of_hour(),
        *_counted(),
        PrimaryKeyConstraint("hour_at", "source_id", "task_type", "status"),
        Index(f"ix_{name}_day", "day"),
    )


arrivals_daily, arrivals_hourly = _daily("arrivals_daily"), _hourly("arrivals_hourly")
completions_daily, completions_hourly = _daily("completions_daily"), _hourly("completions_hourly")

slo_daily = Table(
    "slo_daily",
    metadata,
    *_of_day(),
    number("tasks", nullable=False),
    number("succeeded", nullable=False),
    number("failed", nullable=False),
    number("cancelled", nullable=False),
    number("queue_known", nullable=False),
    number("queue_within_target", nullable=False),
    Column("queue_seconds", ARRAY(Double)),
    number("run_known", nullable=False),
    number("run_within_target", nullable=False),
    Column("run_seconds", ARRAY(Double)),
    PrimaryKeyConstraint("day", "source_id"),
)

#: How long tasks took: bucket n holds from 1.1 to the power of n seconds to a tenth more.
durations_daily = Table(
    "durations_daily",
    metadata,
    *_of_day(),
    words("task_type", nullable=False),
    words("measure", nullable=False),
    Column("bucket", Integer, nullable=False),
    number("tasks", nullable=False),
    PrimaryKeyConstraint("day", "source_id", "task_type", "measure", "bucket"),
)

failures_daily = Table(
    "failures_daily",
    metadata,
    *_of_day(),
    words("task_type", nullable=False),
    words("error_code", nullable=False),
    number("tasks", nullable=False),
    instant("last_created_at", nullable=False),
    words("error_message"),
    PrimaryKeyConstraint("day", "source_id", "task_type", "error_code"),
)

runs_hourly = Table(
    "runs_hourly",
    metadata,
    *_of_hour(),
    words("region", nullable=False),
    words("mode", nullable=False),
    words("status", nullable=False),
    number("runs", nullable=False),
    Column("seconds_sum", Double, nullable=False),
    Column("seconds_max", Double),
    number("inserted", nullable=False),
    number("updated", nullable=False),
    number("unchanged", nullable=False),
    number("rejected", nullable=False),
    number("late", nullable=False),
    number("lost", nullable=False),
    number("pages", nullable=False),
    number("requests", nullable=False),
    PrimaryKeyConstraint("hour_at", "source_id", "region", "mode", "status"),
    Index("ix_runs_hourly_day", "day"),
)
