"""Drops BI roles: first their logins and sessions, then their privileges, what they own, and the role."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import psycopg
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from syncer.errors import ConfigurationError, one_line
from syncer.storage.connections import transaction
from syncer.storage.roles.bi_role_creation import describe_bi_role
from syncer.storage.roles.bi_role_grants import BiRole, quote_identifier, quote_literal
from syncer.storage.roles.bi_role_scripts import removal_script
from syncer.storage.roles.bi_role_sessions import end_sessions, explained, run_statements
from syncer.storage.roles.bi_role_status import find_bi_role

#: What a role owns in this database, without what no other role can need: large objects, default privileges
#: and its user mappings. Temporary objects end with their session.
_OWNED = text("""
SELECT pg_describe_object(classid, objid, objsubid) FROM pg_shdepend
WHERE refclassid = 'pg_authid'::regclass AND refobjid = (SELECT oid FROM pg_roles WHERE rolname = :name)
    AND deptype = 'o' AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND classid NOT IN ('pg_largeobject'::regclass, 'pg_largeobject_metadata'::regclass,
        'pg_default_acl'::regclass, 'pg_user_mapping'::regclass)
ORDER BY 1 LIMIT 10
""")
_OTHER_DATABASES = text("""
SELECT DISTINCT d.datname::text FROM pg_shdepend s JOIN pg_database d ON d.oid = s.dbid
WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid = (SELECT oid FROM pg_roles WHERE rolname = :name)
    AND d.datname <> current_database()
ORDER BY 1
""")
_PREPARED = text("SELECT gid, database::text FROM pg_prepared_xacts WHERE owner = :name ORDER BY prepared")
_IS_MEMBER = text("SELECT pg_has_role(CAST(:name AS name), 'USAGE')")
_OWN_ROLE = text("SELECT current_user")


@dataclass(frozen=True, slots=True, kw_only=True)
class BiRoleRemoval:
    """The result of dropping a BI role."""

    #: The number of sessions that were ended.
    ended_sessions: int
    #: Why the role itself remains, without logins and privileges, and what to type; empty if it was dropped.
    remains: tuple[str, ...]


def drop_bi_role(engine: Engine, name: str) -> BiRoleRemoval:
    """Drop the BI role `name` with its large objects; end its sessions.

    A role that owns other objects, or that has rights in other databases, remains without login and without
    rights in this database. Raises ConfigurationError if there is none of that name, or if the role of this
    connection may not change it; its rights on the views are revoked even so, where this connection may.
    """
    role = _existing_role(engine, name)
    try:
        with explained(f"drop {name}"), transaction(engine, explains_rights=False) as connection:
            run_statements(connection, role.disable_statements())
    except ConfigurationError as error:
        raise _after_revocation(engine, role, error) from None
    _become_member(engine, role)
    ended = end_sessions(engine, name)
    with explained(f"drop {name}"), transaction(engine, explains_rights=False) as connection:
        run_statements(connection, role.revoke_statements())
    with transaction(engine) as connection:
        remains = tuple(_obstacles(connection, name))
    return BiRoleRemoval(ended_sessions=ended, remains=remains or _drop(engine, role))


def bi_role_removal_script(engine: Engine, name: str) -> str:
    """The script with which an administrator drops `name`. Raises ConfigurationError if it is no BI role."""
    return removal_script(_existing_role(engine, name))


def _existing_role(engine: Engine, name: str) -> BiRole:
    with transaction(engine) as connection:
        if find_bi_role(connection, name) is None:
            raise ConfigurationError(f"there is no BI role called {name}: see `syncer bi-user list`")
    # Not its real settings: the statements that drop a role contain none.
    return describe_bi_role(engine, name, time_zone="UTC", statement_timeout=timedelta(0))


def _after_revocation(engine: Engine, role: BiRole, error: ConfigurationError) -> ConfigurationError:
    """Revoke the rights on the views, if this connection may; return `error` with that outcome."""
    try:
        with transaction(engine, explains_rights=False) as connection:
            run_statements(connection, role.revoke_statements())
    except DBAPIError as refusal:
        if isinstance(refusal.orig, psycopg.errors.InsufficientPrivilege):
            return error
        raise
    return error.with_context(f"{role.name} can no longer read the views, but can still log in")


def _become_member(engine: Engine, role: BiRole) -> None:
    """Let the role of this connection act for `role`, which ending sessions and DROP OWNED require."""
    name = quote_identifier(role.name)
    try:
        with transaction(engine, explains_rights=False) as connection:
            if not connection.scalar(_IS_MEMBER, {"name": role.name}):
                own = quote_identifier(str(connection.scalar(_OWN_ROLE)))
                run_statements(connection, [f"GRANT {name} TO {own}"])
    except DBAPIError as error:
        # Refused, or circular. The statements that follow name what is missing.
        if not isinstance(
            error.orig, psycopg.errors.InsufficientPrivilege | psycopg.errors.InvalidGrantOperation
        ):
            raise


def _obstacles(connection: Connection, name: str) -> Iterator[str]:
    """Why the role cannot be dropped without loss, and what to type."""
    role = quote_identifier(name)
    for gid, database in connection.execute(_PREPARED, {"name": name}):
        yield f"it has a prepared transaction: type `ROLLBACK PREPARED {quote_literal(gid)}` in {database}"
    if owned := ", ".join(connection.scalars(_OWNED, {"name": name})):
        yield (
            f"it owns {owned}: type `REASSIGN OWNED BY {role} TO …` in psql to keep that, or"
            f" `DROP OWNED BY {role}` to delete it"
        )
    if databases := ", ".join(connection.scalars(_OTHER_DATABASES, {"name": name})):
        yield (
            f"it owns something or has rights in {databases}: connect to each as an administrator and type"
            f" `DROP OWNED BY {role}`, or REASSIGN OWNED first to keep what it owns"
        )


def _drop(engine: Engine, role: BiRole) -> tuple[str, ...]:
    """Drop the role with its large objects and default privileges; return why it remains."""
    try:
        with transaction(engine, explains_rights=False) as connection:
            run_statements(connection, role.drop_statements())
    except DBAPIError as error:
        cause = error.orig
        if not isinstance(
            cause, psycopg.errors.InsufficientPrivilege | psycopg.errors.DependentObjectsStillExist
        ):
            raise
        reason = one_line(cause.diag.message_detail or cause.diag.message_primary or "not allowed")
        statements = "; ".join(role.drop_statements())
        return (f"{reason}: type as an administrator `{statements}`",)
    return ()
