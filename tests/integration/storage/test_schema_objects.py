"""The schema that the migrations create: equal to the SQLAlchemy tables, keyed, and ordered by dependence."""

from __future__ import annotations

from collections import defaultdict

import psycopg
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from syncer.storage import make_engine
from syncer.storage.schema import _sql_files
from syncer.storage.tables import metadata


def differences(url: str) -> list[object]:
    """What alembic finds different between the database and `syncer.storage.tables`."""
    options = {
        "include_schemas": True,
        "include_name": lambda name, kind, _: kind != "schema" or name == metadata.schema,
        "compare_server_default": True,
        "version_table_schema": metadata.schema,
    }
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    finally:
        engine.dispose()


def test_tables_and_migrations_do_not_differ(migrated_url: str) -> None:
    assert differences(migrated_url) == []


def test_comparison_finds_a_missing_column(migrated_url: str) -> None:
    with psycopg.connect(migrated_url) as connection:
        connection.execute("ALTER TABLE sync.runs DROP COLUMN epoch")
    assert [found[0] for found in differences(migrated_url)] == ["add_column"]  # type: ignore[index]


def test_comparison_ignores_other_schemas(migrated_url: str) -> None:
    with psycopg.connect(migrated_url) as connection:
        connection.execute("CREATE SCHEMA other")
        connection.execute("CREATE TABLE other.notes (id int)")
    assert differences(migrated_url) == []


#: What each view and function of ours needs to exist before it: by the rewrite rule of a view, by the body or
#: the row type of a function.
DEPENDENCIES = """
WITH ours AS (
    SELECT 'pg_class'::regclass AS catalog, oid, relname AS name FROM pg_class
    WHERE relkind = 'v' AND relnamespace::regnamespace::text IN ('sync', 'reporting')
    UNION ALL
    SELECT 'pg_proc'::regclass, oid, proname FROM pg_proc
    WHERE pronamespace::regnamespace::text IN ('sync', 'reporting')
), depends AS (
    SELECT
        CASE WHEN d.classid = 'pg_rewrite'::regclass THEN 'pg_class'::regclass ELSE d.classid END AS catalog,
        coalesce(r.ev_class, d.objid) AS oid,
        CASE WHEN d.refclassid = 'pg_type'::regclass THEN 'pg_class'::regclass ELSE d.refclassid END
            AS on_catalog,
        coalesce(t.typrelid, d.refobjid) AS on_oid
    FROM pg_depend d
    LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
    LEFT JOIN pg_type t ON d.refclassid = 'pg_type'::regclass AND t.oid = d.refobjid
)
SELECT DISTINCT a.name::text, b.name::text
FROM depends d
JOIN ours a ON (a.catalog, a.oid) = (d.catalog, d.oid)
JOIN ours b ON (b.catalog, b.oid) = (d.on_catalog, d.on_oid)
WHERE a.name <> b.name
"""


def test_each_definition_names_what_it_requires(migrated_url: str) -> None:
    found = defaultdict(set)
    with psycopg.connect(migrated_url) as connection:
        for name, required in connection.execute(DEPENDENCIES):
            found[name].add(required)
    # A function in PL/pgSQL finds what it calls when it runs; but this one is called by its own file.
    found["create_partitions"].add("create_partition")
    named = {each.name.partition("/")[2]: set(each.requires) for each in _sql_files().definitions()}
    assert {name: required for name, required in named.items() if required} == found


def test_every_view_and_function_has_one_file_of_its_name(migrated_url: str) -> None:
    names = """
        SELECT 'views/' || relname FROM pg_class
        WHERE relkind IN ('v', 'm') AND relnamespace::regnamespace::text IN ('sync', 'reporting')
        UNION ALL
        SELECT 'functions/' || proname FROM pg_proc
        WHERE pronamespace::regnamespace::text IN ('sync', 'reporting')
    """
    with psycopg.connect(migrated_url) as connection:
        found = sorted(name for (name,) in connection.execute(names))
    assert found == sorted(each.name for each in _sql_files().definitions())


def test_every_table_has_a_primary_key(migrated_url: str) -> None:
    """Without a key, `CREATE PUBLICATION … FOR ALL TABLES` makes every DELETE and UPDATE of a table fail."""
    keyless = """
        SELECT oid::regclass::text FROM pg_class c
        WHERE relkind IN ('r', 'p') AND relnamespace::regnamespace::text IN ('sync', 'sync_history')
            AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = c.oid AND indisprimary)
    """
    with psycopg.connect(migrated_url) as connection:
        assert connection.execute(keyless).fetchall() == []
