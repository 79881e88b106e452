"""The statements that make a reader, and the lines that tools connect with."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syncer.errors import ConfigurationError
from syncer.reporting.bi_role_grants import ReadOnlyRole, check_name, literal, quoted
from syncer.reporting.connection_strings import ConnectionInfo

READER = ReadOnlyRole(
    name="bi", database='odd "db"', owner="o'wner", time_zone="Asia/Shanghai", patience=timedelta(minutes=2)
)


@pytest.mark.parametrize("name", ["bi", "bi_team", "_x9", "a" * 63])
def test_plain_names_are_taken(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name", ["", "Bi", "9x", "bi-team", "bi team", 'b"i', "用户", "a" * 64, "pg_read", "public", "none"]
)
def test_other_names_are_refused_with_what_to_write(name: str) -> None:
    with pytest.raises(ConfigurationError, match="write small letters, digits and _, such as bi_team"):
        check_name(name)


def test_names_and_texts_stay_in_their_quotes() -> None:
    assert quoted('a"b') == '"a""b"'
    assert literal("a'b") == "'a''b'"
    assert all('"odd ""db"""' in statement for statement in READER.settings())
    assert any('FOR ROLE "o\'wner"' in statement for statement in READER.grants())


def test_removal_takes_back_every_grant() -> None:
    granted = {words.removeprefix("GRANT ").removesuffix(' TO "bi"') for words in READER.grants()}
    *taken, last = READER.removal()
    revoked = {words.removeprefix("REVOKE ").removesuffix(' FROM "bi"') for words in taken}
    assert {words.replace(" REVOKE ", " GRANT ") for words in revoked} == granted
    assert last == 'DROP ROLE "bi"'


def test_script_has_all_statements_in_one_transaction() -> None:
    script = READER.script("SCRAM-SHA-256$4096:x")
    statements = [*READER.creation("SCRAM-SHA-256$4096:x"), *READER.settings(), *READER.grants()]
    places = [script.index(f"\n{each};\n") for each in statements]
    assert places == sorted(places)
    assert script.index("BEGIN;") < places[0] < places[-1] < script.index("COMMIT;")


def test_patience_is_written_in_milliseconds() -> None:
    assert 'ALTER ROLE "bi" IN DATABASE "odd ""db""" SET statement_timeout = 120000' in READER.settings()


def test_tools_connect_by_lines_of_their_own() -> None:
    place = ConnectionInfo(host="db.example", port=5433, database="syncer", user="bi")
    assert place.lines() == {
        "psql": 'psql "host=db.example port=5433 dbname=syncer user=bi"',
        "JDBC": "jdbc:postgresql://db.example:5433/syncer?user=bi",
        "ODBC": "Driver={PostgreSQL Unicode};Server=db.example;Port=5433;Database=syncer;Uid=bi;Pwd=PASSWORD",
        "SQLAlchemy": "postgresql+psycopg://bi:PASSWORD@db.example:5433/syncer",
    }


def test_tools_are_told_of_encryption_where_we_use_it() -> None:
    lines = ConnectionInfo(host="db", port=5432, database="syncer", user="bi", sslmode="verify-full").lines()
    assert lines["psql"].endswith(' sslmode=verify-full"')
    assert lines["JDBC"].endswith("&sslmode=verify-full")
    assert lines["ODBC"].endswith(";SSLmode=verify-full")
    assert lines["SQLAlchemy"].endswith("?sslmode=verify-full")
