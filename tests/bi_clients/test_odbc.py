"""psqlODBC through pyodbc, as used by Excel, Power BI (one of its connectors) and Tableau's generic one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.bi_clients import edge_case_rows
from tests.bi_clients.conftest import Schema
from tests.support.analyst_role import AnalystAccess

Connect = Callable[..., Any]
#: By Postgres type: the ODBC type number, and the driver's type name.
TYPES = {
    "text": (-9, "text"),
    "bigint": (-5, "int8"),
    "boolean": (-7, "bool"),
    "double precision": (6, "float8"),
    "date": (91, "date"),
    "timestamp with time zone": (93, "timestamptz"),
}
#: The options that docs/bi.md recommends.
RECOMMENDED = "BoolsAsChar=0;TextAsLongVarchar=0;MaxVarcharSize=4000;UseDeclareFetch=1"
TASK = "SELECT * FROM reporting.tasks WHERE task_id = ?"


@pytest.fixture(scope="module")
def connect(access: AnalystAccess) -> Iterator[Connect]:
    """Opens connections with the given driver options."""
    pyodbc = pytest.importorskip(
        "pyodbc", reason="needs pyodbc (extra `clients`) and unixODBC", exc_type=ImportError
    )
    driver = next((name for name in pyodbc.drivers() if name.startswith("PostgreSQL Unicode")), None)
    if driver is None:
        pytest.skip("needs Debian's odbc-postgresql and unixodbc")
    parts = {
        "DRIVER": f"{{{driver}}}",
        "SERVER": access.host,
        "PORT": access.port,
        "DATABASE": access.database,
        "UID": access.user,
        "PWD": access.password,
    }
    address = ";".join(f"{name}={value}" for name, value in parts.items())
    with ExitStack() as stack:

        def open_connection(options: str = RECOMMENDED) -> Any:
            connection = pyodbc.connect(f"{address};{options}")
            stack.callback(connection.close)
            return connection

        yield open_connection


@pytest.fixture(scope="module")
def odbc(connect: Connect) -> Any:
    return connect()


def one(odbc: Any, query: str, *parameters: object) -> dict[str, Any]:
    cursor = odbc.execute(query, *parameters)
    [row] = cursor.fetchall()
    return dict(zip([column[0] for column in cursor.description], row, strict=True))


def test_only_views_are_listed(odbc: Any, schema: Schema) -> None:
    tables = [row for row in odbc.cursor().tables() if row.table_schem == "reporting"]
    assert {row.table_type for row in tables} == {"VIEW"}
    assert sorted(row.table_name for row in tables) == sorted(schema.views)


def test_columns_are_listed_with_their_types(odbc: Any, schema: Schema) -> None:
    columns = {
        (view, row.column_name): (row.data_type, row.type_name)
        for view in schema.views
        for row in odbc.cursor().columns(schema="reporting", table=view)
    }
    assert columns == {key: TYPES[kind] for key, kind in schema.types.items()}


def test_driver_returns_no_comments(odbc: Any) -> None:
    """So tools with this driver show no comments, and users need the data dictionary."""
    assert {row.remarks for row in odbc.cursor().tables(schema="reporting")} == {""}


def test_keys_and_indexes_can_be_listed(odbc: Any, schema: Schema) -> None:
    for view in schema.views:
        assert odbc.cursor().primaryKeys(view, schema="reporting").fetchall() == []
        assert odbc.cursor().statistics(view, schema="reporting").fetchall() == []


def test_values_arrive_intact(odbc: Any) -> None:
    row = one(odbc, TASK, edge_case_rows.FULL)
    assert row["task_id"] == edge_case_rows.BIG_ID
    assert (row["name"], row["error_message"]) == (edge_case_rows.NAME, edge_case_rows.ERROR)
    assert (row["progress_done"], row["progress_total"]) == (
        edge_case_rows.BIG_DONE,
        edge_case_rows.BIG_TOTAL,
    )
    assert (row["queue_seconds"], row["run_seconds"]) == (2.500002, 60.0)
    assert (row["is_open"], row["is_lost"]) == (False, False)


def test_names_are_valid_parameters(odbc: Any) -> None:
    assert (
        one(odbc, "SELECT task_id FROM reporting.tasks WHERE name = ?", edge_case_rows.NAME)["task_id"]
        == edge_case_rows.BIG_ID
    )


def test_instants_are_naive_in_the_zone_of_the_role(odbc: Any) -> None:
    assert one(odbc, "SELECT current_setting('timezone') AS zone")["zone"] == edge_case_rows.ZONE.key
    row = one(odbc, TASK, edge_case_rows.FULL)
    instants = [row[name] for name in ("created_at", "started_at", "finished_at")]
    assert [at.tzinfo for at in instants] == [None] * 3
    assert [at.replace(tzinfo=edge_case_rows.ZONE) for at in instants] == [
        edge_case_rows.CREATED_AT,
        edge_case_rows.STARTED_AT,
        edge_case_rows.FINISHED_AT,
    ]
    assert (row["created_day"].isoformat(), row["finished_day"].isoformat()) == ("2026-03-01", "2026-03-01")


def test_instants_are_passed_as_text_with_an_offset(odbc: Any) -> None:
    """A datetime parameter loses its offset, and is then taken in the role's time zone."""
    query = "SELECT count(*) AS tasks FROM reporting.tasks WHERE created_at = ?"
    assert one(odbc, query, edge_case_rows.CREATED_AT)["tasks"] == 0
    assert (
        one(odbc, query, edge_case_rows.CREATED_AT.astimezone(edge_case_rows.ZONE).replace(tzinfo=None))[
            "tasks"
        ]
        == 1
    )
    assert one(odbc, f"{query}::timestamptz", edge_case_rows.CREATED_AT.isoformat())["tasks"] == 1


def test_booleans_are_texts_by_default(connect: Connect) -> None:
    row = one(connect(""), TASK, edge_case_rows.FULL)
    assert (row["is_open"], row["is_lost"]) == ("0", "0")


def test_nulls_arrive_as_nulls(odbc: Any) -> None:
    row = one(odbc, TASK, edge_case_rows.BARE)
    assert {name for name, value in row.items() if value is None} >= edge_case_rows.NULLS


def test_every_view_can_be_read(odbc: Any, schema: Schema) -> None:
    for view in schema.views:
        cursor = odbc.execute(f"SELECT * FROM reporting.{view} LIMIT 3")
        names = [name for table, name in schema.types if table == view]
        assert [column[0] for column in cursor.description] == names
        assert len(cursor.fetchall()) <= 3


def test_tasks_as_of_takes_parameters(odbc: Any) -> None:
    query = "SELECT status FROM reporting.tasks_as_of(?::timestamptz) WHERE task_id = ?"
    assert one(odbc, query, "2026-03-01T12:00:30Z", edge_case_rows.FULL)["status"] == "waiting"
