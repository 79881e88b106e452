"""Migrations make the schema from nothing, by either command and three at once, and match the tables."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

import syncer
from syncer.errors import SchemaError, StoreUnavailable
from syncer.storage import check_schema, make_engine, migrate
from syncer.storage import schema as schema_module
from tests.support.postgres_servers import Server

CHECKOUT = Path(syncer.__file__).parent.parent
HEAD = "SELECT version_num FROM sync.alembic_version"
MIGRATE = "import sys; from syncer.storage import migrate; migrate(sys.argv[1])"


def alembic(*words: str, folder: Path = CHECKOUT, **environment: str) -> subprocess.CompletedProcess[str]:
    """What the plain command does in `folder`, with nothing configured but `environment`."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SYNCER_")}
    return subprocess.run(
        [sys.executable, "-m", "alembic", "-c", str(CHECKOUT / "alembic.ini"), *words],
        cwd=folder,
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def query(url: str, text: LiteralString) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(text).fetchall()


def execute(url: str, *statements: LiteralString) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def check(url: str) -> None:
    engine = make_engine(url)
    try:
        check_schema(engine)
    finally:
        engine.dispose()


def newest() -> str:
    return schema_module._revisions()[0]


def test_migrating_makes_the_schema_and_again_changes_nothing(database_url: str) -> None:
    migrate(database_url)
    check(database_url)
    migrate(database_url)
    assert query(database_url, HEAD) == [(newest(),)]


def test_three_migrate_an_empty_database_at_once(database_url: str) -> None:
    commands = [[sys.executable, "-W", "error", "-c", MIGRATE, database_url]] * 3
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for command in commands]
    ends = [(process.communicate(timeout=120)[1], process.returncode) for process in processes]
    assert ends == [("", 0)] * 3
    check(database_url)


def test_plain_alembic_takes_the_url_from_the_command_line(database_url: str, tmp_path: Path) -> None:
    assert alembic("-x", f"url={database_url}", "upgrade", "head", folder=tmp_path).returncode == 0
    check(database_url)


def test_plain_alembic_takes_the_url_from_the_environment(database_url: str) -> None:
    plain = database_url.replace("postgresql://", "postgres://")
    assert alembic("upgrade", "head", SYNCER_DATABASE__URL=plain).returncode == 0
    check(database_url)


def test_plain_alembic_takes_the_url_from_the_configuration(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "syncer.toml").write_text(f'[database]\nurl = "{database_url}"\n')
    assert alembic("upgrade", "head", folder=tmp_path).returncode == 0
    check(database_url)


def test_plain_alembic_without_a_url_says_what_to_do(tmp_path: Path) -> None:
    done = alembic("upgrade", "head", folder=tmp_path)
    assert done.returncode != 0
    assert "Set SYNCER_DATABASE__URL" in done.stdout + done.stderr


def test_tables_and_migrations_do_not_differ(migrated_url: str) -> None:
    done = alembic("-x", f"url={migrated_url}", "check")
    assert (done.returncode, done.stdout) == (0, "No new upgrade operations detected.\n"), done.stderr


def test_check_would_find_a_difference(migrated_url: str) -> None:
    execute(migrated_url, "ALTER TABLE sync.runs DROP COLUMN epoch")
    done = alembic("-x", f"url={migrated_url}", "check")
    assert done.returncode != 0
    assert "add_column" in done.stdout + done.stderr


def test_strangers_tables_are_no_difference(migrated_url: str) -> None:
    execute(migrated_url, "CREATE SCHEMA other", "CREATE TABLE other.notes (id int)")
    assert alembic("-x", f"url={migrated_url}", "check").returncode == 0


def test_migration_can_be_undone(migrated_url: str) -> None:
    assert alembic("-x", f"url={migrated_url}", "downgrade", "base").returncode == 0
    left = "SELECT relname FROM pg_class WHERE relnamespace::regnamespace::text ~ '^(sync|reporting)'"
    assert {name for (name,) in query(migrated_url, left)} <= {"alembic_version", "alembic_version_pkc"}
    migrate(migrated_url)
    check(migrated_url)


SHAPE: LiteralString = """
SELECT attrelid::regclass::text || '.' || attname, format_type(atttypid, atttypmod)
FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
WHERE attnum > 0 AND NOT attisdropped AND relnamespace::regnamespace::text IN ('sync', 'reporting')
UNION ALL
SELECT oid::regprocedure::text, prosrc FROM pg_proc
WHERE pronamespace::regnamespace::text IN ('sync', 'reporting')
ORDER BY 1
"""


def test_migrations_can_be_undone_one_by_one(migrated_url: str) -> None:
    """Each leaves the columns and the functions as the one before it had made them."""
    config = Config()
    config.set_main_option("script_location", str(schema_module.migrations_folder()))
    config.attributes["url"] = migrated_url
    command.downgrade(config, "base")
    shapes = []
    for _ in schema_module._revisions():
        command.upgrade(config, "+1")
        shapes.append(query(migrated_url, SHAPE))
    while shapes.pop() and shapes:
        command.downgrade(config, "-1")
        assert query(migrated_url, SHAPE) == shapes[-1]


@pytest.mark.parametrize(
    ("prepare", "says"),
    [
        ("DROP TABLE sync.alembic_version", "no syncer schema yet: type `syncer migrate`"),
        ("DELETE FROM sync.alembic_version", "no syncer schema yet: type `syncer migrate`"),
        (
            "UPDATE sync.alembic_version SET version_num = '9999'",
            "9999 is newer than this syncer knows: install",
        ),
    ],
    ids=["missing", "empty", "newer"],
)
def test_other_schema_is_refused_with_what_to_type(
    migrated_url: str, prepare: LiteralString, says: str
) -> None:
    execute(migrated_url, prepare)
    with pytest.raises(SchemaError, match=says):
        check(migrated_url)


def test_older_schema_is_refused_with_what_to_type(
    migrated_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = newest()
    monkeypatch.setattr(schema_module, "_revisions", lambda: ["9999", found])
    with pytest.raises(SchemaError, match=f"schema {found} is older than 9999: type `syncer migrate`"):
        check(migrated_url)


def test_newer_schema_is_not_migrated(migrated_url: str) -> None:
    execute(migrated_url, "UPDATE sync.alembic_version SET version_num = '9999'")
    with pytest.raises(SchemaError, match="install a newer syncer"):
        migrate(migrated_url)


def test_migrating_an_absent_database_is_unavailable() -> None:
    with pytest.raises(StoreUnavailable):
        migrate("postgresql://someone@127.0.0.1:1/db")


def test_shipped_migrations_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert schema_module.migrations_folder() == CHECKOUT / "migrations"
    shipped = tmp_path / "syncer" / "_migrations"
    shipped.mkdir(parents=True)
    monkeypatch.setattr(syncer, "__file__", str(tmp_path / "syncer" / "__init__.py"))
    assert schema_module.migrations_folder() == shipped


@pytest.fixture
def url_of_role_syncer(postgres: Server, database_url: str) -> Iterator[str]:
    """The database, owned by a role that is called like the program and can do no more than own it."""
    at = conninfo_to_dict(database_url)
    database = sql.Identifier(str(at["dbname"]))
    with psycopg.connect(postgres.admin_url, autocommit=True) as admin:
        if admin.info.parameter_status("is_superuser") != "on":
            pytest.skip("the server's role may not create one that is called syncer")
        before = admin.execute("SELECT rolpassword FROM pg_authid WHERE rolname = 'syncer'").fetchone()
        verb = sql.SQL("ALTER" if before else "CREATE")
        admin.execute(sql.SQL("{} ROLE syncer LOGIN PASSWORD 'test'").format(verb))
        admin.execute(sql.SQL("ALTER DATABASE {} OWNER TO syncer").format(database))
        yield f"postgresql://syncer:test@{at['host']}:{at['port']}/{at['dbname']}"
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(database))
        if before:
            admin.execute(sql.SQL("ALTER ROLE syncer PASSWORD {}").format(sql.Literal(before[0])))
        else:
            admin.execute("DROP ROLE syncer")


def test_role_called_syncer_can_migrate_and_check(url_of_role_syncer: str) -> None:
    migrate(url_of_role_syncer)
    check(url_of_role_syncer)
    who = "SELECT rolname, rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user"
    assert query(url_of_role_syncer, who) == [("syncer", False, False)]
    assert alembic("-x", f"url={url_of_role_syncer}", "check").returncode == 0
