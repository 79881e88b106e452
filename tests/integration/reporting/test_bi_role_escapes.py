"""A BI role can read nothing but the views and can write nothing; the grants enforce it."""

from __future__ import annotations

from datetime import timedelta
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine

from syncer.storage import PgStore, make_engine, migrate
from syncer.storage.roles import revoke_public_privileges
from syncer.storage.roles.bi_role_grants import BiRole
from tests.support.bi_roles import ConnectBiRole
from tests.support.fakes import make_source

DENIED = psycopg.errors.InsufficientPrivilege
READS: list[LiteralString] = [
    "SELECT * FROM sync.tasks",
    "SELECT raw FROM sync.task_versions",
    "SELECT * FROM sync.described_tasks",
    "SELECT * FROM sync.settings",
    "SELECT * FROM sync_history.task_versions_default",
    "SELECT key_hash FROM sync.sources",
    "SELECT sync.create_partitions(now(), 1)",
    "SELECT sync.json_bigint('1')",
    "SELECT * FROM pg_authid",
    "SELECT * FROM pg_shadow",
    "SELECT * FROM pg_statistic",
    "SELECT * FROM pg_user_mapping",
    "SELECT pg_read_file('PG_VERSION')",
    "SELECT pg_read_binary_file('PG_VERSION')",
    "SELECT pg_ls_dir('.')",
    "SELECT pg_stat_file('PG_VERSION')",
    "SELECT lo_import('/etc/hostname')",
    "SELECT lo_export(1, '/tmp/x')",
    "COPY (SELECT 1) TO PROGRAM 'id'",
    "COPY (SELECT 1) TO '/tmp/x'",
    "SELECT pg_reload_conf()",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename <> current_user",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION postgres",
    "SET log_statement = 'none'",
    "ALTER SYSTEM SET work_mem = '1GB'",
    "SELECT pg_current_logfile()",
]
WRITES: list[LiteralString] = [
    "INSERT INTO sync.settings (is_only) VALUES (false)",
    "UPDATE sync.tasks SET status = 'failed'",
    "DELETE FROM sync.tasks",
    "TRUNCATE sync.tasks",
    "UPDATE reporting.tasks SET status = 'failed'",
    "INSERT INTO reporting.sources DEFAULT VALUES",
    "DELETE FROM reporting.runs",
    "UPDATE sync.alembic_version SET version_num = '0'",
    "CREATE TABLE reporting.t (i int)",
    "CREATE VIEW reporting.v AS SELECT 1",
    "CREATE OR REPLACE VIEW reporting.statuses AS SELECT 1",
    "CREATE FUNCTION reporting.f() RETURNS int LANGUAGE sql RETURN 1",
    "CREATE TABLE public.t (i int)",
    "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql RETURN 1",
    "CREATE SCHEMA mine",
    "CREATE TEMP TABLE t (i int)",
    "SELECT 1 AS one INTO TEMP t",
    "SELECT lo_create(0)",
    "SELECT lo_creat(-1)",
    "SELECT lo_from_bytea(0, 'x')",
    "DROP VIEW reporting.tasks",
    "ALTER VIEW reporting.tasks RENAME TO t",
    "COMMENT ON VIEW reporting.tasks IS ''",
    "CREATE EXTENSION dblink",
    "CREATE ROLE other",
    "CREATE DATABASE other",
    "ALTER DEFAULT PRIVILEGES FOR ROLE postgres GRANT ALL ON TABLES TO PUBLIC",
    "COPY sync.tasks FROM PROGRAM 'echo'",
    "CREATE TABLE reporting.t AS SELECT * FROM reporting.tasks",
    "CREATE PUBLICATION p FOR ALL TABLES",
    "CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION f()",
    "DO 'BEGIN LOCK TABLE sync.tasks; END'",
    "DO 'BEGIN LOCK TABLE reporting.tasks; END'",
]
#: Errors for a missing privilege, or for an object that cannot be named without one.
REFUSED = (
    DENIED,
    psycopg.errors.UndefinedFunction,
    psycopg.errors.ObjectNotInPrerequisiteState,
    psycopg.errors.FeatureNotSupported,
)


@pytest.mark.usefixtures("filled_views")
def test_bi_role_reads_nothing_else(connect_bi_role: ConnectBiRole) -> None:
    session = connect_bi_role()
    for statement in READS:
        with pytest.raises(DENIED):
            session.execute(statement)
            pytest.fail(statement)


@pytest.mark.usefixtures("filled_views")
def test_bi_role_cannot_write_with_read_only_off(
    connect_bi_role: ConnectBiRole, superuser_engine: Engine, bi_role: BiRole, superuser_url: str
) -> None:
    revoke_public_privileges(superuser_engine, bi_role.name)
    session = connect_bi_role()
    session.execute("SET default_transaction_read_only = off")
    session.execute("SET search_path = sync, reporting, public, pg_temp")
    for statement in WRITES:
        with pytest.raises(REFUSED):
            session.execute(statement)
            pytest.fail(statement)
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        owned = "SELECT count(*) FROM pg_shdepend WHERE refobjid = %s::regrole AND deptype = 'o'"
        assert connection.execute(owned, [bi_role.name]).fetchone() == (0,)


@pytest.mark.usefixtures("filled_views")
def test_open_transaction_of_a_bi_role_blocks_nothing(
    connect_bi_role: ConnectBiRole, migrated_url: str
) -> None:
    session = connect_bi_role()
    session.execute("BEGIN")
    views = session.execute("SELECT viewname FROM pg_views WHERE schemaname = 'reporting'").fetchall()
    for (view,) in views:
        session.execute(sql.SQL("SELECT * FROM reporting.{}").format(sql.Identifier(view)))
    engine = make_engine(migrated_url, lease=timedelta(seconds=1))
    store = PgStore(engine, holder="test")
    migrate(migrated_url)
    store.register([make_source(name="another")])
    store.configure("Asia/Tokyo")
    assert store.refresh_rollups()
    store.close()
    engine.dispose()


def test_sessions_are_read_only_by_default(connect_bi_role: ConnectBiRole) -> None:
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        connect_bi_role().execute("CREATE TEMP TABLE t (i int)")


def test_bi_role_cannot_raise_its_privileges(connect_bi_role: ConnectBiRole, bi_role: BiRole) -> None:
    session = connect_bi_role()
    session.execute("SET default_transaction_read_only = off")
    for option in ("SUPERUSER", "CREATEROLE", "CREATEDB", "BYPASSRLS", "CONNECTION LIMIT 1000"):
        with pytest.raises(DENIED):
            session.execute(sql.SQL("ALTER ROLE {} " + option).format(sql.Identifier(bi_role.name)))
    row = session.execute(
        "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, rolconnlimit"
        " FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    assert row == (False, False, False, False, False, 20)
    assert session.execute(
        "SELECT count(*) FROM pg_auth_members WHERE member = current_user::regrole"
    ).fetchone() == (0,)


def test_bi_role_cannot_grant_its_privileges(connect_bi_role: ConnectBiRole, superuser_url: str) -> None:
    privileges = (
        "SELECT relname, relacl::text FROM pg_class WHERE relnamespace = 'reporting'::regnamespace ORDER BY 1"
    )
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        before = connection.execute(privileges).fetchall()
        session = connect_bi_role()
        session.execute("SET default_transaction_read_only = off")
        # Postgres only warns: nothing is granted.
        session.execute("GRANT SELECT ON reporting.tasks TO PUBLIC")
        assert connection.execute(privileges).fetchall() == before
