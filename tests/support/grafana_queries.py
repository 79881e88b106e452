"""Grafana's changes to a query before it is sent to Postgres: variables and macros.

From the documentation of its PostgreSQL data source (query editor: macros, time series queries; template
variables; annotations): https://grafana.com/docs/grafana/latest/datasources/postgres/. Where that
shows MySQL or says nothing, from the code in https://github.com/grafana/grafana: `macros.go` and
`sqleng/sql_engine.go` of the Postgres data source, and `SqlDatasource.ts` of `packages/grafana-sql`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "deploy" / "grafana"
DASHBOARDS = {path.stem: json.loads(path.read_text("utf-8")) for path in FOLDER.glob("dashboards/*.json")}

#: The arguments of a macro end at the first parenthesis, so they cannot contain any.
_MACRO = re.compile(r"\$([_a-zA-Z0-9]+)\(([^)]*)\)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


@dataclass(frozen=True, slots=True, kw_only=True)
class GrafanaQuery:
    """A query of a dashboard: a panel's, an annotation's or a variable's."""

    dashboard: str
    name: str
    kind: str
    sql: str
    #: `time_series` or `table`.
    form: str
    panel: Mapping[str, Any] | None = None

    def __str__(self) -> str:
        return f"{self.dashboard}: {self.name}"


def queries() -> Iterator[GrafanaQuery]:
    """All queries of the dashboards."""
    for name, board in sorted(DASHBOARDS.items()):
        for panel in board["panels"]:
            for target in panel["targets"]:
                form, sql = target["format"], target["rawSql"]
                yield GrafanaQuery(
                    dashboard=name, name=panel["title"], kind=panel["type"], sql=sql, form=form, panel=panel
                )
        for annotation in board["annotations"]["list"]:
            form, sql = annotation["target"]["format"], annotation["target"]["rawSql"]
            yield GrafanaQuery(dashboard=name, name=annotation["name"], kind="annotation", sql=sql, form=form)
        for variable in board["templating"]["list"]:
            if variable["type"] == "query":
                sql = variable["query"]
                yield GrafanaQuery(
                    dashboard=name, name=variable["name"], kind="variable", sql=sql, form="table"
                )


@dataclass(frozen=True, slots=True)
class TimeRange:
    """The time range of a dashboard."""

    begins_at: datetime
    ends_at: datetime


def constants(board: str) -> dict[str, str]:
    """The constant variables of a dashboard, by name."""
    variables = DASHBOARDS[board]["templating"]["list"]
    return {variable["name"]: variable["query"] for variable in variables if variable["type"] == "constant"}


def interpolate(
    sql: str, time_range: TimeRange, *, interval: str, values: Mapping[str, str | Sequence[str]]
) -> str:
    """`sql` as Grafana sends it to Postgres. Raises ValueError where Grafana shows an error."""
    for name, value in values.items():
        sql = re.sub(rf"\$(?:{name}\b|\{{{name}\}})", lambda _, value=value: _quoted(value), sql)  # type: ignore[misc]
    sql = sql.replace("$__interval_ms", str(1000 * _seconds(interval))).replace("$__interval", interval)

    def fill(match: re.Match[str]) -> str:
        arguments = [part.strip(" ") for part in match[2].split(",")]
        name = match[1]
        if name == "__timeGroup" and sql[match.end() : match.end() + 1] == ",":
            name = "__timeGroupAlias"
        return _macro(name, arguments, time_range)

    return _MACRO.sub(fill, sql)


def _quoted(value: str | Sequence[str]) -> str:
    """Values of a multi-value variable are quoted; a single value is not, but its quotes are doubled."""
    if isinstance(value, str):
        return value.replace("'", "''")
    return ",".join("'" + item.replace("'", "''") + "'" for item in value)


def _macro(name: str, arguments: Sequence[str], time_range: TimeRange) -> str:
    first, last = _instant(time_range.begins_at), _instant(time_range.ends_at)
    match name:
        case "__time":
            return f'{arguments[0]} AS "time"'
        case "__timeFilter":
            return f"{arguments[0]} BETWEEN {first} AND {last}"
        case "__timeFrom":
            return first
        case "__timeTo":
            return last
        case "__timeGroup":
            column, interval = arguments
            seconds = _seconds(interval.strip("'"))
            return f"floor(extract(epoch from {column})/{seconds})*{seconds}"
        case "__timeGroupAlias":
            return f'{_macro("__timeGroup", arguments, time_range)} AS "time"'
        case _:
            raise ValueError(f"unknown macro {name!r}")


def _instant(at: datetime) -> str:
    return f"'{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}'"


def _seconds(interval: str) -> int:
    return int(interval[:-1]) * _SECONDS[interval[-1]]
