"""Creates and drops BI roles. Only the SCRAM verifier of a password is sent to the server or printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import psycopg
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from syncer.errors import ConfigurationError, one_line
from syncer.storage.connections import transaction
from syncer.storage.roles.bi_role_grants import BiRole, check_role_name
from syncer.storage.roles.bi_role_status import is_bi_role

_DATABASE = text("""
SELECT current_database() AS name, pg_get_userbyid(nspowner) AS owner, current_user AS own_role,
       r.rolsuper OR r.rolcreaterole AS may_create,
       r.rolsuper OR pg_has_role(current_user, nspowner, 'USAGE') AS may_grant
FROM pg_namespace, pg_roles r WHERE nspname = 'reporting' AND r.rolname = current_user
""")
_EXISTS = text("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :name)")


@dataclass(frozen=True, slots=True)
class _OwnPrivileges:
    """The role of this connection, and its privileges."""

    role: str
    may_create: bool
    may_grant: bool


def describe_bi_role(engine: Engine, name: str, *, time_zone: str, statement_timeout: timedelta) -> BiRole:
    """The BI role `name` as it should be in this database. Changes nothing.

    Raises ConfigurationError if the name is not allowed.
    """
    with transaction(engine) as connection:
        return _describe(connection, check_role_name(name), time_zone, statement_timeout)[0]


def create_bi_role(engine: Engine, role: BiRole, password: str, *, rotate: bool = False) -> bool:
    """Create `role`, or renew its grants and settings; return True if its password is now `password`.

    An existing role keeps its password unless `rotate`. Raises ConfigurationError if a role of that name
    exists that is no BI role of this database, or if the role of this connection lacks the privileges.
    """
    with _explained(role.name), transaction(engine) as connection:
        _, privileges = _describe(connection, role.name, role.time_zone, role.statement_timeout)
        exists = connection.scalar(_EXISTS, {"name": role.name})
        if exists and not is_bi_role(connection, role.name):
            raise ConfigurationError(
                f"the role {role.name} exists and is no BI role of this database: choose another name"
            )
        _check_privileges(privileges, role.name)
        if not exists:
            _run(connection, role.create_statements(_verifier(connection, role, password)))
        elif rotate:
            _run(connection, role.password_statements(_verifier(connection, role, password)))
        _run(connection, [*role.setting_statements(), *role.grant_statements()])
        return rotate or not exists


def bi_role_script(engine: Engine, role: BiRole, password: str) -> str:
    """The script with which an administrator creates `role`. It holds the verifier, not the password."""
    with transaction(engine) as connection:
        return role.script(_verifier(connection, role, password))


def drop_bi_role(engine: Engine, name: str) -> None:
    """Drop the BI role `name`.

    Raises ConfigurationError if there is none, or if the role of this connection lacks the privileges.
    """
    with _explained(name), transaction(engine) as connection:
        if not is_bi_role(connection, name):
            raise ConfigurationError(f"there is no BI role called {name}: see `syncer bi-user list`")
        role, privileges = _describe(connection, name, "UTC", timedelta(0))
        _check_privileges(privileges, name)
        _run(connection, role.drop_statements())


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


def _check_privileges(privileges: _OwnPrivileges, name: str) -> None:
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
            f"the role {privileges.role} {' and '.join(missing)}: {_ADVICE.format(name)}"
        )


def _verifier(connection: Connection, role: BiRole, password: str) -> str:
    """The SCRAM verifier of `password`, computed by libpq in this process."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    verifier = driver.pgconn.encrypt_password(password.encode(), role.name.encode(), b"scram-sha-256")
    return verifier.decode()


def _run(connection: Connection, statements: Sequence[str]) -> None:
    for statement in statements:
        connection.execute(text(statement.replace(":", "\\:")))


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """Replace Postgres' errors about privileges and dependent objects by a ConfigurationError."""
    try:
        yield
    except DBAPIError as error:
        cause = error.orig
        if isinstance(cause, psycopg.errors.InsufficientPrivilege):
            raise ConfigurationError(f"{_first_line(cause)}: {_ADVICE.format(name)}") from None
        if isinstance(cause, psycopg.errors.DependentObjectsStillExist):
            raise ConfigurationError(
                f"{name} has privileges or objects outside reporting: {_detail(cause)}"
            ) from None
        raise


def _first_line(cause: psycopg.Error) -> str:
    return cause.diag.message_primary or "not allowed"


def _detail(cause: psycopg.Error) -> str:
    return one_line(cause.diag.message_detail or _first_line(cause))


_ADVICE = (
    "ask an administrator to run the output of `syncer bi-user create {} --print-sql`, "
    "or set SYNCER_DATABASE__URL to a role that may"
)
