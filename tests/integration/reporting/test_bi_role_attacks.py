"""A BI role is listed, rotated and dropped after attacks from its session and changes by an administrator."""

from __future__ import annotations

from typing import LiteralString

import psycopg
import pytest
from sqlalchemy import Engine

from syncer.storage.roles import (
    create_bi_role,
    drop_bi_role,
    load_bi_roles,
    load_superuser_statements,
)
from syncer.storage.roles.bi_role_grants import BiRole
from tests.support.bi_roles import PASSWORD, ConnectBiRole, RunStatements, count_roles

#: Statements of the role's own session, by what they change. `{role}` and `{database}` are identifiers.
ATTACKS: dict[str, list[LiteralString]] = {
    "settings": [
        "ALTER ROLE {role} IN DATABASE {database} RESET ALL",
        "ALTER ROLE {role} SET search_path = pg_catalog",
        "ALTER ROLE {role} IN DATABASE {database} SET timezone = 'Asia/Tokyo'",
    ],
    "logins": [
        "ALTER ROLE {role} SET local_preload_libraries = 'nope'",
        "ALTER ROLE {role} IN DATABASE {database} SET default_transaction_read_only = off",
        "ALTER ROLE {role} PASSWORD 'stolen'",
    ],
    "objects": [
        "SELECT lo_create(0)",
        "CREATE TEMP TABLE t (i int)",
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
        "DROP OWNED BY {role}",
        "SELECT lo_create(0)",
    ],
    "locks": ["BEGIN", "SELECT * FROM reporting.tasks", "SELECT pg_advisory_lock(1)", "SELECT lo_create(0)"],
}
#: Statements of an administrator.
CHANGES: dict[str, list[LiteralString]] = {
    "settings": ["ALTER ROLE {role} IN DATABASE {database} SET search_path = reporting, public"],
    "comment": ["COMMENT ON ROLE {role} IS 'team of finance'"],
    "no comment": ["COMMENT ON ROLE {role} IS NULL"],
    "default privileges": [
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA reporting REVOKE SELECT ON TABLES FROM {role}"
    ],
    "all rights": ["DROP OWNED BY {role}"],
    "comment after the role dropped its default privileges": [
        "SET SESSION AUTHORIZATION {role}",
        "SET default_transaction_read_only = off",
        "DROP OWNED BY {role}",
        "RESET SESSION AUTHORIZATION",
        "COMMENT ON ROLE {role} IS 'team of finance'",
    ],
    "membership": ["GRANT pg_read_all_stats TO {role} WITH ADMIN OPTION"],
    "grant option": ["GRANT SELECT ON reporting.tasks TO {role} WITH GRANT OPTION"],
    "attributes": ["ALTER ROLE {role} CREATEDB NOLOGIN VALID UNTIL '2020-01-01'"],
    "preloaded libraries": [
        "ALTER ROLE {role} SET session_preload_libraries = 'nope'",
        "ALTER ROLE {role} IN DATABASE {database} SET role = {owner}",
        "ALTER ROLE ALL IN DATABASE {database} SET search_path = public",
    ],
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_role_is_rotated_and_dropped_after_attacks_from_its_session(
    attack: str,
    superuser_engine: Engine,
    superuser_url: str,
    bi_role: BiRole,
    connect_bi_role: ConnectBiRole,
    run_statements: RunStatements,
) -> None:
    session = connect_bi_role()
    session.execute("SET default_transaction_read_only = off")
    run_statements(session, ATTACKS[attack])
    (listed,) = load_bi_roles(superuser_engine)
    assert (listed.name, listed.is_ours) == (bi_role.name, True)
    assert create_bi_role(superuser_engine, bi_role, "another password", rotate=True)
    with pytest.raises(psycopg.OperationalError):
        session.execute("SELECT 1")
    assert load_superuser_statements(superuser_engine, bi_role) == []
    again = connect_bi_role("another password")
    assert again.execute("SHOW search_path").fetchone() == ("reporting",)
    assert drop_bi_role(superuser_engine, bi_role.name).remains == ()
    with pytest.raises(psycopg.OperationalError):
        again.execute("SELECT 1")
    assert count_roles(superuser_url, bi_role.name) == 0


@pytest.mark.parametrize("change", CHANGES)
def test_role_is_listed_renewed_and_dropped_after_an_administrator_changed_it(
    change: str,
    superuser_engine: Engine,
    superuser_url: str,
    bi_role: BiRole,
    connect_bi_role: ConnectBiRole,
    run_statements: RunStatements,
) -> None:
    with psycopg.connect(superuser_url, autocommit=True) as administrator:
        run_statements(administrator, CHANGES[change])
    assert [(role.name, role.is_ours) for role in load_bi_roles(superuser_engine)] == [(bi_role.name, True)]
    is_disabled = change == "attributes"
    assert create_bi_role(superuser_engine, bi_role, PASSWORD) == is_disabled
    assert connect_bi_role().execute("SELECT count(*) FROM tasks").fetchone() == (0,)
    assert drop_bi_role(superuser_engine, bi_role.name).remains == ()
    assert count_roles(superuser_url, bi_role.name) == 0


def test_role_can_change_neither_its_comment_nor_its_attributes(
    connect_bi_role: ConnectBiRole, run_statements: RunStatements
) -> None:
    session = connect_bi_role()
    session.execute("SET default_transaction_read_only = off")
    refused: list[LiteralString] = [
        "COMMENT ON ROLE {role} IS NULL",
        "ALTER ROLE {role} NOLOGIN",
        "ALTER ROLE {role} CREATEROLE",
        "ALTER ROLE {role} VALID UNTIL 'infinity'",
        "GRANT {owner} TO {role}",
        "GRANT {role} TO pg_monitor",
        "REVOKE {role} FROM {owner}",
        "ALTER ROLE {role} IN DATABASE {database} SET temp_file_limit = -1",
    ]
    for statement in refused:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            run_statements(session, [statement])
