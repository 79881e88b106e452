"""The rollups as tests look at them: what they hold, and what the tasks themselves come to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Look = Callable[..., list[dict[str, Any]]]
Rows = list[dict[str, Any]]

VIEWS = ("arrivals_daily", "arrivals_hourly", "completions_daily", "completions_hourly")
OF_TASKS = (*VIEWS, "slo_daily", "durations_daily", "failures_daily")
TABLES = (*OF_TASKS, "runs_hourly")

_ZONE = "(SELECT time_zone FROM sync.settings)"
_SECONDS = (
    "queue_seconds_p50",
    "queue_seconds_p95",
    "queue_seconds_max",
    "run_seconds_p50",
    "run_seconds_max",
)
_SHARES = {"p50": 0.5, "p95": 0.95, "max": 1}


def held(look: Look) -> dict[str, Rows]:
    """All rows of all rollups."""
    return {name: look(f"SELECT r.* FROM sync.{name} r ORDER BY r") for name in TABLES}


def forget(look: Look) -> None:
    """Empty the rollups, as if they had never been computed."""
    look(f"TRUNCATE {', '.join(f'sync.{name}' for name in TABLES)}")


def shown(look: Look, view: str) -> Rows:
    """What a view of the rollups says, as far as the tasks say it, too."""
    grain = [*_hours(view), "source_key", "day", "task_type", "status"]
    return look(
        f"SELECT {', '.join([*grain, 'tasks', *_SECONDS])} FROM reporting.{view} ORDER BY {', '.join(grain)}"
    )


def told(look: Look, view: str) -> Rows:
    """The same, asked of the tasks."""
    fact = view.partition("_")[0]
    name = {"arrivals": "created", "completions": "finished"}[fact]
    local = f"({name}_at AT TIME ZONE {_ZONE})"
    of_hours = {
        "hour_at": f"{name}_at - ({local} - date_trunc('hour', {local}))",
        "hour": f"extract(hour FROM {local})::bigint",
    }
    grain = {each: of_hours[each] for each in _hours(view)} | {
        "source_key": "source_key",
        "day": f"{name}_day",
        "task_type": "coalesce(nullif(task_type, ''), 'unknown')",
        "status": "status",
    }
    columns = [f"{expression} AS {each}" for each, expression in grain.items()]
    by = ", ".join(str(at + 1) for at in range(len(grain)))
    return look(
        f"SELECT {', '.join(columns)}, count(*) AS tasks, {', '.join(map(_percentile, _SECONDS))}"
        f" FROM reporting.tasks WHERE {name}_at IS NOT NULL GROUP BY {by} ORDER BY {by}"
    )


def failures_shown(look: Look) -> Rows:
    """What failed of what, as the rollup says."""
    return look(
        "SELECT source_key, day, task_type, error_code, tasks, last_created_at, error_message"
        " FROM reporting.failures_daily ORDER BY 1, 2, 3, 4"
    )


def failures_told(look: Look) -> Rows:
    """The same, asked of the tasks."""
    return look(
        "SELECT source_key, created_day AS day, coalesce(nullif(task_type, ''), 'unknown') AS task_type,"
        " coalesce(error_code, '') AS error_code, count(*) AS tasks, max(created_at) AS last_created_at,"
        " (array_agg(error_message ORDER BY created_at DESC, task_key DESC))[1] AS error_message"
        " FROM reporting.tasks WHERE status = 'failed' AND created_at IS NOT NULL"
        " GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
    )


def assert_durations(look: Look) -> None:
    """Each task that has ended is counted once where it belongs, no more than 5 % from what it took."""
    place = "source_key, {day} AS day, {task_type} AS task_type"
    of_tasks = place.format(day="finished_day", task_type="coalesce(nullif(task_type, ''), 'unknown')")
    took: dict[tuple[Any, ...], list[float]] = {}
    for row in look(f"SELECT {of_tasks}, queue_seconds, run_seconds FROM reporting.tasks"):
        for measure in ("queue", "run"):
            if row["day"] is not None and row[f"{measure}_seconds"] is not None:
                key = (row["source_key"], row["day"], row["task_type"], measure)
                took.setdefault(key, []).append(row[f"{measure}_seconds"])
    counted: dict[tuple[Any, ...], list[float]] = {}
    for row in look("SELECT * FROM reporting.durations_daily ORDER BY seconds"):
        key = (row["source_key"], row["day"], row["task_type"], row["measure"])
        counted.setdefault(key, []).extend([row["seconds"]] * row["tasks"])
    assert took.keys() == counted.keys()
    for key, seconds in took.items():
        assert counted[key] == pytest.approx(sorted(seconds), rel=0.05, abs=0), key


def _hours(view: str) -> list[str]:
    return ["hour_at", "hour"] if view.endswith("_hourly") else []


def _percentile(column: str) -> str:
    seconds, _, share = column.rpartition("_")
    return f"percentile_cont({_SHARES[share]}) WITHIN GROUP (ORDER BY {seconds}) AS {column}"
