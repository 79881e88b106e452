"""The queries that Superset runs for the charts of the bundle, for the chart types in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

BUNDLE = Path(__file__).parents[2] / "deploy" / "superset" / "bundle"

Part = dict[str, Any]


def parts(kind: str) -> dict[str, Part]:
    """The charts, datasets or dashboards of the bundle, by file name."""
    return {
        path.stem: yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
        for path in sorted(BUNDLE.glob(f"{kind}/**/*.yaml"))
    }


def source_of(dataset: Part) -> str:
    """The FROM item of a dataset."""
    return (
        f"({dataset['sql']}) AS query" if dataset["sql"] else f"{dataset['schema']}.{dataset['table_name']}"
    )


def query_of(chart: Part, dataset: Part) -> str:
    """The query of a chart: its columns, metrics, filters and order."""
    params = chart["params"]
    columns = {column["column_name"]: column.get("expression") for column in dataset["columns"]}
    metrics = {metric["metric_name"]: metric["expression"] for metric in dataset["metrics"]}
    selected = [columns[name] or name for name in _columns(params)]
    aggregates = [metrics[name] for name in _metrics(params)]
    where = " AND ".join(["true", *(_condition(filter_, columns) for filter_ in params["adhoc_filters"])])
    group = f" GROUP BY {', '.join(selected)}" if aggregates and selected else ""
    order = f" ORDER BY {', '.join(_orders(params, columns))}" if params.get("order_by_cols") else ""
    limit = params.get("row_limit", 10000)
    rows = f"SELECT {', '.join(selected + aggregates)} FROM {source_of(dataset)} WHERE {where}"
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
        names = params.get(key) or []
        yield from [names] if isinstance(names, str) else names


def _metrics(params: Part) -> Iterator[str]:
    yield from params.get("metrics", [])
    for key in ("metric", "timeseries_limit_metric"):
        if key in params:
            yield params[key]


def _condition(filter_: Part, columns: dict[str, str | None]) -> str:
    if filter_["expressionType"] == "SQL":
        return f"({filter_['sqlExpression']})"
    subject = columns[filter_["subject"]] or filter_["subject"]
    if filter_["operator"] == "TEMPORAL_RANGE":
        days = re.search(r"Last (\d+) days|-(\d+), day", filter_["comparator"])
        if days is None:
            assert filter_["comparator"] == "No filter"
            return "true"
        return f"{subject} >= current_date - {days[1] or days[2]}"
    assert filter_["operator"] == "=="
    return f"{subject} = '{filter_['comparator']}'"


def _orders(params: Part, columns: dict[str, str | None]) -> Iterator[str]:
    for order in params["order_by_cols"]:
        name, is_ascending = yaml.safe_load(order)
        yield f"{columns[name] or name} {'ASC' if is_ascending else 'DESC'}"
