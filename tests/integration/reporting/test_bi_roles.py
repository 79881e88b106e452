"""BI roles in the database: created, changed, listed and dropped; privileges of PUBLIC revoked."""

from __future__ import annotations

import secrets
from dataclasses import replace

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine

from syncer.errors import ConfigurationError
from syncer.storage import PgStore, make_engine
from syncer.storage.roles import (
    create_bi_role,
    drop_bi_role,
    load_bi_roles,
    load_public_privileges,
    revoke_public_privileges,
)
from syncer.storage.roles.bi_role_grants import BiRole
from tests.support.bi_roles import PASSWORD, ConnectBiRole, url_as
from tests.support.fakes import make_stream
from tests.support.postgres_servers import Server
from tests.support.sightings import begin, see, store

# Reading


@pytest.mark.usefixtures("filled_views")
def test_bi_role_reads_every_view(connect_bi_role: ConnectBiRole) -> None:
    connection = connect_bi_role()
    names = "SELECT relname FROM pg_class WHERE relnamespace = 'reporting'::regnamespace AND relkind = 'v'"
    views = [name for (name,) in connection.execute(names)]
    assert len(views) > 12
    for view in views:
        connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(view)))


@pytest.mark.usefixtures("filled_views")
def test_bi_role_may_execute_the_reporting_functions(connect_bi_role: ConnectBiRole) -> None:
    connection = connect_bi_role()
    assert connection.execute("SELECT exit_code FROM tencent_tat_tasks WHERE task_id = 'i'").fetchall() == [
        (7,)
    ]
    past = "SELECT status FROM tasks_as_of('2026-03-01 12:00:05+00') WHERE task_id = 't'"
    assert connection.execute(past).fetchall() == [("waiting",)]


def test_session_of_a_bi_role_has_its_settings(connect_bi_role: ConnectBiRole) -> None:
    connection = connect_bi_role()
    expected = {
        "search_path": "reporting",
        "timezone": "Asia/Shanghai",
        "statement_timeout": "90s",
        "default_transaction_read_only": "on",
    }
    settings = {name: connection.execute(f"SHOW {name}").fetchone() for name in expected}
    assert {name: row and row[0] for name, row in settings.items()} | {"statement_timeout": "90s"} == expected
    assert settings["statement_timeout"] in {("90s",), ("1min30s",), ("90000ms",)}


def test_bi_role_reads_views_that_are_created_later(
    connect_bi_role: ConnectBiRole, migrated_url: str
) -> None:
    with psycopg.connect(migrated_url, autocommit=True) as owner:
        owner.execute("CREATE VIEW reporting.later AS SELECT 1::bigint AS one")
        owner.execute("CREATE FUNCTION reporting.now_too() RETURNS int LANGUAGE sql RETURN 2")
    assert connect_bi_role().execute("SELECT one, now_too() FROM later").fetchall() == [(1, 2)]


def test_bi_role_reads_views_that_are_recreated(connect_bi_role: ConnectBiRole, migrated_url: str) -> None:
    with psycopg.connect(migrated_url, autocommit=True) as owner:
        owner.execute("DROP VIEW reporting.statuses")
        owner.execute("CREATE VIEW reporting.statuses AS SELECT 'x' AS status")
    assert connect_bi_role().execute("SELECT status FROM statuses").fetchall() == [("x",)]


# Privileges of PUBLIC


def test_public_privileges_are_revoked_in_an_own_database(superuser_engine: Engine, bi_role: BiRole) -> None:
    revoked = {privilege.action for privilege in revoke_public_privileges(superuser_engine, bi_role.name)}
    assert {"create temporary tables", "create large objects"} <= revoked
    left = load_public_privileges(superuser_engine, bi_role.name)
    assert all(privilege.is_foreign for privilege in left)
    assert revoke_public_privileges(superuser_engine, bi_role.name) == []


def test_daemon_still_writes_after_the_revocation(
    superuser_engine: Engine, bi_role: BiRole, migrated_url: str
) -> None:
    revoke_public_privileges(superuser_engine, bi_role.name)
    engine = make_engine(migrated_url)
    with PgStore(engine, holder="test").claim(make_stream()) as stream_store:
        assert store(stream_store, begin(stream_store), see("t")).inserted == 1
    engine.dispose()


def test_nothing_is_revoked_in_a_shared_database(
    superuser_engine: Engine, bi_role: BiRole, migrated_url: str
) -> None:
    with psycopg.connect(migrated_url, autocommit=True) as owner:
        owner.execute("CREATE SCHEMA other")
    assert revoke_public_privileges(superuser_engine, bi_role.name) == []
    by_action = {
        privilege.action: privilege for privilege in load_public_privileges(superuser_engine, bi_role.name)
    }
    assert {"create temporary tables", "create large objects"} <= set(by_action)
    assert any(
        "REVOKE TEMPORARY" in statement
        for statement in by_action["create temporary tables"].revoke_statements
    )


def test_tables_that_public_may_use_are_listed(
    superuser_engine: Engine, bi_role: BiRole, migrated_url: str
) -> None:
    with psycopg.connect(migrated_url, autocommit=True) as owner:
        owner.execute("CREATE SCHEMA other")
        owner.execute("CREATE TABLE other.notes (i int)")
        owner.execute("GRANT USAGE ON SCHEMA other TO PUBLIC")
        owner.execute("GRANT SELECT ON other.notes TO PUBLIC")
    statements = {
        privilege.action: privilege.revoke_statements
        for privilege in load_public_privileges(superuser_engine, bi_role.name)
    }
    assert statements["use other.notes"] == ("REVOKE ALL ON other.notes FROM PUBLIC",)


def test_revoke_statements_remove_the_privileges(
    superuser_engine: Engine, bi_role: BiRole, superuser_url: str
) -> None:
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA other")
        connection.execute("CREATE TABLE other.notes (i int)")
        connection.execute("GRANT USAGE ON SCHEMA other TO PUBLIC")
        connection.execute("GRANT SELECT ON other.notes TO PUBLIC")
        connection.execute("GRANT CREATE ON SCHEMA public TO PUBLIC")
        privileges = [
            privilege
            for privilege in load_public_privileges(superuser_engine, bi_role.name)
            if not privilege.action.startswith("connect")
        ]
        assert len(privileges) == 4
        for statement in (statement for each in privileges for statement in each.revoke_statements):
            connection.execute(statement)
    assert [each.action.split()[0] for each in load_public_privileges(superuser_engine, bi_role.name)] in (
        [],
        ["connect"],
    )


# Creating, changing, dropping


def test_existing_role_keeps_its_password(
    superuser_engine: Engine, bi_role: BiRole, connect_bi_role: ConnectBiRole
) -> None:
    changed = replace(bi_role, time_zone="Europe/Berlin")
    assert not create_bi_role(superuser_engine, changed, "another password")
    assert connect_bi_role().execute("SHOW timezone").fetchone() == ("Europe/Berlin",)


def test_rotation_changes_the_password(
    superuser_engine: Engine, bi_role: BiRole, connect_bi_role: ConnectBiRole
) -> None:
    assert create_bi_role(superuser_engine, bi_role, "another password", rotate=True)
    assert connect_bi_role("another password").execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        connect_bi_role()


def test_creation_restores_revoked_grants(
    superuser_engine: Engine, bi_role: BiRole, connect_bi_role: ConnectBiRole, superuser_url: str
) -> None:
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        name = sql.Identifier(bi_role.name)
        connection.execute(sql.SQL("REVOKE SELECT ON reporting.tasks FROM {}").format(name))
    (status,) = load_bi_roles(superuser_engine)
    assert status.views == status.all_views - 1
    create_bi_role(superuser_engine, bi_role, PASSWORD)
    assert connect_bi_role().execute("SELECT count(*) FROM tasks").fetchone() == (0,)


def test_bi_roles_are_listed(
    superuser_engine: Engine, bi_role: BiRole, connect_bi_role: ConnectBiRole
) -> None:
    connect_bi_role()
    (status,) = load_bi_roles(superuser_engine)
    assert (status.name, status.time_zone, status.sessions) == (bi_role.name, "Asia/Shanghai", 1)
    assert status.views == status.all_views > 12


def test_dropped_role_has_no_access(
    superuser_engine: Engine, bi_role: BiRole, connect_bi_role: ConnectBiRole
) -> None:
    open_session = connect_bi_role()
    drop_bi_role(superuser_engine, bi_role.name)
    assert load_bi_roles(superuser_engine) == []
    with pytest.raises(psycopg.Error):
        open_session.execute("SELECT * FROM reporting.tasks")
    with pytest.raises(psycopg.OperationalError):
        connect_bi_role()
    assert create_bi_role(superuser_engine, bi_role, PASSWORD)
    assert connect_bi_role().execute("SELECT count(*) FROM tasks").fetchone() == (0,)


def test_role_with_privileges_elsewhere_is_dropped(
    superuser_engine: Engine, bi_role: BiRole, superuser_url: str
) -> None:
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA other")
        connection.execute(sql.SQL("GRANT USAGE ON SCHEMA other TO {}").format(sql.Identifier(bi_role.name)))
    assert drop_bi_role(superuser_engine, bi_role.name).remains == ()
    assert load_bi_roles(superuser_engine) == []


def test_role_of_another_application_is_refused(superuser_engine: Engine, bi_role: BiRole) -> None:
    foreign = replace(bi_role, name=bi_role.owner)
    for refused in (
        lambda: create_bi_role(superuser_engine, foreign, PASSWORD),
        lambda: drop_bi_role(superuser_engine, bi_role.owner),
    ):
        with pytest.raises(ConfigurationError, match=r"choose another name|no BI role called"):
            refused()


# The privileges of the creating role


def test_owner_without_createrole_gets_an_advice(migrated_url: str, bi_role: BiRole) -> None:
    engine = make_engine(migrated_url)
    other = replace(bi_role, name=f"{bi_role.name}_2")
    with pytest.raises(ConfigurationError, match=r"may not create roles: .*create \w+_2 --print-sql"):
        create_bi_role(engine, other, PASSWORD)
    with pytest.raises(ConfigurationError, match=r"may not create roles: .*create \w+ --rotate --print-sql"):
        create_bi_role(engine, bi_role, PASSWORD, rotate=True)
    with pytest.raises(ConfigurationError, match=r"no longer read the views.*drop \w+ --print-sql"):
        drop_bi_role(engine, bi_role.name)
    engine.dispose()


def test_owner_with_createrole_needs_no_superuser(
    postgres: Server, migrated_url: str, superuser_url: str, bi_role: BiRole
) -> None:
    owner = sql.Identifier(postgres.owner)
    engine = make_engine(migrated_url)
    other = replace(bi_role, name=f"{bi_role.name}_2")
    with psycopg.connect(superuser_url, autocommit=True) as admin:
        admin.execute(sql.SQL("ALTER ROLE {} CREATEROLE").format(owner))
        try:
            assert create_bi_role(engine, other, PASSWORD)
            assert [each.action for each in revoke_public_privileges(engine, other.name)] == [
                "create temporary tables"
            ]
            assert not create_bi_role(engine, other, PASSWORD)
            url = url_as(superuser_url, user=other.name, password=PASSWORD.replace(" ", "%20"))
            with psycopg.connect(url) as connection:
                assert connection.execute("SELECT count(*) FROM tasks").fetchone() == (0,)
            assert create_bi_role(engine, other, "another password", rotate=True)
            drop_bi_role(engine, other.name)
        finally:
            admin.execute(sql.SQL("ALTER ROLE {} NOCREATEROLE").format(owner))
    engine.dispose()


def test_role_with_createrole_must_own_the_views(
    superuser_url: str, superuser_engine: Engine, bi_role: BiRole
) -> None:
    name = f"other_{secrets.token_hex(4)}"
    with psycopg.connect(superuser_url, autocommit=True) as admin:
        admin.execute(
            sql.SQL("CREATE ROLE {} LOGIN CREATEROLE PASSWORD 'password'").format(sql.Identifier(name))
        )
        engine = make_engine(url_as(superuser_url, user=name, password="password"))
        try:
            with pytest.raises(ConfigurationError, match="does not own the views"):
                create_bi_role(engine, replace(bi_role, name="r2"), PASSWORD)
        finally:
            engine.dispose()
            admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))
