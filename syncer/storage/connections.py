"""Connections to the database, and the errors that their failures are translated to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from syncer.errors import ConfigurationError, StoreUnavailable, one_line
from syncer.storage.database_urls import describe_url, parse_url

#: Refusals that waiting does not change, in the language of most servers.
_REFUSAL = re.compile(
    r"password authentication failed|no password supplied|no pg_hba\.conf entry"
    r'|role "[^"]*" does not exist|database "[^"]*" does not exist|permission denied for database'
)
#: Errors of the server's state. The last two are no OperationalError: read-only, and terminated while idle.
_UNAVAILABLE = (
    psycopg.OperationalError,
    psycopg.errors.ReadOnlySqlTransaction,
    psycopg.errors.IdleInTransactionSessionTimeout,
)


def make_engine(url: str, *, lease: timedelta | None = timedelta(seconds=10)) -> Engine:
    """Create a pool of connections to the database at `url`, without a connection yet.

    The server ends an idle transaction before a `lease` is over, so that a suspended process blocks no other
    one; without a lease it ends none. Raises ConfigurationError if `url` is not a Postgres URL.
    """
    parsed = parse_url(url)
    return create_engine(
        parsed,
        # Kept open: each new connection costs a handshake, and a temporary table in the catalogs.
        pool_size=20,
        # Unlimited: the number of threads is limited, and a full pool could delay the renewal of leases.
        max_overflow=-1,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args=_arguments(parsed, _timeouts(lease)),
    )


def _timeouts(lease: timedelta | None) -> dict[str, str]:
    if lease is None:
        return {}
    seconds = lease.total_seconds()
    return {
        "idle_in_transaction_session_timeout": f"{round(seconds * 800)}ms",
        # Longer than the timeout above, which ends the transaction of a suspended process with the lock.
        "lock_timeout": f"{round(max(seconds * 2, 2) * 1000)}ms",
    }


def _arguments(url: URL, settings: Mapping[str, str]) -> dict[str, Any]:
    """Parameters and session settings of each connection. Those of the URL take precedence."""
    pinned = {
        "search_path": "pg_catalog",
        "timezone": "UTC",
        "jit": "off",
        "client_min_messages": "warning",
        **settings,
    }
    own = " ".join(f"-c{name}={value}" for name, value in pinned.items())
    given = url.query.get("options", "")
    ours: dict[str, Any] = {
        "connect_timeout": 10,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,
        "application_name": "syncer",
    }
    arguments = {name: value for name, value in ours.items() if name not in url.query}
    # No prepared statements: a plan that was made while the tables were empty would be kept.
    return arguments | {"options": f"{given} {own}".strip(), "prepare_threshold": None}


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """Open a transaction; commit it at the end of the `with` block, or roll it back after an error.

    Raises StoreUnavailable if the database is unavailable, ConfigurationError if it refuses the login.
    """
    with translated(engine.url), engine.begin() as connection:
        yield connection


@contextmanager
def translated(url: URL) -> Iterator[None]:
    """Translate errors of the driver inside the `with` block to StoreUnavailable or ConfigurationError."""
    try:
        yield
    except (DBAPIError, psycopg.Error, PoolTimeout) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        is_gone = isinstance(error, DBAPIError) and error.connection_invalidated
        if not (is_gone or isinstance(reason, (*_UNAVAILABLE, PoolTimeout))):
            raise
        text = one_line(str(reason))
        if _REFUSAL.search(text):
            raise ConfigurationError(
                f"the database at {describe_url(url)} rejected the connection: {text}"
            ) from reason
        raise StoreUnavailable(f"the database at {describe_url(url)} is not available: {text}") from reason
