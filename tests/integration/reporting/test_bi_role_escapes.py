"""Whatever a reader tries, it reads the views alone, and writes nothing. Grants are what keeps it."""

from __future__ import annotations

from datetime import timedelta
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine

from syncer.reporting.bi_role_grants import ReadOnlyRole
from syncer.storage import PgStore, make_engine, migrate
from syncer.storage.roles import revoke_public_privileges
from tests.support.bi_roles import Enter
from tests.support.fakes import make_source

DENIED = psycopg.errors.InsufficientPrivilege
LOOKS: list[LiteralString] = [
    "SELECT * FROM sync.tasks",
    "SELECT raw FROM sync.task_versions",
    "SELECT * FROM sync.described_tasks",
    "SELECT * FROM sync.settings",
    "SELECT * FROM sync_history.task_versions_default",
    "SELECT key_hash FROM sync.sources",
    "SELECT sync.create_partitions(now(), 1)",
    "SELECT sync.json_whole('1')",
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
#: Refused for want of a right, or because the thing cannot be named without one.
REFUSED = (
    DENIED,
    psycopg.errors.UndefinedFunction,
    psycopg.errors.ObjectNotInPrerequisiteState,
    psycopg.errors.FeatureNotSupported,
)


@pytest.mark.usefixtures("filled")
def test_reader_looks_nowhere_else(enter: Enter) -> None:
    ours = enter()
    for statement in LOOKS:
        with pytest.raises(DENIED):
            ours.execute(statement)
            pytest.fail(statement)


@pytest.mark.usefixtures("filled")
def test_reader_writes_nowhere_even_where_it_says_that_it_may(
    enter: Enter, root: Engine, reader: ReadOnlyRole, place: str
) -> None:
    revoke_public_privileges(root, reader.name)
    ours = enter()
    ours.execute("SET default_transaction_read_only = off")
    ours.execute("SET search_path = sync, reporting, public, pg_temp")
    for statement in WRITES:
        with pytest.raises(REFUSED):
            ours.execute(statement)
            pytest.fail(statement)
    with psycopg.connect(place, autocommit=True) as connection:
        owned = "SELECT count(*) FROM pg_shdepend WHERE refobjid = %s::regrole AND deptype = 'o'"
        assert connection.execute(owned, [reader.name]).fetchone() == (0,)


@pytest.mark.usefixtures("filled")
def test_reader_in_the_middle_of_something_holds_nobody_up(enter: Enter, migrated_url: str) -> None:
    ours = enter()
    ours.execute("BEGIN")
    views = ours.execute("SELECT viewname FROM pg_views WHERE schemaname = 'reporting'").fetchall()
    for (view,) in views:
        ours.execute(sql.SQL("SELECT * FROM reporting.{}").format(sql.Identifier(view)))
    engine = make_engine(migrated_url, lease=timedelta(seconds=1))
    store = PgStore(engine, holder="test")
    migrate(migrated_url)
    store.register([make_source(name="another")])
    store.configure("Asia/Tokyo")
    assert store.refresh_rollups()
    store.close()
    engine.dispose()


def test_writes_are_refused_before_any_right_is_asked_for(enter: Enter) -> None:
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        enter().execute("CREATE TEMP TABLE t (i int)")


def test_reader_gives_itself_no_rights(enter: Enter, reader: ReadOnlyRole) -> None:
    ours = enter()
    ours.execute("SET default_transaction_read_only = off")
    for words in ("SUPERUSER", "CREATEROLE", "CREATEDB", "BYPASSRLS", "CONNECTION LIMIT 1000"):
        with pytest.raises(DENIED):
            ours.execute(sql.SQL("ALTER ROLE {} " + words).format(sql.Identifier(reader.name)))
    row = ours.execute(
        "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, rolconnlimit"
        " FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    assert row == (False, False, False, False, False, 20)
    assert ours.execute(
        "SELECT count(*) FROM pg_auth_members WHERE member = current_user::regrole"
    ).fetchone() == (0,)


def test_reader_passes_no_right_on(enter: Enter, place: str) -> None:
    rights = (
        "SELECT relname, relacl::text FROM pg_class WHERE relnamespace = 'reporting'::regnamespace ORDER BY 1"
    )
    with psycopg.connect(place, autocommit=True) as connection:
        before = connection.execute(rights).fetchall()
        ours = enter()
        ours.execute("SET default_transaction_read_only = off")
        # Postgres warns, and grants nothing.
        ours.execute("GRANT SELECT ON reporting.tasks TO PUBLIC")
        assert connection.execute(rights).fetchall() == before
