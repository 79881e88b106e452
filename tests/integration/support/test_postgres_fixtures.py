"""The fixtures keep their word: an ordinary owner, and nothing left over from another test."""

from __future__ import annotations

import psycopg
import pytest


@pytest.mark.parametrize("round_", [1, 2])
def test_database_is_fresh_and_its_owner_ordinary(database_url: str, round_: int) -> None:
    with psycopg.connect(database_url) as connection:
        role = connection.execute(
            "select rolsuper or rolcreaterole from pg_roles where rolname = current_user"
        ).fetchone()
        connection.execute("create schema sync")
    assert role == (False,)
