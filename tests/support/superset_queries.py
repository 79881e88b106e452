"""What Superset would ask a database for the bundle's charts, as far as the bundle's kinds of chart go."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

BUNDLE = Path(__file__).parents[2] / "deploy" / "superset" / "bundle"

Part = dict[str, Any]


def parts(kind: str) -> dict[str, Part]:
    """The bundle's charts, datasets or dashboards, by the names of their files."""
    return {
        path.stem: yaml.safe_load(path.read_text("utf-8"))
        for path in sorted(BUNDLE.glob(f"{kind}/**/*.yaml"))
    }


def source_of(dataset: Part) -> str:
    """What stands after FROM."""
    return (
        f"({dataset['sql']}) AS query" if dataset["sql"] else f"{dataset['schema']}.{dataset['table_name']}"
    )


def query_of(chart: Part, dataset: Part) -> str:
    """The chart's question: its columns and metrics, its filters, its order."""
    params = chart["params"]
    columns = {column["column_name"]: column.get("expression") for column in dataset["columns"]}
    metrics = {metric["metric_name"]: metric["expression"] for metric in dataset["metrics"]}
    named = [*_columns(params)]
    shown = [columns[name] or name for name in named]
    asked = [metrics[name] for name in _metrics(params)]
    where = " AND ".join(["true", *(_condition(each, columns) for each in params["adhoc_filters"])])
    group = f" GROUP BY {', '.join(shown)}" if asked and shown else ""
    order = f" ORDER BY {', '.join(_orders(params, columns))}" if params.get("order_by_cols") else ""
    limit = params.get("row_limit", 10000)
    rows = f"SELECT {', '.join(shown + asked)} FROM {source_of(dataset)} WHERE {where}"
    return f"{rows}{group}{order} LIMIT {limit}"


def _columns(params: Part) -> Iterator[str]:
    for key in (
        "x_axis",
        "start_time",
        "end_time",
        "y_axis",
        "series",
        "groupby",
        "all_columns",
        "tooltip_columns",
    ):
        named = params.get(key) or []
        yield from [named] if isinstance(named, str) else named


def _metrics(params: Part) -> Iterator[str]:
    yield from params.get("metrics", [])
    for key in ("metric", "timeseries_limit_metric"):
        if key in params:
            yield params[key]


def _condition(each: Part, columns: dict[str, str | None]) -> str:
    if each["expressionType"] == "SQL":
        return f"({each['sqlExpression']})"
    subject = columns[each["subject"]] or each["subject"]
    if each["operator"] == "TEMPORAL_RANGE":
        days = re.search(r"Last (\d+) days|-(\d+), day", each["comparator"])
        if days is None:
            assert each["comparator"] == "No filter"
            return "true"
        return f"{subject} >= current_date - {days[1] or days[2]}"
    assert each["operator"] == "=="
    return f"{subject} = '{each['comparator']}'"


def _orders(params: Part, columns: dict[str, str | None]) -> Iterator[str]:
    for written in params["order_by_cols"]:
        name, is_ascending = yaml.safe_load(written)
        yield f"{columns[name] or name} {'ASC' if is_ascending else 'DESC'}"
