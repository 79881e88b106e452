"""The rollups as tests look at them: what they hold, and what the tasks themselves come to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Look = Callable[..., list[dict[str, Any]]]
Rows = list[dict[str, Any]]

TABLES = ("arrivals_daily", "arrivals_hourly", "completions_daily", "completions_hourly", "slo_daily")
VIEWS = TABLES[:4]

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


def _hours(view: str) -> list[str]:
    return ["hour_at", "hour"] if view.endswith("_hourly") else []


def _percentile(column: str) -> str:
    seconds, _, share = column.rpartition("_")
    return f"percentile_cont({_SHARES[share]}) WITHIN GROUP (ORDER BY {seconds}) AS {column}"
