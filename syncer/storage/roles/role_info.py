"""Which readers there are, and how they stand."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text

from syncer.storage.connections import transaction

#: Their settings in this database mark our readers; see `syncer.reporting.bi_role_grants`.
_OURS = """
SELECT r.oid, r.rolname::text AS name, s.setconfig AS settings
FROM pg_roles r
JOIN pg_db_role_setting s ON s.setrole = r.oid
JOIN pg_database d ON d.oid = s.setdatabase AND d.datname = current_database()
WHERE 'search_path=reporting' = ANY (s.setconfig)
"""
_STANDING = text(f"""
WITH ours AS ({_OURS}), views AS (
    SELECT oid FROM pg_class WHERE relnamespace = 'reporting'::regnamespace AND relkind = 'v'
)
SELECT
    o.name,
    (SELECT count(*) FROM pg_stat_activity a WHERE a.usesysid = o.oid) AS sessions,
    (SELECT count(*) FROM views v WHERE has_table_privilege(o.oid, v.oid, 'SELECT')) AS views,
    (SELECT count(*) FROM views) AS all_views,
    (SELECT split_part(word, '=', 2) FROM unnest(o.settings) word WHERE word ILIKE 'timezone=%') AS time_zone
FROM ours o
ORDER BY o.name
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleInfo:
    """A reader as it stands."""

    name: str
    #: How many connections it has at the moment.
    sessions: int
    #: How many of the views it may read, and how many there are.
    views: int
    all_views: int
    time_zone: str | None


def load_roles(engine: Engine) -> list[RoleInfo]:
    """The readers of this database, by name."""
    with transaction(engine) as connection:
        return [RoleInfo(**row) for row in connection.execute(_STANDING).mappings()]


def is_bi_role(connection: Connection, name: str) -> bool:
    """Whether the role called `name` is a reader of this database."""
    return bool(connection.scalar(text(f"SELECT EXISTS ({_OURS} AND r.rolname = :name)"), {"name": name}))
