"""The session of each connection: its settings, whatever the role, the database or the environment set.

The settings are sent as a statement after the login and not as the startup parameter `options`, which
PgBouncer refuses: https://www.pgbouncer.org/config.html#ignore_startup_parameters
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta

import psycopg

from syncer.errors import ConfigurationError

#: The settings that an ordinary role may change and that change what a statement means, returns or is
#: allowed to do. Not here: `default_transaction_read_only`, `role`, `synchronous_commit` and tablespaces,
#: which an administrator sets on purpose, and settings that change only a plan or the server's log.
SETTINGS: Mapping[str, str] = {
    "array_nulls": "on",
    "backslash_quote": "safe_encoding",
    "bytea_output": "hex",
    "check_function_bodies": "on",
    "client_encoding": "UTF8",
    "client_min_messages": "warning",
    "createrole_self_grant": "",
    "datestyle": "ISO, MDY",
    "default_table_access_method": "heap",
    "default_transaction_deferrable": "off",
    "default_transaction_isolation": "read committed",
    "exit_on_error": "off",
    "extra_float_digits": "1",
    "gin_fuzzy_search_limit": "0",
    "idle_in_transaction_session_timeout": "0",
    "idle_session_timeout": "0",
    "intervalstyle": "postgres",
    # Only a plan: a compiled plan of a small statement takes longer than the statement.
    "jit": "off",
    "lc_monetary": "C",
    "lc_numeric": "C",
    "lc_time": "C",
    "lock_timeout": "0",
    "quote_all_identifiers": "off",
    "restrict_nonsystem_relation_kind": "",
    "row_security": "on",
    "search_path": "pg_catalog",
    "standard_conforming_strings": "on",
    "statement_timeout": "0",
    "timezone": "UTC",
    "timezone_abbreviations": "Default",
    "transaction_timeout": "0",
    "transform_null_equals": "off",
    "xmlbinary": "base64",
    "xmloption": "content",
}
#: A setting of our own that holds the token of the client connection which set up the session.
_TOKEN = "syncer.connection"
_READ_TOKEN = f"SELECT pg_catalog.current_setting('{_TOKEN}', true), pg_catalog.pg_backend_pid()"


def timeouts(lease: timedelta | None) -> dict[str, str]:
    """Settings that end an idle transaction before a `lease` is over; none without a lease."""
    if lease is None:
        return {}
    seconds = lease.total_seconds()
    return {
        "idle_in_transaction_session_timeout": f"{round(seconds * 800)}ms",
        # Longer than the timeout above, which ends the transaction of a suspended process with the lock.
        "lock_timeout": f"{round(max(seconds * 2, 2) * 1000)}ms",
    }


def set_up(connection: psycopg.Connection, settings: Mapping[str, str], database: str) -> str | None:
    """Apply SETTINGS and `settings` in one round trip; return a token where a pooler is between.

    A pooler gives its clients process ids that are not the server's. `database` describes the database in
    messages. Raises ConfigurationError where the database's encoding is not UTF8.
    """
    _check_encoding(connection, database)
    token = secrets.token_hex(8)
    values = {**SETTINGS, **settings, _TOKEN: token}
    connection.autocommit = True
    row = connection.execute(_statement(values)).fetchone()
    connection.autocommit = False
    assert row is not None
    return None if row[0] == connection.info.backend_pid else token


def check_pooler(first: psycopg.Connection, second: psycopg.Connection, token: str, database: str) -> None:
    """Check that the pooler gives two clients two sessions. `token` is that of `first`, which is idle.

    Raises ConfigurationError in transaction mode, where settings of one client reach others.
    """
    second.autocommit = True
    row = second.execute(_READ_TOKEN).fetchone()
    if row is None or row[0] == token:
        raise _shared_session(database)
    check_session(first, token, database)


def check_session(connection: psycopg.Connection, token: str, database: str) -> None:
    """Check that `connection` still has the session that was set up for it. Raises ConfigurationError."""
    connection.autocommit = True
    row = connection.execute(_READ_TOKEN).fetchone()
    connection.autocommit = False
    if row is None or row[0] != token:
        raise _shared_session(database)


def _shared_session(database: str) -> ConfigurationError:
    return ConfigurationError(
        f"the pooler of the database at {database} gives one session to several clients, so the settings of"
        " one reach the others: use pool_mode = session for this database, or the server's own address"
    )


def _check_encoding(connection: psycopg.Connection, database: str) -> None:
    encoding = connection.info.parameter_status("server_encoding")
    if encoding not in (None, "UTF8"):
        name = connection.info.dbname
        raise ConfigurationError(
            f"the database at {database} has the encoding {encoding}, which cannot hold every text; it must"
            f" be UTF8: type CREATE DATABASE another_name ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
            f" TEMPLATE template0 and write that name in the database URL instead of {name}"
        )


def _statement(values: Mapping[str, str]) -> str:
    """One SELECT that applies `values`; settings that this server does not have are skipped."""
    pairs = ", ".join(f"({_quote(name)}, {_quote(value)})" for name, value in values.items())
    known = "pg_catalog.current_setting(name, true) IS NOT NULL OR name LIKE 'syncer.%'"
    return (
        "SELECT pg_catalog.pg_backend_pid(), pg_catalog.count(pg_catalog.set_config(name, value, false))"
        f" FROM (VALUES {pairs}) settings (name, value) WHERE {known}"
    )


def _quote(value: str) -> str:
    # No setting has a quote or a backslash, so that standard_conforming_strings does not matter.
    return f"'{value}'"
