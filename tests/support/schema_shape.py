"""The objects that two databases are compared by, from tables to comments."""

from __future__ import annotations

from typing import LiteralString

import psycopg

_OURS = "relnamespace::regnamespace::text IN ('sync', 'sync_history', 'reporting')"
_SHAPE: tuple[LiteralString, ...] = (
    f"""
    SELECT 'relation', oid::regclass::text, relkind::text, relacl::text, reloptions::text,
        obj_description(oid, 'pg_class'), CASE WHEN relkind = 'v' THEN pg_get_viewdef(oid) END
    FROM pg_class WHERE {_OURS}
    """,
    f"""
    SELECT 'column', attrelid::regclass::text, attnum, attname::text, format_type(atttypid, atttypmod),
        attnotnull, attidentity::text, pg_get_expr(adbin, adrelid), col_description(attrelid, attnum)
    FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE {_OURS} AND attnum > 0
    """,
    f"""
    SELECT 'constraint', conrelid::regclass::text, conname::text, pg_get_constraintdef(k.oid)
    FROM pg_constraint k JOIN pg_class c ON c.oid = conrelid WHERE {_OURS}
    """,
    f"SELECT 'index', pg_get_indexdef(oid) FROM pg_class WHERE {_OURS} AND relkind = 'i'",
    f"""
    SELECT 'trigger', pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
    WHERE {_OURS} AND NOT tgisinternal
    """,
    """
    SELECT 'function', pg_get_functiondef(oid), proacl::text, obj_description(oid, 'pg_proc')
    FROM pg_proc WHERE pronamespace::regnamespace::text IN ('sync', 'reporting')
    """,
    """
    SELECT 'schema', nspname::text, obj_description(oid, 'pg_namespace')
    FROM pg_namespace WHERE nspname IN ('sync', 'sync_history', 'reporting')
    """,
)


def schema_shape(url: str) -> set[tuple[object, ...]]:
    """One row for each object of the schemas of syncer, with all that defines it."""
    with psycopg.connect(url, autocommit=True) as connection:
        return {row for query in _SHAPE for row in connection.execute(query)}
