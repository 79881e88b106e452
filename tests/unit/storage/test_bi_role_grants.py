"""The SQL statements for a BI role."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syncer.errors import ConfigurationError
from syncer.storage.roles.bi_role_grants import (
    MARK,
    BiRole,
    check_role_name,
    quote_identifier,
    quote_literal,
)
from syncer.storage.roles.bi_role_scripts import creation_script, removal_script, renewal_script

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
    revokes = [statement.removesuffix(" CASCADE") for statement in ROLE.revoke_statements()]
    revoked = {statement.removeprefix("REVOKE ").removesuffix(' FROM "bi"') for statement in revokes}
    assert {statement.replace(" REVOKE ", " GRANT ") for statement in revoked} == granted
    script = removal_script(ROLE)
    positions = [
        script.index(f"{statement};\n")
        for statement in [*ROLE.disable_statements(), *ROLE.revoke_statements(), *ROLE.drop_statements()]
    ]
    assert positions == sorted(positions)


def test_script_has_all_statements_in_one_transaction() -> None:
    script = creation_script(ROLE, "SCRAM-SHA-256$4096:x")
    statements = [
        *ROLE.create_statements("SCRAM-SHA-256$4096:x"),
        *ROLE.mark_statements(),
        *ROLE.setting_statements(),
        *ROLE.owner_statements(),
        *ROLE.grant_statements(),
    ]
    positions = [script.index(f"\n{statement};\n") for statement in statements]
    assert positions == sorted(positions)
    assert script.index("BEGIN;") < positions[0] < positions[-1] < script.index("COMMIT;")


def test_script_of_an_existing_role_resets_its_settings_and_keeps_its_password() -> None:
    script = renewal_script(ROLE, None, "team of finance")
    assert all(f"\n{statement};\n" in script for statement in ROLE.reset_statements())
    assert f"team of finance ({MARK})" in script
    assert not any(words in script for words in ("PASSWORD", "CREATE ROLE", "pg_terminate_backend"))
    assert "pg_terminate_backend" in renewal_script(ROLE, "SCRAM-SHA-256$4096:x", None)


def test_mark_keeps_the_comment_of_an_administrator() -> None:
    assert ROLE.mark_statements("team of finance") == [
        f'COMMENT ON ROLE "bi" IS {quote_literal(f"team of finance ({MARK})")}'
    ]
    assert ROLE.mark_statements(f"x ({MARK})") == [f'COMMENT ON ROLE "bi" IS {quote_literal(f"x ({MARK})")}']


def test_statement_timeout_is_in_milliseconds() -> None:
    assert (
        'ALTER ROLE "bi" IN DATABASE "odd ""db""" SET statement_timeout = 120000' in ROLE.setting_statements()
    )
