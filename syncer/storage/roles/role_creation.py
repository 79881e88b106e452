"""Makes readers and removes them. A password leaves this process only as what the server keeps of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import psycopg
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from syncer.errors import ConfigurationError, one_line
from syncer.reporting.bi_role_grants import ReadOnlyRole, check_name
from syncer.storage.connections import transaction
from syncer.storage.roles.role_info import is_bi_role

_HERE = text("""
SELECT current_database() AS database, pg_get_userbyid(nspowner) AS owner, current_user AS we,
       r.rolsuper OR r.rolcreaterole AS may_create,
       r.rolsuper OR pg_has_role(current_user, nspowner, 'USAGE') AS may_grant
FROM pg_namespace, pg_roles r WHERE nspname = 'reporting' AND r.rolname = current_user
""")
_EXISTS = text("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :name)")


@dataclass(frozen=True, slots=True)
class _OwnPrivileges:
    """What the role that we connect as may do."""

    we: str
    may_create: bool
    may_grant: bool


def load_role(engine: Engine, name: str, *, time_zone: str, patience: timedelta) -> ReadOnlyRole:
    """The reader called `name` as it should be in this database. Raises ConfigurationError."""
    with transaction(engine) as connection:
        return _reader(connection, check_name(name), time_zone, patience)[0]


def create_role(engine: Engine, reader: ReadOnlyRole, password: str, *, rotate: bool = False) -> bool:
    """Make `reader`, or renew its rights and settings; True where it has `password` now.

    A reader that exists keeps its password unless told to `rotate`. Raises ConfigurationError where the name
    is another role's, or we are not allowed to.
    """
    with _explained(reader.name), transaction(engine) as connection:
        _, rights = _reader(connection, reader.name, reader.time_zone, reader.patience)
        exists = connection.scalar(_EXISTS, {"name": reader.name})
        if exists and not is_bi_role(connection, reader.name):
            raise ConfigurationError(
                f"there is a role {reader.name} that is no reader of this database: choose another name"
            )
        check_privileges(rights, reader.name)
        if exists:
            _run(connection, reader.password(_verifier(connection, reader, password)) if rotate else [])
        else:
            _run(connection, reader.creation(_verifier(connection, reader, password)))
        _run(connection, [*reader.settings(), *reader.grants()])
        return rotate or not exists


def role_script(engine: Engine, reader: ReadOnlyRole, password: str) -> str:
    """What an administrator can run to make `reader` with `password`, which is not in it."""
    with transaction(engine) as connection:
        return reader.script(_verifier(connection, reader, password))


def drop_role(engine: Engine, name: str) -> None:
    """Remove the reader called `name`. Raises ConfigurationError where there is none, or we may not."""
    with _explained(name), transaction(engine) as connection:
        if not is_bi_role(connection, name):
            raise ConfigurationError(f"there is no reader called {name}: see `syncer bi-user list`")
        reader, rights = _reader(connection, name, "UTC", timedelta(0))
        check_privileges(rights, name)
        _run(connection, reader.removal())


def _reader(
    connection: Connection, name: str, time_zone: str, patience: timedelta
) -> tuple[ReadOnlyRole, _OwnPrivileges]:
    here = connection.execute(_HERE).one()
    reader = ReadOnlyRole(
        name=name, database=here.database, owner=here.owner, time_zone=time_zone, patience=patience
    )
    return reader, _OwnPrivileges(here.we, here.may_create, here.may_grant)


def check_privileges(rights: _OwnPrivileges, name: str) -> None:
    lacks = [
        what
        for may, what in (
            (rights.may_create, "may not create roles"),
            (rights.may_grant, "does not own the views"),
        )
        if not may
    ]
    if lacks:
        raise ConfigurationError(f"the role {rights.we} {' and '.join(lacks)}: {_ADVICE.format(name)}")


def _verifier(connection: Connection, reader: ReadOnlyRole, password: str) -> str:
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    kept = driver.pgconn.encrypt_password(password.encode(), reader.name.encode(), b"scram-sha-256")
    return kept.decode()


def _run(connection: Connection, statements: Sequence[str]) -> None:
    for statement in statements:
        connection.execute(text(statement.replace(":", "\\:")))


@contextmanager
def _explained(name: str) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        reason = error.orig
        if isinstance(reason, psycopg.errors.InsufficientPrivilege):
            raise ConfigurationError(f"{_first_line(reason)}: {_ADVICE.format(name)}") from None
        if isinstance(reason, psycopg.errors.DependentObjectsStillExist):
            raise ConfigurationError(f"{name} has rights or tables elsewhere: {_detail(reason)}") from None
        raise


def _first_line(reason: psycopg.Error) -> str:
    return reason.diag.message_primary or "not allowed"


def _detail(reason: psycopg.Error) -> str:
    return one_line(reason.diag.message_detail or _first_line(reason))


_ADVICE = (
    "let an administrator run what `syncer bi-user create {} --print-sql` prints, "
    "or set SYNCER_DATABASE__URL to a role that may"
)
