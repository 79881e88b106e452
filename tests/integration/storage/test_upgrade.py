"""An upgrade to a made-up later release: the schema of a new database, and analysts' views still work."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from syncer.errors import SchemaError
from syncer.storage import migrate
from syncer.storage import schema as schema_module
from tests.support.database_checks import check
from tests.support.later_release import write_later_release
from tests.support.postgres_servers import Server
from tests.support.schema_shape import schema_shape

REPORTING_VIEWS = """
    SELECT relname::text FROM pg_class WHERE relnamespace = 'reporting'::regnamespace AND relkind = 'v'
    ORDER BY 1
"""


@pytest.fixture
def later_release(tmp_path: Path, template: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The migrations are those of a later release from here on; `template` has those of the present one."""
    assert template
    folder = tmp_path / "migrations"
    write_later_release(folder, after=schema_module._revisions()[0])
    monkeypatch.setattr(schema_module, "migrations_folder", lambda: folder)


@pytest.mark.usefixtures("later_release")
def test_upgraded_schema_is_that_of_a_new_database(migrated_url: str, database_url: str) -> None:
    before = schema_shape(migrated_url)
    with pytest.raises(SchemaError, match="older than 9001: type `syncer migrate`"):
        check(migrated_url)
    for url in (migrated_url, database_url):
        migrate(url)
        check(url)
    upgraded = schema_shape(migrated_url)
    assert upgraded == schema_shape(database_url)
    kinds = {str(row[0]) for row in upgraded - before}
    assert kinds >= {"column", "function", "relation"}


@pytest.mark.usefixtures("later_release")
def test_views_of_analysts_survive_an_upgrade(migrated_url: str) -> None:
    with psycopg.connect(migrated_url, autocommit=True) as analyst:
        analyst.execute("CREATE SCHEMA analyst")
        names = [name for (name,) in analyst.execute(REPORTING_VIEWS)]
        for name in names:
            mine, ours = sql.Identifier("analyst", name), sql.Identifier("reporting", name)
            analyst.execute(sql.SQL("CREATE VIEW {} AS SELECT * FROM {}").format(mine, ours))
        analyst.execute("CREATE VIEW analyst.as_of AS SELECT * FROM reporting.tasks_as_of(now())")
        columns = described(analyst, *names, "as_of")
        migrate(migrated_url)
        assert described(analyst, *names, "as_of") == columns
        for name in names:
            ours = sql.Identifier("reporting", name)
            found = analyst.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(ours)).description
            assert [column.name for column in found or ()] == [*columns[name], "later"]


def described(analyst: psycopg.Connection, *views: str) -> dict[str, list[str]]:
    """The columns of views of the analyst, each of which was read for that."""
    columns = {}
    for view in views:
        answer = analyst.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier("analyst", view)))
        answer.fetchall()
        columns[view] = [column.name for column in answer.description or ()]
    return columns


@pytest.mark.usefixtures("later_release")
def test_database_of_a_later_release_is_not_migrated_back(
    migrated_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the two releases have the same revisions, and differ only in a view."""
    migrate(migrated_url)
    with psycopg.connect(migrated_url, autocommit=True) as connection:
        connection.execute("ALTER TABLE sync.runs ALTER later DROP NOT NULL")
    after = schema_shape(migrated_url)
    monkeypatch.undo()
    for later in ("9001", schema_module._revisions()[0]):
        with psycopg.connect(migrated_url, autocommit=True) as connection:
            connection.execute("UPDATE sync.alembic_version SET version_num = %s", [later])
        for refused in (migrate, check):
            with pytest.raises(SchemaError, match="newer than this syncer knows"):
                refused(migrated_url)
    assert schema_shape(migrated_url) == after


@pytest.mark.usefixtures("later_release")
def test_failed_upgrade_changes_nothing(migrated_url: str, postgres: Server) -> None:
    view = schema_module.migrations_folder() / "baseline" / "views" / "runs.sql"
    view.write_text(view.read_text() + "SELECT 1 / 0;\n")
    before = schema_shape(migrated_url)
    with pytest.raises(Exception, match="division by zero"):
        migrate(migrated_url)
    assert schema_shape(migrated_url) == before
