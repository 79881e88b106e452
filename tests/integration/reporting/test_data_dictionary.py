"""docs/data-dictionary.md, the contract with analysts, is equal to the comments in the database."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from docs.tools.data_dictionary import SchemaComments, as_markdown, load_schema_comments, without_comment
from tests.integration.reporting.conftest import Look

PAGE = Path(__file__).parents[3] / "docs" / "data-dictionary.md"
PLAIN = {"text", "bigint", "boolean", "double precision", "date", "timestamp with time zone"}
KEYS = {"task_key": "bigint", "source_key": "bigint", "day": "date", "status": "text", "task_id": "text"}


@pytest.fixture
def schema(engine: Engine) -> SchemaComments:
    with engine.connect() as connection:
        return load_schema_comments(connection)


def test_page_equals_the_database_comments(schema: SchemaComments, pytestconfig: pytest.Config) -> None:
    generated = as_markdown(schema)
    if pytestconfig.getoption("--write-dictionary"):
        PAGE.write_text(generated, "utf-8")
    written = PAGE.read_text("utf-8")
    gone = set(written.splitlines()) - set(generated.splitlines())
    new = set(generated.splitlines()) - set(written.splitlines())
    assert (gone, new) == (set(), set()), "renamed, retyped or removed? else type `make dictionary`"
    assert written == generated


def test_every_comment_is_in_both_languages(schema: SchemaComments) -> None:
    assert without_comment(schema) == []


def test_columns_have_plain_types(schema: SchemaComments) -> None:
    assert {column.type for view in schema.views for column in view.columns} <= PLAIN


def test_columns_with_equal_names_have_equal_types(schema: SchemaComments) -> None:
    types: dict[str, set[str]] = {}
    for view in schema.views:
        for column in view.columns:
            types.setdefault(column.name, set()).add(column.type)
    # For a status: whether it states the outcome. For many tasks: the number of tasks with a known outcome.
    assert types.pop("outcome_known") == {"boolean", "bigint"}
    assert {name: several for name, several in types.items() if len(several) > 1} == {}
    assert {name: types[name] for name in KEYS} == {name: {type} for name, type in KEYS.items()}


def test_name_endings_match_the_types(schema: SchemaComments) -> None:
    ends = {
        "_at": "timestamp with time zone",
        "_day": "date",
        "_seconds": "double precision",
        "_key": "bigint",
        "_id": "text",
    }
    wrong = [
        f"{view.name}.{column.name}"
        for view in schema.views
        for column in view.columns
        for end, type in ends.items()
        if column.name.endswith(end) and column.type != type and column.name != "run_id"
    ]
    assert wrong == []


def test_fact_views_have_the_source_columns(schema: SchemaComments) -> None:
    dimensions = {"calendar", "statuses", "settings", "load_bound"}
    for view in schema.views:
        names = {column.name for column in view.columns}
        assert view.name in dimensions or {"source_key", "source"} <= names, view.name


def test_reporting_holds_only_views(look: Look) -> None:
    kinds = (
        "SELECT DISTINCT relkind::text AS kind FROM pg_class WHERE relnamespace = 'reporting'::regnamespace"
    )
    assert look(kinds) == [{"kind": "v"}]
