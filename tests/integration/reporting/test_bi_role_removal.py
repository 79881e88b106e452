"""BI roles that own objects, have other names or more rights are dropped, or it is said why they remain."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine

from syncer.errors import ConfigurationError
from syncer.storage import make_engine
from syncer.storage.roles import (
    bi_role_removal_script,
    bi_role_script,
    create_bi_role,
    describe_bi_role,
    drop_bi_role,
    load_bi_roles,
)
from syncer.storage.roles.bi_role_grants import BiRole
from tests.support.bi_roles import PASSWORD, ConnectBiRole, RunStatements, count_roles, run_script, url_as
from tests.support.postgres_servers import Server


def test_role_that_an_administrator_renamed_is_rotated_and_dropped(
    superuser_engine: Engine, superuser_url: str, bi_role: BiRole, run_statements: RunStatements
) -> None:
    name = f"BI 'team' \"{secrets.token_hex(4)}\""
    with psycopg.connect(superuser_url, autocommit=True) as administrator:
        rename = sql.SQL("ALTER ROLE {} RENAME TO {}")
        administrator.execute(rename.format(sql.Identifier(bi_role.name), sql.Identifier(name)))
    role = describe_bi_role(
        superuser_engine, name, time_zone="UTC", statement_timeout=bi_role.statement_timeout
    )
    assert create_bi_role(superuser_engine, role, "another password", rotate=True)
    run_script(superuser_url, bi_role_script(superuser_engine, role, "third password", rotate=True))
    with psycopg.connect(superuser_url, user=name, password="third password") as session:
        assert session.execute("SELECT count(*) FROM tasks").fetchone() == (0,)
    assert [status.name for status in load_bi_roles(superuser_engine)] == [name]
    run_script(superuser_url, bi_role_removal_script(superuser_engine, name))
    assert count_roles(superuser_url, name) == 0


def test_role_that_owns_a_table_loses_its_access_and_the_table_stays(
    superuser_engine: Engine, superuser_url: str, bi_role: BiRole, connect_bi_role: ConnectBiRole
) -> None:
    with psycopg.connect(superuser_url, autocommit=True) as administrator:
        administrator.execute("CREATE SCHEMA scratch")
        role = sql.Identifier(bi_role.name)
        administrator.execute(sql.SQL("GRANT ALL ON SCHEMA scratch TO {}").format(role))
        session = connect_bi_role()
        session.execute("SET default_transaction_read_only = off")
        session.execute("CREATE TABLE scratch.results (i int)")
        (reason,) = drop_bi_role(superuser_engine, bi_role.name).remains
        assert reason.startswith("it owns ") and "table scratch.results" in reason
        assert f'REASSIGN OWNED BY "{bi_role.name}" TO' in reason
        with pytest.raises(psycopg.OperationalError):
            connect_bi_role()
        (listed,) = load_bi_roles(superuser_engine)
        assert (listed.can_login, listed.views) == (False, 0)
        administrator.execute("ALTER TABLE scratch.results OWNER TO current_user")
        assert drop_bi_role(superuser_engine, bi_role.name).remains == ()
        assert administrator.execute("SELECT count(*) FROM scratch.results").fetchone() == (0,)


def test_prepared_transaction_is_named(
    superuser_engine: Engine, superuser_url: str, bi_role: BiRole, connect_bi_role: ConnectBiRole
) -> None:
    session = connect_bi_role()
    if session.execute("SHOW max_prepared_transactions").fetchone() == ("0",):
        pytest.skip("the server allows no prepared transactions")
    session.execute("SET default_transaction_read_only = off")
    for statement in ("BEGIN", "SELECT lo_create(0)", f"PREPARE TRANSACTION '{bi_role.name}'"):
        session.execute(statement)
    (reason,) = drop_bi_role(superuser_engine, bi_role.name).remains
    assert f"type `ROLLBACK PREPARED '{bi_role.name}'` in {bi_role.database}" in reason
    with psycopg.connect(superuser_url, autocommit=True) as administrator:
        administrator.execute(f"ROLLBACK PREPARED '{bi_role.name}'")
    assert drop_bi_role(superuser_engine, bi_role.name).remains == ()


def test_objects_in_other_databases_are_named(
    superuser_engine: Engine, superuser_url: str, bi_role: BiRole, postgres: Server
) -> None:
    with psycopg.connect(postgres.admin_url, autocommit=True) as elsewhere:
        role = sql.Identifier(bi_role.name)
        elsewhere.execute(sql.SQL("SET ROLE {}").format(role))
        elsewhere.execute("SELECT lo_create(0)")
        elsewhere.execute("RESET ROLE")
        try:
            (reason,) = drop_bi_role(superuser_engine, bi_role.name).remains
            assert f"in {elsewhere.info.dbname}: connect to each" in reason
            assert [role.name for role in load_bi_roles(superuser_engine)] == [bi_role.name]
        finally:
            elsewhere.execute(sql.SQL("DROP OWNED BY {}").format(role))
    assert drop_bi_role(superuser_engine, bi_role.name).remains == ()
    assert count_roles(superuser_url, bi_role.name) == 0


def test_owner_with_createrole_drops_a_role_that_owns_a_large_object(
    postgres: Server, migrated_url: str, superuser_url: str, bi_role: BiRole
) -> None:
    owner, name = sql.Identifier(postgres.owner), f"bi_{secrets.token_hex(4)}"
    engine = make_engine(migrated_url)
    role = BiRole(
        name=name,
        database=bi_role.database,
        owner=bi_role.owner,
        time_zone="UTC",
        statement_timeout=timedelta(minutes=2),
    )
    with psycopg.connect(superuser_url, autocommit=True) as admin:
        admin.execute(sql.SQL("ALTER ROLE {} CREATEROLE").format(owner))
        try:
            create_bi_role(engine, role, "password of it")
            with psycopg.connect(
                url_as(superuser_url, user=name, password="password%20of%20it"), autocommit=True
            ) as session:
                session.execute("SET default_transaction_read_only = off")
                session.execute("SELECT lo_create(0)")
                with psycopg.connect(migrated_url, autocommit=True) as own:
                    own.execute(sql.SQL("REVOKE {} FROM {}").format(sql.Identifier(name), owner))
                removal = drop_bi_role(engine, name)
                assert (removal.ended_sessions, removal.remains) == (1, ())
        finally:
            admin.execute(sql.SQL("ALTER ROLE {} NOCREATEROLE").format(owner))
    engine.dispose()
    assert count_roles(superuser_url, name) == 0


def test_printed_script_drops_a_role_that_owns_a_large_object(
    superuser_engine: Engine, superuser_url: str, bi_role: BiRole, connect_bi_role: ConnectBiRole
) -> None:
    session = connect_bi_role()
    session.execute("SET default_transaction_read_only = off")
    session.execute("SELECT lo_create(0)")
    run_script(superuser_url, bi_role_removal_script(superuser_engine, bi_role.name))
    assert count_roles(superuser_url, bi_role.name) == 0


def test_grants_that_a_dropped_role_passed_on_are_revoked(
    superuser_engine: Engine,
    superuser_url: str,
    bi_role: BiRole,
    connect_bi_role: ConnectBiRole,
    run_statements: RunStatements,
) -> None:
    with psycopg.connect(superuser_url, autocommit=True) as administrator:
        run_statements(
            administrator,
            [
                "GRANT SELECT ON reporting.tasks TO {role} WITH GRANT OPTION",
                "GRANT USAGE ON SCHEMA reporting TO {role} WITH GRANT OPTION",
            ],
        )
        session = connect_bi_role()
        session.execute("SET default_transaction_read_only = off")
        session.execute("GRANT SELECT ON reporting.tasks TO PUBLIC")
        session.execute("GRANT USAGE ON SCHEMA reporting TO PUBLIC")
        assert drop_bi_role(superuser_engine, bi_role.name).remains == ()
        passed_on = "SELECT FROM pg_class, aclexplode(relacl) WHERE relname = 'tasks' AND grantee = 0"
        assert administrator.execute(passed_on).rowcount == 0
    assert count_roles(superuser_url, bi_role.name) == 0


def test_role_that_may_act_as_the_owner_is_refused_with_a_statement(
    superuser_engine: Engine, superuser_url: str, bi_role: BiRole, run_statements: RunStatements
) -> None:
    with psycopg.connect(superuser_url, autocommit=True) as administrator:
        run_statements(administrator, ["REVOKE {role} FROM {owner}", "GRANT {owner} TO {role}"])
        for statements, message in (
            ([], f'type `REVOKE "{bi_role.owner}" FROM "{bi_role.name}"`'),
            (["ALTER ROLE {role} SUPERUSER"], f'type `ALTER ROLE "{bi_role.name}" NOSUPERUSER`'),
        ):
            run_statements(administrator, statements)
            with pytest.raises(ConfigurationError, match=message):
                create_bi_role(superuser_engine, bi_role, PASSWORD)
    assert drop_bi_role(superuser_engine, bi_role.name).remains == ()


def test_roles_of_an_administrator_are_listed_and_dropped_only_after_they_are_marked(
    superuser_engine: Engine, superuser_url: str
) -> None:
    name = f"dba_{secrets.token_hex(4)}"
    with psycopg.connect(superuser_url, autocommit=True) as administrator:
        role = sql.Identifier(name)
        administrator.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
        administrator.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA reporting TO {}").format(role))
        try:
            assert [(role.name, role.is_ours) for role in load_bi_roles(superuser_engine)] == [(name, False)]
            with pytest.raises(ConfigurationError, match="not made by `syncer bi-user`") as error:
                drop_bi_role(superuser_engine, name)
            (statement,) = re.findall(r"COMMENT ON .* nothing else'", str(error.value))
            administrator.execute(statement)
            assert drop_bi_role(superuser_engine, name).remains == ()
        except BaseException:
            administrator.execute(sql.SQL("DROP OWNED BY {}").format(role))
            administrator.execute(sql.SQL("DROP ROLE {}").format(role))
            raise
