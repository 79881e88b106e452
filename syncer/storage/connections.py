"""Connections to the database, and the errors that their failures are translated to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from syncer.storage import logins, sessions
from syncer.storage.database_errors import is_missing_right, is_read_only_error, syncer_error
from syncer.storage.database_urls import check_parameters, connection_parameters, describe_url, parse_url

#: Seconds after which a connection is replaced: its temporary table holds back the cluster's freeze horizon.
_LONGEST_AGE = 300
#: Parameters of each connection, unless the URL has them.
_PARAMETERS: dict[str, Any] = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
    "application_name": "syncer",
}
#: Key of a pooled connection's token in the pool's record of it.
_TOKEN = "syncer_token"


def make_engine(url: str, *, lease: timedelta | None = timedelta(seconds=10)) -> Engine:
    """Create a pool of connections to the database at `url`, without a connection yet.

    The server ends an idle transaction before a `lease` is over, so that a suspended process blocks no other
    one; without a lease it ends none. Raises ConfigurationError if `url` is not a Postgres URL, or has a
    parameter that libpq does not understand.
    """
    parsed = parse_url(url)
    check_parameters(parsed)
    engine = create_engine(
        parsed,
        # Kept open: each new connection costs a handshake, and a temporary table in the catalogs.
        pool_size=20,
        # Unlimited: the number of threads is limited, and a full pool could delay the renewal of leases.
        max_overflow=-1,
        pool_recycle=_LONGEST_AGE,
        pool_pre_ping=True,
        hide_parameters=True,
    )
    connector = _Connector(parsed, lease)
    event.listen(engine, "do_connect", connector.connect)
    event.listen(engine, "checkout", connector.check_session)
    event.listen(engine, "handle_error", _discard_pool_after_failover)
    return engine


class _Connector:
    """Opens and sets up connections, and checks that a pooler keeps their sessions apart."""

    def __init__(self, url: URL, lease: timedelta | None) -> None:
        self._location = describe_url(url)
        # UTF8 from the start: the variable PGCLIENTENCODING would decide about the login's messages.
        # No prepared statements: a plan that was made while the tables were empty would be kept.
        fixed = {"client_encoding": "UTF8", "prepare_threshold": None}
        self._parameters: dict[str, Any] = _PARAMETERS | connection_parameters(url) | fixed
        self._settings = sessions.timeouts(lease)
        self._is_pooler_checked = False

    def connect(self, dialect: object, record: ConnectionPoolEntry, *arguments: object) -> psycopg.Connection:
        """Return a connection whose session has our settings."""
        connection = logins.connect(self._parameters)
        try:
            token = sessions.set_up(connection, self._settings, self._location)
            if token and not self._is_pooler_checked:
                with logins.connect(self._parameters) as second:
                    sessions.check_pooler(connection, second, token, self._location)
                self._is_pooler_checked = True
        except BaseException:
            connection.close()
            raise
        record.info[_TOKEN] = token
        return connection

    def check_session(self, connection: Any, record: ConnectionPoolEntry, proxy: object) -> None:
        """Check a connection through a pooler each time before it is used."""
        if token := record.info.get(_TOKEN):
            sessions.check_session(connection, token, self._location)


def _discard_pool_after_failover(context: ExceptionContext) -> None:
    """Discard the pool after an error that another connection may not have, such as one to a new primary."""
    if is_read_only_error(context.original_exception):
        context.is_disconnect = True


@contextmanager
def transaction(engine: Engine, *, explains_rights: bool = True) -> Iterator[Connection]:
    """Open a transaction; commit it at the end of the `with` block, or roll it back after an error.

    Raises StoreUnavailable if the database is unavailable, LoginRefused, or ConfigurationError; the last one
    for a missing right too, unless the caller explains rights itself.
    """
    with translated(engine.url, explains_rights=explains_rights), engine.begin() as connection:
        yield connection


@contextmanager
def translated(url: URL, *, explains_rights: bool = True) -> Iterator[None]:
    """Translate errors of the driver inside the `with` block as `transaction` does."""
    try:
        yield
    except (DBAPIError, psycopg.Error, PoolTimeout) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        if is_missing_right(reason) and not explains_rights:
            raise
        parameters = connection_parameters(url)
        database, user = parameters.get("dbname", "…"), parameters.get("user", "…")
        found = syncer_error(error, location=describe_url(url), database=database, user=user)
        if found is None:
            raise
        raise found from reason
