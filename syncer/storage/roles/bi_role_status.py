"""The BI roles of a database: their sessions, and how many of the views they may read."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text

from syncer.storage.connections import transaction

#: The settings in this database mark a role as a BI role; see `syncer.storage.roles.bi_role_grants`.
_BI_ROLES = """
SELECT r.oid, r.rolname::text AS name, s.setconfig AS settings
FROM pg_roles r
JOIN pg_db_role_setting s ON s.setrole = r.oid
JOIN pg_database d ON d.oid = s.setdatabase AND d.datname = current_database()
WHERE 'search_path=reporting' = ANY (s.setconfig)
"""
_STATUS = text(f"""
WITH bi_roles AS ({_BI_ROLES}), views AS (
    SELECT oid FROM pg_class WHERE relnamespace = 'reporting'::regnamespace AND relkind = 'v'
)
SELECT
    o.name,
    (SELECT count(*) FROM pg_stat_activity a WHERE a.usesysid = o.oid) AS sessions,
    (SELECT count(*) FROM views v WHERE has_table_privilege(o.oid, v.oid, 'SELECT')) AS views,
    (SELECT count(*) FROM views) AS all_views,
    (SELECT split_part(word, '=', 2) FROM unnest(o.settings) word WHERE word ILIKE 'timezone=%') AS time_zone
FROM bi_roles o
ORDER BY o.name
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class BiRoleStatus:
    """A BI role that exists."""

    name: str
    #: Its open connections.
    sessions: int
    #: The number of views that it may read, and of all views.
    views: int
    all_views: int
    time_zone: str | None


def load_bi_roles(engine: Engine) -> list[BiRoleStatus]:
    """The BI roles of this database, sorted by name."""
    with transaction(engine) as connection:
        return [BiRoleStatus(**row) for row in connection.execute(_STATUS).mappings()]


def is_bi_role(connection: Connection, name: str) -> bool:
    """Whether the role `name` exists and is a BI role of this database."""
    query = text(f"SELECT EXISTS ({_BI_ROLES} AND r.rolname = :name)")
    return bool(connection.scalar(query, {"name": name}))
