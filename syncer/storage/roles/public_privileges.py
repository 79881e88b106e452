"""What Postgres opens to everybody, and so to readers, who were granted none of it.

There is no taking away from one role what all have. In a database that is syncer's alone it is taken from
all; in one that others share it is only told, for they may need it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text

from syncer.reporting.bi_role_grants import quoted
from syncer.storage.connections import transaction

_FOUND = text("""
SELECT
    current_database() AS database,
    pg_get_userbyid(n.nspowner) AS owner,
    has_database_privilege(CAST(:name AS name), current_database(), 'TEMPORARY') AS temporary,
    has_schema_privilege(CAST(:name AS name), 'public', 'CREATE') AS creates,
    has_function_privilege(CAST(:name AS name), 'pg_catalog.lo_create(oid)', 'EXECUTE') AS large_objects,
    ARRAY(
        SELECT d.datname::text FROM pg_database d WHERE d.datallowconn AND d.datname <> current_database()
            AND has_database_privilege(CAST(:name AS name), d.oid, 'CONNECT') ORDER BY 1
    ) AS databases,
    ARRAY(
        SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace
        WHERE s.nspname NOT IN ('reporting', 'pg_catalog', 'information_schema') AND s.nspname !~ '^pg_'
            AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
            AND has_schema_privilege(CAST(:name AS name), s.oid, 'USAGE')
            AND has_table_privilege(CAST(:name AS name), c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
        ORDER BY 1 LIMIT 20
    ) AS tables
FROM pg_namespace n WHERE n.nspname = 'reporting'
""")
_RIGHTS = text("""
SELECT
    r.rolsuper OR pg_has_role(current_user, d.datdba, 'USAGE') AS owns_database,
    r.rolsuper AS is_superuser,
    NOT EXISTS (
        SELECT FROM pg_namespace WHERE nspname !~ '^pg_'
            AND nspname NOT IN ('sync', 'sync_history', 'reporting', 'public', 'information_schema')
    ) AND NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace('public')) AS is_alone
FROM pg_roles r, pg_database d WHERE r.rolname = current_user AND d.datname = current_database()
""")
_LARGE_OBJECTS = "lo_creat(integer), pg_catalog.lo_create(oid), pg_catalog.lo_from_bytea(oid, bytea)"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicPrivilege:
    """Something that a reader can do because everybody can."""

    what: str
    #: The statements that end it, for all who were not granted it by name.
    remedy: tuple[str, ...]
    #: Whose business they are: the database's owner, or a superuser.
    needs_superuser: bool = False
    #: True where it reaches beyond this database.
    is_elsewhere: bool = False


def load_public_privileges(engine: Engine, name: str) -> list[PublicPrivilege]:
    """What is open to the role `name` beyond `reporting`."""
    with transaction(engine) as connection:
        return list(_public_privileges(connection, name))


def revoke_public_privileges(engine: Engine, name: str) -> list[PublicPrivilege]:
    """Close what we may, in a database that is syncer's alone; what is closed now and was not."""
    with transaction(engine) as connection:
        rights = connection.execute(_RIGHTS).one()
        if not (rights.is_alone and rights.owns_database):
            return []
        closed = [
            each
            for each in _public_privileges(connection, name)
            if not each.is_elsewhere and (rights.is_superuser or not each.needs_superuser)
        ]
        for statement in (statement for each in closed for statement in each.remedy):
            connection.execute(text(statement.replace(":", "\\:")))
        return closed


def _public_privileges(connection: Connection, name: str) -> Iterable[PublicPrivilege]:
    found = connection.execute(_FOUND, {"name": name}).one()
    database, owner = quoted(found.database), quoted(found.owner)
    if found.temporary:
        # The daemon needs them: its right came with everybody's where it does not own the database.
        kept = f"GRANT TEMPORARY ON DATABASE {database} TO {owner}"
        taken = f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC"
        yield PublicPrivilege(what="make temporary tables", remedy=(kept, taken))
    if found.creates:
        remedy = "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
        yield PublicPrivilege(what="make tables in the schema public", remedy=(remedy,))
    if found.large_objects:
        remedy = f"REVOKE EXECUTE ON FUNCTION pg_catalog.{_LARGE_OBJECTS} FROM PUBLIC"
        yield PublicPrivilege(what="make large objects", remedy=(remedy,), needs_superuser=True)
    for table in found.tables:
        remedy = f"REVOKE ALL ON {table} FROM PUBLIC"
        yield PublicPrivilege(what=f"use {table}", remedy=(remedy,), is_elsewhere=True)
    if found.databases:
        remedies = (f"REVOKE CONNECT ON DATABASE {quoted(name)} FROM PUBLIC" for name in found.databases)
        what = f"connect to {', '.join(found.databases)}"
        yield PublicPrivilege(what=what, remedy=tuple(remedies), is_elsewhere=True)
