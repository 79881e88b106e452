"""The database fixtures: an ordinary owner, and an empty database for every test."""

from __future__ import annotations

import psycopg
import pytest


@pytest.mark.parametrize("run", [1, 2])
def test_database_is_empty_and_its_owner_ordinary(database_url: str, run: int) -> None:
    with psycopg.connect(database_url) as connection:
        role = connection.execute(
            "select rolsuper or rolcreaterole from pg_roles where rolname = current_user"
        ).fetchone()
        connection.execute("create schema sync")  # fails in the second run if the first one left its schema
    assert role == (False,)
