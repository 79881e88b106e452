"""The JDBC driver of Debian, as used by Metabase, Tableau, DBeaver, FineBI and Quick BI."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests.bi_clients import edge_case_rows
from tests.bi_clients.conftest import Schema

Java = Callable[..., str]
#: By Postgres type: the driver's type name, the number in java.sql.Types, the class of the values.
TYPES = {
    "text": ("text", "12", "java.lang.String"),
    "bigint": ("int8", "-5", "java.lang.Long"),
    "boolean": ("bool", "-7", "java.lang.Boolean"),
    "double precision": ("float8", "8", "java.lang.Double"),
    "date": ("date", "91", "java.sql.Date"),
    "timestamp with time zone": ("timestamptz", "93", "java.sql.Timestamp"),
}
TASK = "SELECT * FROM reporting.tasks WHERE task_id = ?"
#: Binary transfer from the first query; a connection pool switches to it after some queries.
BINARY = "?prepareThreshold=-1"
TEXT = "?prepareThreshold=0&binaryTransfer=false"


def lines(text: str) -> list[list[str]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def crawled(java: Java) -> list[list[str]]:
    return lines(java("crawl", "reporting"))


def listed(crawled: list[list[str]], kind: str) -> list[list[str]]:
    return [rest for first, *rest in crawled if first == kind]


def one_row(
    java: Java, query: str, *parameters: str, **options: str
) -> dict[str, tuple[str, str, str | None]]:
    """Type, class and value of each column in the single row of `query`."""
    return {
        name: (kind, java_class, value)
        for name, kind, java_class, value in lines(java("query", query, *parameters, **options))
    }


def test_only_views_are_listed_with_their_comments(crawled: list[list[str]], schema: Schema) -> None:
    tables = listed(crawled, "table")
    assert {kind for _, kind, _ in tables} == {"VIEW"}
    assert {name: remarks for name, _, remarks in tables} == schema.views


def test_columns_are_listed_with_types_and_comments(crawled: list[list[str]], schema: Schema) -> None:
    columns = {(view, name): rest for view, name, *rest in listed(crawled, "column")}
    assert {key: rest[2] for key, rest in columns.items()} == schema.comments
    expected = {key: list(TYPES[kind][:2]) for key, kind in schema.types.items()}
    assert {key: rest[:2] for key, rest in columns.items()} == expected


def test_keys_and_indexes_can_be_listed(crawled: list[list[str]]) -> None:
    """Views have none, but an error would stop the schema sync of a tool."""
    assert not [line for kind in ("key", "foreign key", "index") for line in listed(crawled, kind)]


def test_schema_reporting_is_listed(crawled: list[list[str]]) -> None:
    assert ["reporting"] in listed(crawled, "schema")


@pytest.mark.parametrize("parameters", [TEXT, BINARY], ids=["text", "binary"])
def test_values_arrive_intact(java: Java, schema: Schema, parameters: str) -> None:
    row = one_row(java, TASK, edge_case_rows.FULL, parameters=parameters)
    types = {name: schema.types["tasks", name] for name in row}
    assert {name: (kind, java_class) for name, (kind, java_class, _) in row.items()} == {
        name: (TYPES[kind][0], TYPES[kind][2]) for name, kind in types.items()
    }
    values: dict[str, Any] = {name: value for name, (_, _, value) in row.items()}
    assert values["task_id"] == edge_case_rows.BIG_ID
    assert (values["name"], values["error_message"]) == (edge_case_rows.NAME, edge_case_rows.ERROR)
    assert (values["progress_done"], values["progress_total"]) == (
        str(edge_case_rows.BIG_DONE),
        str(edge_case_rows.BIG_TOTAL),
    )
    assert (values["queue_seconds"], values["run_seconds"]) == ("2.500002", "60.0")
    assert values["is_open"] == "false"


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York"])
@pytest.mark.parametrize("parameters", [TEXT, BINARY], ids=["text", "binary"])
def test_instants_are_the_same_in_every_zone(java: Java, zone: str, parameters: str) -> None:
    row = one_row(java, TASK, edge_case_rows.FULL, zone=zone, parameters=parameters)
    instants = [row[name][2] for name in ("created_at", "started_at", "finished_at")]
    assert [datetime.fromisoformat(str(text)) for text in instants] == [
        edge_case_rows.CREATED_AT,
        edge_case_rows.STARTED_AT,
        edge_case_rows.FINISHED_AT,
    ]
    assert row["created_day"][2] == "2026-03-01"


@pytest.mark.parametrize(
    "parameters", ["", "?options=-c%20timezone=Asia/Shanghai"], ids=["default", "set in the URL"]
)
def test_session_has_the_time_zone_of_the_client_machine(java: Java, parameters: str) -> None:
    """So `created_at::date` is a day of that machine. The day columns do not depend on it."""
    query = (
        "SELECT current_setting('timezone') AS zone, min(created_at)::date AS cut, min(created_day) AS day"
    )
    row = one_row(java, f"{query} FROM reporting.tasks", zone="America/New_York", parameters=parameters)
    values = [row[name][2] for name in ("zone", "cut", "day")]
    assert values == ["America/New_York", "2026-02-28", "2026-03-01"]


def test_nulls_arrive_as_nulls(java: Java) -> None:
    row = one_row(java, TASK, edge_case_rows.BARE)
    assert {name for name, (_, _, value) in row.items() if value is None} >= edge_case_rows.NULLS


def test_every_view_can_be_read(java: Java, schema: Schema) -> None:
    query = " UNION ALL ".join(
        f"(SELECT '{view}' AS view, count(*) AS rows FROM reporting.{view})" for view in schema.views
    )
    rows = lines(java("query", query))
    assert [value for name, _, _, value in rows if name == "view"] == list(schema.views)


def test_tasks_as_of_takes_parameters(java: Java, crawled: list[list[str]]) -> None:
    if ["tasks_as_of"] not in [line[:1] for line in listed(crawled, "function")]:
        pytest.fail("the function tasks_as_of is not listed")
    query = "SELECT status FROM reporting.tasks_as_of(?::timestamptz) WHERE task_id = ?"
    row = one_row(java, query, "2026-03-01T12:00:30Z", edge_case_rows.FULL)
    assert row["status"][2] == "waiting"
