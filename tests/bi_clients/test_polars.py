"""Polars with ADBC, which reads the binary format of Postgres directly into Arrow."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.bi_clients import edge_case_rows
from tests.bi_clients.conftest import Schema
from tests.support.analyst_role import AnalystAccess

#: By Postgres type.
TYPES = {
    "text": "String",
    "bigint": "Int64",
    "boolean": "Boolean",
    "double precision": "Float64",
    "date": "Date",
    "timestamp with time zone": "Datetime(time_unit='us', time_zone='UTC')",
}


@pytest.fixture(scope="module")
def polars() -> Any:
    pytest.importorskip("adbc_driver_postgresql", reason="needs adbc-driver-postgresql (extra `clients`)")
    return pytest.importorskip("polars", reason="needs polars (extra `clients`)")


def read(polars: Any, access: AnalystAccess, query: str) -> Any:
    return polars.read_database_uri(query, access.url, engine="adbc")


def test_every_view_arrives_in_its_types(polars: Any, access: AnalystAccess, schema: Schema) -> None:
    for view in schema.views:
        frame = read(polars, access, f"SELECT * FROM reporting.{view} LIMIT 3")
        types = {(view, name): str(kind) for name, kind in frame.schema.items()}
        assert types == {key: TYPES[kind] for key, kind in schema.types.items() if key[0] == view}


def test_values_arrive_intact(polars: Any, access: AnalystAccess) -> None:
    frame = read(polars, access, "SELECT * FROM reporting.tasks")
    full = frame.row(by_predicate=polars.col("task_id") == edge_case_rows.FULL, named=True)
    assert (full["name"], full["error_message"]) == (edge_case_rows.NAME, edge_case_rows.ERROR)
    assert (full["progress_done"], full["progress_total"]) == (
        edge_case_rows.BIG_DONE,
        edge_case_rows.BIG_TOTAL,
    )
    assert (full["queue_seconds"], full["run_seconds"], full["is_open"]) == (2.500002, 60.0, False)
    assert (full["created_day"], full["finished_day"]) == (date(2026, 3, 1), date(2026, 3, 1))
    instants = [full[name] for name in ("created_at", "started_at", "finished_at")]
    assert instants == [edge_case_rows.CREATED_AT, edge_case_rows.STARTED_AT, edge_case_rows.FINISHED_AT]


def test_nulls_arrive_as_nulls(polars: Any, access: AnalystAccess) -> None:
    frame = read(polars, access, "SELECT * FROM reporting.tasks")
    bare = frame.row(by_predicate=polars.col("task_id") == edge_case_rows.BARE, named=True)
    assert {name for name, value in bare.items() if value is None} >= edge_case_rows.NULLS


def test_only_views_are_listed_with_their_columns_comments(
    polars: Any, access: AnalystAccess, schema: Schema
) -> None:
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(access.url) as connection:
        catalogs = connection.adbc_get_objects(depth="columns", db_schema_filter="reporting").read_all()
    schemas = [item for catalog in catalogs.to_pylist() for item in catalog["catalog_db_schemas"] or ()]
    tables = [table for item in schemas for table in item["db_schema_tables"] or ()]
    assert {table["table_type"] for table in tables} == {"view"}
    assert sorted(table["table_name"] for table in tables) == sorted(schema.views)
    comments = {
        (table["table_name"], column["column_name"]): column["remarks"]
        for table in tables
        for column in table["table_columns"]
    }
    assert comments == schema.comments
