"""Tasks and runs counted by day and by hour, and the queue of hours to count again, filled by triggers."""

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

from syncer.storage.tables.metadata import (
    bigint_column,
    identity_column,
    instant_column,
    metadata,
    text_column,
)

#: Writers of tasks only append. Several may append the same hour; none of them waits for another.
dirty_hours = Table(
    "dirty_hours",
    metadata,
    identity_column("dirty_hour_id", primary_key=True),
    bigint_column("stream_id", nullable=False),
    text_column("fact", nullable=False),
    instant_column("hour_at", nullable=False),
    CheckConstraint("fact IN ('arrivals', 'completions', 'runs')", name="fact"),
)


def _day_key() -> Iterator[Column[Any]]:
    yield bigint_column("source_id", nullable=False)
    yield Column("day", Date, nullable=False)


def _hour_key() -> Iterator[Column[Any]]:
    yield from _day_key()
    yield instant_column("hour_at", nullable=False)
    yield Column("hour", Integer, nullable=False)


def _duration_columns(name: str) -> Iterator[Column[Any]]:
    """Number of known durations, their sum, and their p50, p90, p95, p99 and maximum."""
    yield bigint_column(f"{name}_known", nullable=False)
    yield Column(f"{name}_seconds_sum", Double, nullable=False)
    yield Column(f"{name}_seconds", ARRAY(Double))


def _count_columns() -> Iterator[Column[Any]]:
    yield text_column("task_type", nullable=False)
    yield text_column("status", nullable=False)
    yield bigint_column("tasks", nullable=False)
    yield bigint_column("lost", nullable=False)
    yield from _duration_columns("queue")
    yield from _duration_columns("run")


def _daily(name: str) -> Table:
    return Table(
        name,
        metadata,
        *_day_key(),
        *_count_columns(),
        PrimaryKeyConstraint("day", "source_id", "task_type", "status"),
    )


def _hourly(name: str) -> Table:
    return Table(
        name,
        metadata,
        *_hour_key(),
        *_count_columns(),
        PrimaryKeyConstraint("hour_at", "source_id", "task_type", "status"),
        Index(f"ix_{name}_day", "day"),
    )


arrivals_daily, arrivals_hourly = _daily("arrivals_daily"), _hourly("arrivals_hourly")
completions_daily, completions_hourly = _daily("completions_daily"), _hourly("completions_hourly")

slo_daily = Table(
    "slo_daily",
    metadata,
    *_day_key(),
    bigint_column("tasks", nullable=False),
    bigint_column("succeeded", nullable=False),
    bigint_column("failed", nullable=False),
    bigint_column("cancelled", nullable=False),
    bigint_column("queue_known", nullable=False),
    bigint_column("queue_within_target", nullable=False),
    Column("queue_seconds", ARRAY(Double)),
    bigint_column("run_known", nullable=False),
    bigint_column("run_within_target", nullable=False),
    Column("run_seconds", ARRAY(Double)),
    PrimaryKeyConstraint("day", "source_id"),
)

#: Durations of tasks: bucket n holds durations from 1.1^n seconds to 1.1^(n + 1).
durations_daily = Table(
    "durations_daily",
    metadata,
    *_day_key(),
    text_column("task_type", nullable=False),
    text_column("measure", nullable=False),
    Column("bucket", Integer, nullable=False),
    bigint_column("tasks", nullable=False),
    PrimaryKeyConstraint("day", "source_id", "task_type", "measure", "bucket"),
)

failures_daily = Table(
    "failures_daily",
    metadata,
    *_day_key(),
    text_column("task_type", nullable=False),
    text_column("error_code", nullable=False),
    bigint_column("tasks", nullable=False),
    instant_column("last_created_at", nullable=False),
    text_column("error_message"),
    PrimaryKeyConstraint("day", "source_id", "task_type", "error_code"),
)

runs_hourly = Table(
    "runs_hourly",
    metadata,
    *_hour_key(),
    text_column("region", nullable=False),
    text_column("mode", nullable=False),
    text_column("status", nullable=False),
    bigint_column("runs", nullable=False),
    Column("seconds_sum", Double, nullable=False),
    Column("seconds_max", Double),
    bigint_column("inserted", nullable=False),
    bigint_column("updated", nullable=False),
    bigint_column("unchanged", nullable=False),
    bigint_column("rejected", nullable=False),
    bigint_column("late", nullable=False),
    bigint_column("lost", nullable=False),
    bigint_column("pages", nullable=False),
    bigint_column("requests", nullable=False),
    PrimaryKeyConstraint("hour_at", "source_id", "region", "mode", "status"),
    Index("ix_runs_hourly_day", "day"),
)
