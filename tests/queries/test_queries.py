"""Every query of docs/queries.md returns the expected rows, and every statement of docs/bi.md runs."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest

import syncer
from tests.queries.expected_results import EXPECTED
from tests.queries.fixture_rows import fill
from tests.queries.fixture_tasks import FIRST, LAST, ZONE
from tests.support.analyst_role import analyst_access
from tests.support.postgres_servers import Server

DOCS = Path(syncer.__file__).parent.parent / "docs"
PAGE = (DOCS / "queries.md").read_text("utf-8")
QUESTIONS = re.findall(r"^### (\d+)\. ([^\n]+\?)\n(?:(?!^###).)*?^```sql\n(.+?)^```$", PAGE, re.M | re.S)


@pytest.fixture(scope="module")
def connection(postgres: Server, template: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection as a BI role, to a database with known results."""
    name = f"test_{secrets.token_hex(6)}"
    url = postgres.create(name, template=template)
    fill(url)
    with (
        analyst_access(postgres, url, ZONE.key) as access,
        psycopg.connect(access.url, autocommit=True) as connection,
    ):
        yield connection
    postgres.drop(name)


def test_each_of_thirty_questions_has_a_result() -> None:
    assert [int(number) for number, *_ in QUESTIONS] == list(range(1, 31))
    assert len(EXPECTED) == 30 == PAGE.count("```sql")


@pytest.mark.parametrize(
    ("number", "statement"),
    [(int(number), statement) for number, _, statement in QUESTIONS],
    ids=[f"{number} {title}" for number, title, _ in QUESTIONS],
)
def test_query_returns_the_expected_rows(
    connection: psycopg.Connection[Any], number: int, statement: str
) -> None:
    rows = connection.execute(statement.encode()).fetchall()
    expected = EXPECTED[number - 1]()
    assert expected
    assert [tuple(map(plain, row)) for row in rows] == [tuple(map(approximate, row)) for row in expected]


def test_queries_read_only_the_views() -> None:
    for _, title, statement in QUESTIONS:
        assert re.findall(r"(?:FROM|JOIN) ([a-z_]+\.)", statement), title
        assert "sync." not in statement, title


@pytest.mark.parametrize("number", range(2))
def test_statements_of_the_bi_page_return_rows(connection: psycopg.Connection[Any], number: int) -> None:
    statement = re.findall(r"^```sql\n(.+?)^```$", (DOCS / "bi.md").read_text("utf-8"), re.M | re.S)[number]
    time_filter = f"c.started_at BETWEEN '{FIRST}' AND '{LAST}'"
    filled = statement.replace("$__timeFilter(c.started_at)", time_filter)
    assert connection.execute(filled.replace("current_date - 30", f"'{FIRST}'").encode()).fetchall()


def plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else value


def approximate(value: object) -> object:
    """Compare floats approximately: the last digits of a sum depend on the order of its terms."""
    return pytest.approx(value, rel=1e-9, abs=1e-9) if isinstance(value, float) else value
