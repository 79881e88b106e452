"""Creates and changes BI roles. Only the SCRAM verifier of a password is sent to the server or printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, Row, text

from syncer.errors import ConfigurationError
from syncer.storage.connections import transaction
from syncer.storage.roles.bi_role_grants import TEMP_FILE_LIMIT, BiRole, check_role_name, quote_identifier
from syncer.storage.roles.bi_role_scripts import creation_script, renewal_script
from syncer.storage.roles.bi_role_sessions import end_sessions, explained, run_statements, script_advice
from syncer.storage.roles.bi_role_status import BiRoleIdentity, find_bi_role
from syncer.storage.time_zones import refuse_unknown_zone

_DATABASE = text("""
SELECT current_database() AS name, pg_get_userbyid(nspowner) AS owner, current_user AS own_role,
       r.rolsuper OR r.rolcreaterole AS may_create,
       r.rolsuper OR pg_has_role(current_user, nspowner, 'USAGE') AS may_grant
FROM pg_namespace, pg_roles r WHERE nspname = 'reporting' AND r.rolname = current_user
""")
_EXISTS = text("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :name)")
_MEMBERSHIP = text("""
SELECT rolsuper AS is_superuser, pg_has_role(oid, CAST(:owner AS name), 'MEMBER') AS is_owner
FROM pg_roles WHERE rolname = :name
""")
#: A lower limit of the whole server stays.
_FILE_LIMIT = text("""
SELECT setting::bigint = -1 OR setting::bigint * 1024 > pg_size_bytes(:limit) AS is_needed,
    has_parameter_privilege(current_user, name, 'SET') AS may_set
FROM pg_settings WHERE name = 'temp_file_limit'
""")
#: The settings of a role for all databases and for this one.
_SETTINGS = text("""
SELECT split_part(word, '=', 1) AS name, s.setdatabase <> 0 AS is_local
FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole, unnest(s.setconfig) word
WHERE r.rolname = :name
    AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
ORDER BY 2, 1
""")


@dataclass(frozen=True, slots=True)
class _OwnPrivileges:
    """The role of this connection, and its privileges."""

    role: str
    may_create: bool
    may_grant: bool


def describe_bi_role(engine: Engine, name: str, *, time_zone: str, statement_timeout: timedelta) -> BiRole:
    """The BI role `name` as it should be in this database. Changes nothing.

    Raises ConfigurationError if the name is not allowed for a new role and no role has it. An administrator
    may have given an existing role any name. Raises it for a time zone that the server does not know, too.
    """
    with transaction(engine) as connection:
        refuse_unknown_zone(connection, time_zone)
        if not connection.scalar(_EXISTS, {"name": name}):
            check_role_name(name)
        return _describe(connection, name, time_zone, statement_timeout)[0]


def create_bi_role(engine: Engine, role: BiRole, password: str, *, rotate: bool = False) -> bool:
    """Create `role`, or renew its grants and settings; return True if its password is now `password`.

    An existing role keeps its password unless `rotate` or it may not log in. It loses every setting that
    it or an administrator added. A new password ends its open sessions. Raises ConfigurationError
    if a role of that name exists that is no BI role of this database, or if the role of this connection lacks
    the privileges.
    """
    command = f"create {role.name}{' --rotate' if rotate else ''}"
    with explained(command), transaction(engine, explains_rights=False) as connection:
        _, privileges = _describe(connection, role.name, role.time_zone, role.statement_timeout)
        existing = find_existing(connection, role)
        _check_privileges(privileges, command)
        is_set = rotate or existing is None or not existing.can_login
        verifier = _verifier(connection, role, password)
        if existing is None:
            run_statements(connection, role.create_statements(verifier))
        elif is_set:
            run_statements(connection, role.password_statements(verifier))
        comment = existing.comment if existing else None
        reset = role.reset_statements() if existing else []
        run_statements(connection, [*role.mark_statements(comment), *reset, *role.setting_statements()])
        run_statements(connection, [*role.owner_statements(), *role.grant_statements()])
        limit = _file_limit(connection)
        if limit.is_needed and limit.may_set:
            run_statements(connection, [role.temp_file_statement()])
    if is_set and existing is not None:
        end_sessions(engine, role.name)
    return is_set


def load_superuser_statements(engine: Engine, role: BiRole) -> list[str]:
    """The statements for `role` that only a superuser may run: one limit, and settings to remove."""
    with transaction(engine) as connection:
        is_limited = not _file_limit(connection).is_needed
        settings = {(name, is_local) for name, is_local in connection.execute(_SETTINGS, {"name": role.name})}
    is_limited = is_limited or ("temp_file_limit", True) in settings
    limit = [] if is_limited else [role.temp_file_statement()]
    return [*limit, *role.leftover_statements(settings)]


def bi_role_script(engine: Engine, role: BiRole, password: str, *, rotate: bool = False) -> str:
    """The script with which an administrator creates or renews `role`. It holds no password, only a verifier.

    Raises ConfigurationError if a role of that name exists that is no BI role of this database.
    """
    with transaction(engine) as connection:
        existing = find_existing(connection, role)
        verifier = _verifier(connection, role, password)
        if existing is None:
            return creation_script(role, verifier)
        is_set = rotate or not existing.can_login
        return renewal_script(role, verifier if is_set else None, existing.comment)


def find_existing(connection: Connection, role: BiRole) -> BiRoleIdentity | None:
    """The BI role that exists under the name of `role`; None if no role has that name.

    Raises ConfigurationError if a role of that name exists that is no BI role of this database, or that may
    act as the owner of the views.
    """
    existing = find_bi_role(connection, role.name)
    if existing is None:
        if connection.scalar(_EXISTS, {"name": role.name}):
            raise ConfigurationError(
                f"the role {role.name} exists and is no BI role of this database: choose another name"
            )
        return None
    membership = connection.execute(_MEMBERSHIP, {"name": role.name, "owner": role.owner}).one()
    name, owner = quote_identifier(role.name), quote_identifier(role.owner)
    if membership.is_superuser:
        raise ConfigurationError(
            f"the role {role.name} is a superuser: type `ALTER ROLE {name} NOSUPERUSER` in psql,"
            " or choose another name"
        )
    if membership.is_owner:
        raise ConfigurationError(
            f"the role {role.name} may act as {role.owner}, the owner of the views: type"
            f" `REVOKE {owner} FROM {name}` in psql, or choose another name"
        )
    return existing


def _describe(
    connection: Connection, name: str, time_zone: str, statement_timeout: timedelta
) -> tuple[BiRole, _OwnPrivileges]:
    database = connection.execute(_DATABASE).one()
    role = BiRole(
        name=name,
        database=database.name,
        owner=database.owner,
        time_zone=time_zone,
        statement_timeout=statement_timeout,
    )
    return role, _OwnPrivileges(database.own_role, database.may_create, database.may_grant)


def _check_privileges(privileges: _OwnPrivileges, command: str) -> None:
    """Raise ConfigurationError unless the role of this connection may create roles and owns the views."""
    missing = [
        text
        for is_given, text in (
            (privileges.may_create, "may not create roles"),
            (privileges.may_grant, "does not own the views"),
        )
        if not is_given
    ]
    if missing:
        raise ConfigurationError(
            f"the role {privileges.role} {' and '.join(missing)}: {script_advice(command)}"
        )


def _file_limit(connection: Connection) -> Row[Any]:
    """Whether a BI role needs a limit of its temporary files, and whether this connection may set it."""
    return connection.execute(_FILE_LIMIT, {"limit": TEMP_FILE_LIMIT}).one()


def _verifier(connection: Connection, role: BiRole, password: str) -> str:
    """The SCRAM verifier of `password`, computed by libpq in this process."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    verifier = driver.pgconn.encrypt_password(password.encode(), role.name.encode(), b"scram-sha-256")
    return verifier.decode()
