"""`migrate` creates the schema, one process at a time, and refuses other schemas."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

import syncer
from syncer.errors import SchemaError, StoreUnavailable
from syncer.storage import migrate
from syncer.storage import schema as schema_module
from tests.support.database_checks import check, execute, query
from tests.support.postgres_servers import Server
from tests.support.schema_shape import schema_shape

CHECKOUT = Path(syncer.__file__).parent.parent
HEAD = "SELECT version_num FROM sync.alembic_version"
MIGRATE = "import sys; from syncer.storage import migrate; migrate(sys.argv[1])"


def newest() -> str:
    return schema_module._revisions()[0]


def test_migrating_creates_the_schema_and_again_changes_nothing(database_url: str) -> None:
    migrate(database_url)
    check(database_url)
    runs = "SELECT * FROM sync.definitions ORDER BY definition_id"
    before = query(database_url, runs)
    migrate(database_url)
    assert query(database_url, HEAD) == [(newest(),)]
    assert query(database_url, runs) == before


def test_three_migrate_an_empty_database_at_once(database_url: str) -> None:
    commands = [[sys.executable, "-W", "error", "-c", MIGRATE, database_url]] * 3
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for command in commands]
    ends = [(process.communicate(timeout=120)[1], process.returncode) for process in processes]
    # The second and the third may report that they wait.
    assert [(text.replace("lock.waiting\n", ""), code) for text, code in ends] == [("", 0)] * 3
    check(database_url)
    texts = "SELECT count(*), count(DISTINCT name) FROM sync.definitions"
    assert len({*query(database_url, texts)[0]}) == 1


# Other schemas


@pytest.mark.parametrize(
    ("prepare", "says"),
    [
        ("DROP TABLE sync.alembic_version", "no syncer schema yet: type `syncer migrate`"),
        ("DELETE FROM sync.alembic_version", "no syncer schema yet: type `syncer migrate`"),
        (
            "UPDATE sync.alembic_version SET version_num = '9999'",
            "9999 is newer than this syncer knows: install",
        ),
        (
            "UPDATE sync.definitions SET digest = 'other' WHERE name = 'views/runs'",
            r"older views or functions \(views/runs\): type `syncer migrate`",
        ),
        (
            "DELETE FROM sync.definitions WHERE name ~ '^views/(arrivals|completions)'",
            r"\(views/arrivals_daily, views/arrivals_hourly, views/completions_daily, …\): type",
        ),
        (
            "INSERT INTO sync.definitions (name, digest) VALUES ('views/runs', 'a later one')",
            "views and functions are newer than this syncer knows: install",
        ),
    ],
    ids=["missing", "empty", "newer", "older view", "older views", "newer view"],
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


@pytest.mark.parametrize(
    "later",
    [
        "UPDATE sync.alembic_version SET version_num = '9999'",
        "INSERT INTO sync.definitions (name, digest) VALUES ('views/runs', 'a later one')",
    ],
    ids=["revision", "view"],
)
def test_newer_schema_is_not_migrated(migrated_url: str, later: LiteralString) -> None:
    execute(migrated_url, later)
    with pytest.raises(SchemaError, match="install a newer syncer"):
        migrate(migrated_url)


def test_definition_that_a_later_version_added_does_not_matter(migrated_url: str) -> None:
    execute(migrated_url, "INSERT INTO sync.definitions (name, digest) VALUES ('views/later', 'x')")
    check(migrated_url)


def test_schema_from_before_the_first_release_is_refused_untouched(database_url: str) -> None:
    """Databases of revisions 0001 to 0005, and those of an earlier state of the baseline."""
    execute(
        database_url,
        "CREATE SCHEMA sync",
        "CREATE TABLE sync.alembic_version (version_num varchar(32) PRIMARY KEY)",
        "INSERT INTO sync.alembic_version VALUES ('0005')",
    )
    before = schema_shape(database_url)
    says = r"/test_\w+ was made before the first release \(schema 0005\) and cannot be upgraded: remove the"
    for refused in (migrate, check):
        with pytest.raises(SchemaError, match=says):
            refused(database_url)
    with pytest.raises(SchemaError, match="remove the folder /x, then type the command again"):
        migrate(database_url, removal="the folder /x")
    assert schema_shape(database_url) == before


def test_migrating_an_absent_database_is_unavailable() -> None:
    with pytest.raises(StoreUnavailable):
        migrate("postgresql://someone@127.0.0.1:1/db")


# The folder and the role


def test_shipped_migrations_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert schema_module.migrations_folder() == CHECKOUT / "migrations"
    shipped = tmp_path / "syncer" / "_migrations"
    shipped.mkdir(parents=True)
    monkeypatch.setattr(syncer, "__file__", str(tmp_path / "syncer" / "__init__.py"))
    assert schema_module.migrations_folder() == shipped


@pytest.fixture
def url_of_role_syncer(postgres: Server, database_url: str) -> Iterator[str]:
    """URL of the database, whose owner is a role called `syncer` without other rights."""
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
