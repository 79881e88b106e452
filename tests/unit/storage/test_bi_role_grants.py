"""The SQL statements for a BI role."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syncer.errors import ConfigurationError
from syncer.storage.roles.bi_role_grants import BiRole, check_role_name, quote_identifier, quote_literal

ROLE = BiRole(
    name="bi",
    database='odd "db"',
    owner="o'wner",
    time_zone="Asia/Shanghai",
    statement_timeout=timedelta(minutes=2),
)


@pytest.mark.parametrize("name", ["bi", "bi_team", "_x9", "a" * 63])
def test_plain_names_are_accepted(name: str) -> None:
    assert check_role_name(name) == name


@pytest.mark.parametrize(
    "name", ["", "Bi", "9x", "bi-team", "bi team", 'b"i', "用户", "a" * 64, "pg_read", "public", "none"]
)
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match="use lower-case letters, digits and _, such as bi_team"):
        check_role_name(name)


def test_identifiers_and_literals_are_escaped() -> None:
    assert quote_identifier('a"b') == '"a""b"'
    assert quote_literal("a'b") == "'a''b'"
    assert all('"odd ""db"""' in statement for statement in ROLE.setting_statements())
    assert any('FOR ROLE "o\'wner"' in statement for statement in ROLE.grant_statements())


def test_dropping_revokes_every_grant() -> None:
    granted = {
        statement.removeprefix("GRANT ").removesuffix(' TO "bi"') for statement in ROLE.grant_statements()
    }
    *revokes, last = ROLE.drop_statements()
    revoked = {statement.removeprefix("REVOKE ").removesuffix(' FROM "bi"') for statement in revokes}
    assert {statement.replace(" REVOKE ", " GRANT ") for statement in revoked} == granted
    assert last == 'DROP ROLE "bi"'


def test_script_has_all_statements_in_one_transaction() -> None:
    script = ROLE.script("SCRAM-SHA-256$4096:x")
    statements = [
        *ROLE.create_statements("SCRAM-SHA-256$4096:x"),
        *ROLE.setting_statements(),
        *ROLE.grant_statements(),
    ]
    positions = [script.index(f"\n{statement};\n") for statement in statements]
    assert positions == sorted(positions)
    assert script.index("BEGIN;") < positions[0] < positions[-1] < script.index("COMMIT;")


def test_statement_timeout_is_in_milliseconds() -> None:
    assert (
        'ALTER ROLE "bi" IN DATABASE "odd ""db""" SET statement_timeout = 120000' in ROLE.setting_statements()
    )
