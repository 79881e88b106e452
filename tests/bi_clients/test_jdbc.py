"""The JDBC driver of Debian: how Metabase, Tableau, DBeaver, FineBI and Quick BI look around and ask."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests.bi_clients import edge_case_rows
from tests.bi_clients.conftest import Catalogue

Java = Callable[..., str]
#: By the names in our catalogue: the driver's name, its number in java.sql.Types, the class of the values.
TYPES = {
    "text": ("text", "12", "java.lang.String"),
    "bigint": ("int8", "-5", "java.lang.Long"),
    "boolean": ("bool", "-7", "java.lang.Boolean"),
    "double precision": ("float8", "8", "java.lang.Double"),
    "date": ("date", "91", "java.sql.Date"),
    "timestamp with time zone": ("timestamptz", "93", "java.sql.Timestamp"),
}
TASK = "SELECT * FROM reporting.tasks WHERE task_id = ?"
#: Values in binary from the first query on, which a pool of connections reaches after some queries.
BINARY = "?prepareThreshold=-1"
TEXT = "?prepareThreshold=0&binaryTransfer=false"


def lines(text: str) -> list[list[str]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def crawled(java: Java) -> list[list[str]]:
    return lines(java("crawl", "reporting"))


def found(crawled: list[list[str]], kind: str) -> list[list[str]]:
    return [rest for first, *rest in crawled if first == kind]


def answer(java: Java, query: str, *parameters: str, **how: str) -> dict[str, tuple[str, str, str | None]]:
    """By column: type, class, value of the one row that `query` finds."""
    return {
        name: (kind, java_class, value)
        for name, kind, java_class, value in lines(java("query", query, *parameters, **how))
    }


def test_only_views_are_listed_with_their_comments(crawled: list[list[str]], catalogue: Catalogue) -> None:
    tables = found(crawled, "table")
    assert {kind for _, kind, _ in tables} == {"VIEW"}
    assert {name: remarks for name, _, remarks in tables} == catalogue.views


def test_columns_are_listed_with_types_and_comments(crawled: list[list[str]], catalogue: Catalogue) -> None:
    columns = {(view, name): rest for view, name, *rest in found(crawled, "column")}
    assert {key: rest[2] for key, rest in columns.items()} == catalogue.comments
    expected = {key: list(TYPES[kind][:2]) for key, kind in catalogue.types.items()}
    assert {key: rest[:2] for key, rest in columns.items()} == expected


def test_keys_and_indexes_can_be_asked_for(crawled: list[list[str]]) -> None:
    """Views have none; that asking for them fails would stop a tool's crawl."""
    assert not [line for kind in ("key", "foreign key", "index") for line in found(crawled, kind)]


def test_schema_of_the_analysts_is_there(crawled: list[list[str]]) -> None:
    assert ["reporting"] in found(crawled, "schema")


@pytest.mark.parametrize("parameters", [TEXT, BINARY], ids=["text", "binary"])
def test_values_arrive_intact(java: Java, catalogue: Catalogue, parameters: str) -> None:
    row = answer(java, TASK, edge_case_rows.FULL, parameters=parameters)
    types = {name: catalogue.types["tasks", name] for name in row}
    assert {name: told_[:2] for name, told_ in row.items()} == {
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
    row = answer(java, TASK, edge_case_rows.FULL, zone=zone, parameters=parameters)
    found = [row[name][2] for name in ("created_at", "started_at", "finished_at")]
    assert [datetime.fromisoformat(str(text)) for text in found] == [
        edge_case_rows.CREATED_AT,
        edge_case_rows.STARTED_AT,
        edge_case_rows.FINISHED_AT,
    ]
    assert row["created_day"][2] == "2026-03-01"


@pytest.mark.parametrize(
    "parameters", ["", "?options=-c%20timezone=Asia/Shanghai"], ids=["plain", "asked for"]
)
def test_session_has_the_zone_of_the_machine_not_of_the_role(java: Java, parameters: str) -> None:
    """Whoever cuts days by `created_at::date` gets those of the machine. The day columns stay as they are."""
    query = (
        "SELECT current_setting('timezone') AS zone, min(created_at)::date AS cut, min(created_day) AS day"
    )
    row = answer(java, f"{query} FROM reporting.tasks", zone="America/New_York", parameters=parameters)
    found = [row[name][2] for name in ("zone", "cut", "day")]
    assert found == ["America/New_York", "2026-02-28", "2026-03-01"]


def test_nulls_arrive_as_nulls(java: Java) -> None:
    row = answer(java, TASK, edge_case_rows.BARE)
    assert {name for name, (_, _, value) in row.items() if value is None} >= edge_case_rows.NULLS


def test_every_view_can_be_read(java: Java, catalogue: Catalogue) -> None:
    query = " UNION ALL ".join(
        f"(SELECT '{view}' AS view, count(*) AS rows FROM reporting.{view})" for view in catalogue.views
    )
    rows = lines(java("query", query))
    assert [value for name, _, _, value in rows if name == "view"] == list(catalogue.views)


def test_past_can_be_asked_for_by_parameter(java: Java, crawled: list[list[str]]) -> None:
    if ["tasks_as_of"] not in [line[:1] for line in found(crawled, "function")]:
        pytest.fail("the function tasks_as_of is not listed")
    query = "SELECT status FROM reporting.tasks_as_of(?::timestamptz) WHERE task_id = ?"
    row = answer(java, query, "2026-03-01T12:00:30Z", edge_case_rows.FULL)
    assert row["status"][2] == "waiting"
