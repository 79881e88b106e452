"""The contract with analysts: docs/data-dictionary.md says what `reporting` holds, to the letter."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from syncer.reporting.data_dictionary import SchemaComments, as_markdown, without_comment
from syncer.storage.read.schema_comments import load_schema_comments
from tests.integration.reporting.conftest import Look

PAGE = Path(__file__).parents[3] / "docs" / "data-dictionary.md"
PLAIN = {"text", "bigint", "boolean", "double precision", "date", "timestamp with time zone"}
KEYS = {"task_key": "bigint", "source_key": "bigint", "day": "date", "status": "text", "task_id": "text"}


@pytest.fixture
def catalogue(engine: Engine) -> SchemaComments:
    return load_schema_comments(engine)


def test_page_is_what_the_database_says(catalogue: SchemaComments, pytestconfig: pytest.Config) -> None:
    said = as_markdown(catalogue)
    if pytestconfig.getoption("--write-dictionary"):
        PAGE.write_text(said, "utf-8")
    written = PAGE.read_text("utf-8")
    gone = set(written.splitlines()) - set(said.splitlines())
    new = set(said.splitlines()) - set(written.splitlines())
    assert (gone, new) == (set(), set()), "renamed, retyped or removed? else type `make dictionary`"
    assert written == said


def test_everything_is_told_in_both_languages(catalogue: SchemaComments) -> None:
    assert without_comment(catalogue) == []


def test_columns_have_plain_types(catalogue: SchemaComments) -> None:
    assert {column.type for view in catalogue.views for column in view.columns} <= PLAIN


def test_columns_of_one_name_are_of_one_type(catalogue: SchemaComments) -> None:
    types: dict[str, set[str]] = {}
    for view in catalogue.views:
        for column in view.columns:
            types.setdefault(column.name, set()).add(column.type)
    # Of a status, whether it tells the outcome; of many tasks, how many tell it.
    assert types.pop("outcome_known") == {"boolean", "bigint"}
    assert {name: found for name, found in types.items() if len(found) > 1} == {}
    assert {name: types[name] for name in KEYS} == {name: {type} for name, type in KEYS.items()}


def test_names_tell_the_type(catalogue: SchemaComments) -> None:
    ends = {
        "_at": "timestamp with time zone",
        "_day": "date",
        "_seconds": "double precision",
        "_key": "bigint",
        "_id": "text",
    }
    odd = [
        f"{view.name}.{column.name}"
        for view in catalogue.views
        for column in view.columns
        for end, type in ends.items()
        if column.name.endswith(end) and column.type != type and column.name != "run_id"
    ]
    assert odd == []


def test_facts_name_their_source(catalogue: SchemaComments) -> None:
    dimensions = {"calendar", "statuses", "settings"}
    for view in catalogue.views:
        names = {column.name for column in view.columns}
        assert view.name in dimensions or {"source_key", "source"} <= names, view.name


def test_reporting_holds_views_alone(look: Look) -> None:
    kinds = (
        "SELECT DISTINCT relkind::text AS kind FROM pg_class WHERE relnamespace = 'reporting'::regnamespace"
    )
    assert look(kinds) == [{"kind": "v"}]
