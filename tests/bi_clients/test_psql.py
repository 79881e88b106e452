"""psql, as used by analysts."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime

import pytest

from tests.bi_clients import edge_case_rows
from tests.bi_clients.conftest import Schema

Psql = Callable[..., str]


def rows(psql: Psql, *arguments: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(psql("--csv", "--tuples-only", *arguments), newline="")))


def test_only_views_are_listed_with_their_comments(psql: Psql, schema: Schema) -> None:
    listed = rows(psql, "--command", r"\dtvmEsi+ reporting.*")
    assert {kind for _, _, kind, *_ in listed} == {"view"}
    assert {name: line[-1] for _, name, *line in listed} == schema.views


def test_columns_are_described_with_their_comments(psql: Psql, schema: Schema) -> None:
    for view in schema.views:
        output = psql("--command", rf"\d+ reporting.{view}")
        for (table, _), comment in schema.comments.items():
            assert table != view or comment in output


def test_values_arrive_intact(psql: Psql) -> None:
    columns = "task_id, name, error_message, progress_done, progress_total, run_seconds, is_open, created_day"
    [row] = rows(psql, "--command", f"SELECT {columns} FROM tasks WHERE task_id = '{edge_case_rows.FULL}'")
    assert row == [
        edge_case_rows.BIG_ID,
        edge_case_rows.NAME,
        edge_case_rows.ERROR,
        str(edge_case_rows.BIG_DONE),
        str(edge_case_rows.BIG_TOTAL),
        "60",
        "f",
        "2026-03-01",
    ]


def test_instants_are_shown_in_the_zone_of_the_role(psql: Psql) -> None:
    [[text]] = rows(
        psql, "--command", f"SELECT created_at FROM tasks WHERE task_id = '{edge_case_rows.FULL}'"
    )
    assert text == "2026-03-01 07:59:59.999999+08"
    assert datetime.fromisoformat(text) == edge_case_rows.CREATED_AT


def test_nulls_differ_from_empty_texts(psql: Psql) -> None:
    query = f"SELECT site, name FROM tasks WHERE task_id = '{edge_case_rows.BARE}'"
    assert rows(psql, "--pset", "null=(null)", "--command", query) == [["", "(null)"]]


@pytest.mark.parametrize("table", ["sync.tasks", "sync_history.task_versions_default"])
def test_internals_are_refused(psql: Psql, table: str) -> None:
    with pytest.raises(AssertionError, match="permission denied for schema"):
        psql("--command", f"SELECT * FROM {table}")
