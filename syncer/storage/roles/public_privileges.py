"""What Postgres grants to PUBLIC, and therefore to every BI role.

Privileges granted to PUBLIC cannot be revoked from a single role. In a database that holds only syncer's
schemas they are revoked from PUBLIC; in a shared database they are only listed, because other applications
may need them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text

from syncer.storage.connections import transaction
from syncer.storage.roles.bi_role_grants import quote_identifier

_EFFECTIVE = text("""
SELECT
    current_database() AS database,
    pg_get_userbyid(n.nspowner) AS owner,
    has_database_privilege(CAST(:name AS name), current_database(), 'TEMPORARY') AS create_temporary,
    has_schema_privilege(CAST(:name AS name), 'public', 'CREATE') AS create_in_public,
    has_function_privilege(CAST(:name AS name), 'pg_catalog.lo_create(oid)', 'EXECUTE')
        AS create_large_objects,
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
_OWN_PRIVILEGES = text("""
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
    """Something that a BI role may do because PUBLIC may."""

    #: Such as "create large objects".
    action: str
    #: The statements that revoke it from PUBLIC. Explicit grants to other roles stay.
    revoke_statements: tuple[str, ...]
    #: Whether only a superuser may run them, and not the database's owner.
    needs_superuser: bool = False
    #: True for objects that do not belong to syncer: never revoked by syncer.
    is_foreign: bool = False


def load_public_privileges(engine: Engine, name: str) -> list[PublicPrivilege]:
    """What the role `name` may do outside `reporting` because PUBLIC may."""
    with transaction(engine) as connection:
        return list(_public_privileges(connection, name))


def revoke_public_privileges(engine: Engine, name: str) -> list[PublicPrivilege]:
    """Revoke from PUBLIC what this connection may revoke; return what was revoked.

    Does nothing in a database that syncer shares with other applications or does not own.
    """
    with transaction(engine) as connection:
        own = connection.execute(_OWN_PRIVILEGES).one()
        if not (own.is_alone and own.owns_database):
            return []
        revoked = [
            privilege
            for privilege in _public_privileges(connection, name)
            if not privilege.is_foreign and (own.is_superuser or not privilege.needs_superuser)
        ]
        for statement in (statement for privilege in revoked for statement in privilege.revoke_statements):
            connection.execute(text(statement.replace(":", "\\:")))
        return revoked


def _public_privileges(connection: Connection, name: str) -> Iterable[PublicPrivilege]:
    may = connection.execute(_EFFECTIVE, {"name": name}).one()
    database, owner = quote_identifier(may.database), quote_identifier(may.owner)
    if may.create_temporary:
        # The daemon needs temporary tables; unless it owns the database, its privilege comes from PUBLIC.
        grant = f"GRANT TEMPORARY ON DATABASE {database} TO {owner}"
        revoke = f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC"
        yield PublicPrivilege(action="create temporary tables", revoke_statements=(grant, revoke))
    if may.create_in_public:
        revoke = "REVOKE CREATE ON SCHEMA public FROM PUBLIC"
        yield PublicPrivilege(action="create tables in the schema public", revoke_statements=(revoke,))
    if may.create_large_objects:
        revoke = f"REVOKE EXECUTE ON FUNCTION pg_catalog.{_LARGE_OBJECTS} FROM PUBLIC"
        yield PublicPrivilege(
            action="create large objects", revoke_statements=(revoke,), needs_superuser=True
        )
    for table in may.tables:
        revoke = f"REVOKE ALL ON {table} FROM PUBLIC"
        yield PublicPrivilege(action=f"use {table}", revoke_statements=(revoke,), is_foreign=True)
    if may.databases:
        revokes = tuple(
            f"REVOKE CONNECT ON DATABASE {quote_identifier(name)} FROM PUBLIC" for name in may.databases
        )
        action = f"connect to {', '.join(may.databases)}"
        yield PublicPrivilege(action=action, revoke_statements=revokes, is_foreign=True)
