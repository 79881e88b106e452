"""pandas over SQLAlchemy, as in notebooks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, inspect, text

from tests.bi_clients import edge_case_rows
from tests.bi_clients.conftest import Schema
from tests.support.analyst_role import AnalystAccess

TASKS = "SELECT * FROM reporting.tasks ORDER BY task_key"


@pytest.fixture(scope="module")
def pandas() -> Any:
    return pytest.importorskip("pandas", reason="needs pandas (extra `clients`)")


@pytest.fixture(scope="module")
def engine(access: AnalystAccess) -> Iterator[Engine]:
    engine = create_engine(access.url.replace("postgresql://", "postgresql+psycopg://"))
    yield engine
    engine.dispose()


def test_inspector_finds_the_views_and_their_comments(engine: Engine, schema: Schema) -> None:
    inspector = inspect(engine)
    assert sorted(inspector.get_view_names("reporting")) == sorted(schema.views)
    assert inspector.get_table_names("reporting") == inspector.get_materialized_view_names("reporting") == []
    for view, comment in schema.views.items():
        assert inspector.get_table_comment(view, "reporting")["text"] == comment
        comments = {
            (view, column["name"]): column["comment"] for column in inspector.get_columns(view, "reporting")
        }
        assert comments == {key: text for key, text in schema.comments.items() if key[0] == view}


def test_values_arrive_intact_in_nullable_types(pandas: Any, engine: Engine) -> None:
    frame = pandas.read_sql(text(TASKS), engine, dtype_backend="numpy_nullable")
    full = frame[frame["task_id"] == edge_case_rows.FULL].iloc[0]
    assert (full["name"], full["error_message"]) == (edge_case_rows.NAME, edge_case_rows.ERROR)
    assert (int(full["progress_done"]), int(full["progress_total"])) == (
        edge_case_rows.BIG_DONE,
        edge_case_rows.BIG_TOTAL,
    )
    assert (full["queue_seconds"], full["run_seconds"]) == (2.500002, 60.0)
    bare = frame[frame["task_id"] == edge_case_rows.BARE].iloc[0]
    assert set(bare.index[bare.isna()]) >= edge_case_rows.NULLS
    kinds = {
        name: str(frame[name].dtype) for name in ("task_key", "progress_done", "is_open", "queue_seconds")
    }
    assert kinds == {
        "task_key": "Int64",
        "progress_done": "Int64",
        "is_open": "boolean",
        "queue_seconds": "Float64",
    }


def test_default_types_turn_integers_with_nulls_into_floats(pandas: Any, engine: Engine) -> None:
    """Floats are not exact beyond 2^53, so docs/bi.md recommends nullable types. Ids are text."""
    frame = pandas.read_sql(text(TASKS), engine)
    full = frame[frame["task_id"] == edge_case_rows.FULL].iloc[0]
    assert str(frame["progress_done"].dtype) == "float64"
    assert int(full["progress_done"]) == edge_case_rows.BIG_DONE - 1
    assert full["task_id"] == edge_case_rows.BIG_ID


def test_instants_are_instants(pandas: Any, engine: Engine) -> None:
    query = text(TASKS.replace("ORDER", "WHERE created_at IS NOT NULL ORDER"))
    frame = pandas.read_sql(query, engine)
    row = frame.iloc[0]
    instants = [row[name].to_pydatetime() for name in ("created_at", "started_at", "finished_at")]
    assert instants == [edge_case_rows.CREATED_AT, edge_case_rows.STARTED_AT, edge_case_rows.FINISHED_AT]
    assert all(at.tzinfo is not None for at in instants)
    with engine.connect() as connection:
        assert connection.scalar(text("SHOW timezone")) == edge_case_rows.ZONE.key


def test_every_view_can_be_read(pandas: Any, engine: Engine, schema: Schema) -> None:
    for view in schema.views:
        frame = pandas.read_sql(text(f"SELECT * FROM reporting.{view} LIMIT 3"), engine)
        assert list(frame.columns) == [name for table, name in schema.types if table == view]
