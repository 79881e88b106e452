"""The rows of the rollups, and the rows that the tasks themselves give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Look = Callable[..., list[dict[str, Any]]]
Rows = list[dict[str, Any]]

VIEWS = ("arrivals_daily", "arrivals_hourly", "completions_daily", "completions_hourly")
TASK_ROLLUPS = (*VIEWS, "slo_daily", "durations_daily", "failures_daily")
TABLES = (*TASK_ROLLUPS, "runs_hourly")

_ZONE = "(SELECT time_zone FROM sync.settings)"
_SECONDS = (
    "queue_seconds_p50",
    "queue_seconds_p95",
    "queue_seconds_max",
    "run_seconds_p50",
    "run_seconds_max",
)
_SHARES = {"p50": 0.5, "p95": 0.95, "max": 1}


def all_rows(look: Look) -> dict[str, Rows]:
    """All rows of all rollups."""
    return {name: look(f"SELECT r.* FROM sync.{name} r ORDER BY r") for name in TABLES}


def clear_rollups(look: Look) -> None:
    """Truncate the rollup tables."""
    look(f"TRUNCATE {', '.join(f'sync.{name}' for name in TABLES)}")


def rollup_rows(look: Look, view: str) -> Rows:
    """The rows of a rollup view, in the columns that `expected_rows` can compute."""
    grouping = [*_hours(view), "source_key", "day", "task_type", "status"]
    columns = ", ".join([*grouping, "tasks", *_SECONDS])
    return look(f"SELECT {columns} FROM reporting.{view} ORDER BY {', '.join(grouping)}")


def expected_rows(look: Look, view: str) -> Rows:
    """The same rows, computed from `reporting.tasks`."""
    fact = view.partition("_")[0]
    event = {"arrivals": "created", "completions": "finished"}[fact]
    local = f"({event}_at AT TIME ZONE {_ZONE})"
    hours = {
        "hour_at": f"{event}_at - ({local} - date_trunc('hour', {local}))",
        "hour": f"extract(hour FROM {local})::bigint",
    }
    grouping = {name: hours[name] for name in _hours(view)} | {
        "source_key": "source_key",
        "day": f"{event}_day",
        "task_type": "coalesce(nullif(task_type, ''), 'unknown')",
        "status": "status",
    }
    columns = [f"{expression} AS {name}" for name, expression in grouping.items()]
    by = ", ".join(str(at + 1) for at in range(len(grouping)))
    return look(
        f"SELECT {', '.join(columns)}, count(*) AS tasks, {', '.join(map(_percentile, _SECONDS))}"
        f" FROM reporting.tasks WHERE {event}_at IS NOT NULL GROUP BY {by} ORDER BY {by}"
    )


def failure_rows(look: Look) -> Rows:
    """The rows of `reporting.failures_daily`."""
    return look(
        "SELECT source_key, day, task_type, error_code, tasks, last_created_at, error_message"
        " FROM reporting.failures_daily ORDER BY 1, 2, 3, 4"
    )


def expected_failures(look: Look) -> Rows:
    """The same rows, computed from `reporting.tasks`."""
    return look(
        "SELECT source_key, created_day AS day, coalesce(nullif(task_type, ''), 'unknown') AS task_type,"
        " coalesce(error_code, '') AS error_code, count(*) AS tasks, max(created_at) AS last_created_at,"
        " (array_agg(error_message ORDER BY created_at DESC, task_key DESC))[1] AS error_message"
        " FROM reporting.tasks WHERE status = 'failed' AND created_at IS NOT NULL"
        " GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
    )


def assert_durations(look: Look) -> None:
    """Assert that `durations_daily` counts each ended task once, within 5 % of its duration."""
    key_columns = "source_key, {day} AS day, {task_type} AS task_type"
    task_columns = key_columns.format(
        day="finished_day", task_type="coalesce(nullif(task_type, ''), 'unknown')"
    )
    actual: dict[tuple[Any, ...], list[float]] = {}
    for row in look(f"SELECT {task_columns}, queue_seconds, run_seconds FROM reporting.tasks"):
        for measure in ("queue", "run"):
            if row["day"] is not None and row[f"{measure}_seconds"] is not None:
                key = (row["source_key"], row["day"], row["task_type"], measure)
                actual.setdefault(key, []).append(row[f"{measure}_seconds"])
    counted: dict[tuple[Any, ...], list[float]] = {}
    for row in look("SELECT * FROM reporting.durations_daily ORDER BY seconds"):
        key = (row["source_key"], row["day"], row["task_type"], row["measure"])
        counted.setdefault(key, []).extend([row["seconds"]] * row["tasks"])
    assert actual.keys() == counted.keys()
    for key, seconds in actual.items():
        assert counted[key] == pytest.approx(sorted(seconds), rel=0.05, abs=0), key


def _hours(view: str) -> list[str]:
    return ["hour_at", "hour"] if view.endswith("_hourly") else []


def _percentile(column: str) -> str:
    seconds, _, share = column.rpartition("_")
    return f"percentile_cont({_SHARES[share]}) WITHIN GROUP (ORDER BY {seconds}) AS {column}"
