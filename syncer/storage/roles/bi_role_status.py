"""The BI roles of a database: how they are known, their sessions, and what they may read.

A BI role can reset its own settings, and drop the default privileges that it was granted (`DROP OWNED`), but
neither its comment nor its grants. An administrator may have replaced the comment, or revoked grants. So a
role is a BI role of this database if it has the comment of `syncer bi-user` and rights here, or the grants or
default privileges of `syncer bi-user`. Other roles with rights on the schema `reporting` are listed too,
because they can read it, but never changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, Engine, text

from syncer.errors import ConfigurationError
from syncer.storage.connections import transaction
from syncer.storage.roles.bi_role_grants import MARK, quote_identifier, quote_literal

#: Each role with explicit rights in this database: whether any are on objects of the schema reporting, and
#: whether it has every kind of grant, or the default privileges, that `syncer bi-user` grants.
_RIGHTS = """
SELECT
    grantee,
    bool_or(place IN ('schema', 'relation', 'function')) AS granted,
    bool_or(place = 'default f') AND bool_or(place = 'default r') AS defaults,
    count(DISTINCT place) FILTER (WHERE place NOT LIKE 'default %') = 4 AS all_grants
FROM (
    SELECT 'schema' AS place, a.grantee FROM pg_namespace n, aclexplode(n.nspacl) a
    WHERE n.nspname = 'reporting'
    UNION ALL
    SELECT 'relation', a.grantee FROM pg_class c, aclexplode(c.relacl) a
    WHERE c.relnamespace = 'reporting'::regnamespace
    UNION ALL
    SELECT 'relation', a.grantee
    FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid, aclexplode(t.attacl) a
    WHERE c.relnamespace = 'reporting'::regnamespace
    UNION ALL
    SELECT 'function', a.grantee FROM pg_proc p, aclexplode(p.proacl) a
    WHERE p.pronamespace = 'reporting'::regnamespace
    UNION ALL
    SELECT 'default ' || d.defaclobjtype::text, a.grantee FROM pg_default_acl d, aclexplode(d.defaclacl) a
    WHERE d.defaclnamespace = 'reporting'::regnamespace
    UNION ALL
    SELECT 'connect', a.grantee FROM pg_database b, aclexplode(b.datacl) a
    WHERE b.datname = current_database()
) r
WHERE grantee <> 0
GROUP BY grantee
"""
#: A marked role without rights here is of another database if it has rights there and can log in.
READERS = f"""
SELECT
    r.oid,
    r.rolname::text AS name,
    r.rolcanlogin AS can_login,
    shobj_description(r.oid, 'pg_authid') AS comment,
    coalesce(g.defaults OR g.all_grants, false) OR (
        m.is_marked AND (g.grantee IS NOT NULL OR NOT r.rolcanlogin OR NOT EXISTS (
            SELECT FROM pg_shdepend p WHERE p.refclassid = 'pg_authid'::regclass AND p.refobjid = r.oid
                AND p.deptype = 'a' AND p.dbid <> 0
        ))
    ) AS is_ours
FROM pg_roles r
CROSS JOIN LATERAL (
    SELECT coalesce(shobj_description(r.oid, 'pg_authid') LIKE :mark, false) AS is_marked
) m
LEFT JOIN ({_RIGHTS}) g ON g.grantee = r.oid
WHERE (coalesce(g.granted OR g.defaults, false) OR m.is_marked)
    AND r.oid <> (SELECT nspowner FROM pg_namespace WHERE nspname = 'reporting')
"""
READERS_PARAMETERS = {"mark": f"%{MARK}%"}
_STATUS = text(f"""
WITH readers AS ({READERS}), views AS (
    SELECT oid FROM pg_class WHERE relnamespace = 'reporting'::regnamespace AND relkind = 'v'
)
SELECT
    o.name,
    o.is_ours,
    o.can_login,
    (SELECT count(*) FROM pg_stat_activity a WHERE a.usesysid = o.oid AND a.leader_pid IS NULL) AS sessions,
    (
        SELECT max(clock_timestamp() - a.xact_start) FROM pg_stat_activity a
        WHERE a.usesysid = o.oid AND a.datname = current_database()
    ) AS longest_transaction,
    (SELECT count(*) FROM views v WHERE has_table_privilege(o.oid, v.oid, 'SELECT')) AS views,
    (SELECT count(*) FROM views) AS all_views,
    (
        SELECT split_part(word, '=', 2)
        FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase, unnest(s.setconfig) word
        WHERE s.setrole = o.oid AND d.datname = current_database() AND word ILIKE 'timezone=%'
    ) AS time_zone
FROM readers o
WHERE o.is_ours OR o.can_login
ORDER BY o.name
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class BiRoleStatus:
    """A role that can read the views: a BI role, or one to which an administrator granted it."""

    name: str
    #: Whether it is a BI role that `syncer bi-user` made.
    is_ours: bool
    can_login: bool
    #: Its open connections.
    sessions: int
    #: The age of its oldest open transaction; None where there is none, or where Postgres does not show it.
    longest_transaction: timedelta | None
    #: The number of views that it may read, and of all views.
    views: int
    all_views: int
    time_zone: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BiRoleIdentity:
    """What decides about a change of a BI role that exists."""

    oid: int
    can_login: bool
    comment: str | None


def load_bi_roles(engine: Engine) -> list[BiRoleStatus]:
    """The roles that can read the views of this database by a grant of their own, sorted by name."""
    with transaction(engine) as connection:
        rows = connection.execute(_STATUS, READERS_PARAMETERS).mappings()
        return [BiRoleStatus(**row) for row in rows]


def find_bi_role(connection: Connection, name: str) -> BiRoleIdentity | None:
    """The BI role `name` of this database; None if there is no role of that name or it cannot read the views.

    Raises ConfigurationError if the role can read the views, but is no BI role.
    """
    query = text(f"SELECT oid, can_login, comment, is_ours FROM ({READERS}) o WHERE name = :name")
    row = connection.execute(query, {"name": name, **READERS_PARAMETERS}).one_or_none()
    if row is None:
        return None
    if not row.is_ours:
        statement = f"COMMENT ON ROLE {quote_identifier(name)} IS {quote_literal(MARK)}"
        raise ConfigurationError(
            f"{name} can read the views, but was not made by `syncer bi-user`: choose another name,"
            f" or type `{statement}` in psql to manage it as a BI role"
        )
    return BiRoleIdentity(oid=row.oid, can_login=row.can_login, comment=row.comment)
