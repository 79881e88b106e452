"""Statements on a database, each on a connection of its own, and the check of its schema."""

from __future__ import annotations

from typing import LiteralString

import psycopg

from syncer.storage import check_schema, make_engine


def query(url: str, text: LiteralString) -> list[tuple[object, ...]]:
    """The rows of the query `text`."""
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(text).fetchall()


def execute(url: str, *statements: LiteralString) -> None:
    """Execute the statements, each in a transaction of its own."""
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def check(url: str) -> None:
    """Raise SchemaError if the schema is not the one of this version."""
    engine = make_engine(url)
    try:
        check_schema(engine)
    finally:
        engine.dispose()
