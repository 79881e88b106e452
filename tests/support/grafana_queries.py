"""What Grafana does to a query before Postgres sees it, and to the answer before a panel does.

After the documentation of its PostgreSQL data source (query editor: macros, time series queries; template
variables; annotations): https://grafana.com/docs/grafana/latest/datasources/postgres/. Where that shows
MySQL's or is silent, after what the plugin does, in https://github.com/grafana/grafana: `macros.go` and
`sqleng/sql_engine.go` of its Postgres data source, and `SqlDatasource.ts` of `packages/grafana-sql`.
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

#: A macro's arguments end at the first parenthesis: none can be nested.
_MACRO = re.compile(r"\$([_a-zA-Z0-9]+)\(([^)]*)\)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
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


def queries() -> Iterator[Asked]:
    """Everything that the dashboards ask."""
    for name, board in sorted(DASHBOARDS.items()):
        for panel in board["panels"]:
            for target in panel["targets"]:
                form, sql = target["format"], target["rawSql"]
                yield Asked(
                    dashboard=name, name=panel["title"], kind=panel["type"], sql=sql, form=form, panel=panel
                )
        for each in board["annotations"]["list"]:
            form, sql = each["target"]["format"], each["target"]["rawSql"]
            yield Asked(dashboard=name, name=each["name"], kind="annotation", sql=sql, form=form)
        for each in board["templating"]["list"]:
            if each["type"] == "query":
                sql = each["query"]
                yield Asked(dashboard=name, name=each["name"], kind="variable", sql=sql, form="table")


@dataclass(frozen=True, slots=True)
class Range:
    """The time shown."""

    begins_at: datetime
    ends_at: datetime


def constants(board: str) -> dict[str, str]:
    """The values that a dashboard brings with it."""
    variables = DASHBOARDS[board]["templating"]["list"]
    return {each["name"]: each["query"] for each in variables if each["type"] == "constant"}


def filled(sql: str, shown: Range, *, interval: str, values: Mapping[str, str | Sequence[str]]) -> str:
    """`sql` as Postgres sees it. Raises ValueError where Grafana would show an error instead."""
    for name, value in values.items():
        sql = re.sub(rf"\$(?:{name}\b|\{{{name}\}})", lambda _, value=value: _written(value), sql)  # type: ignore[misc]
    sql = sql.replace("$__interval_ms", str(1000 * _seconds(interval))).replace("$__interval", interval)

    def fill(match: re.Match[str]) -> str:
        arguments = [part.strip(" ") for part in match[2].split(",")]
        name = match[1]
        if name == "__timeGroup" and sql[match.end() : match.end() + 1] == ",":
            name = "__timeGroupAlias"
        return _macro(name, arguments, shown)

    return _MACRO.sub(fill, sql)


def _written(value: str | Sequence[str]) -> str:
    """Values that can be several are quoted; a single one is not, but its quotes are doubled."""
    if isinstance(value, str):
        return value.replace("'", "''")
    return ",".join("'" + each.replace("'", "''") + "'" for each in value)


def _macro(name: str, arguments: Sequence[str], shown: Range) -> str:
    first, last = _instant(shown.begins_at), _instant(shown.ends_at)
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
            return f'{_macro("__timeGroup", arguments, shown)} AS "time"'
        case _:
            raise ValueError(f"unknown macro {name!r}")


def _instant(at: datetime) -> str:
    return f"'{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}'"


def _seconds(interval: str) -> int:
    return int(interval[:-1]) * _SECONDS[interval[-1]]
