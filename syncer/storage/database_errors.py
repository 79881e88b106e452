"""Errors of the database: which are temporary, which the user must correct, and what to type.

Errors of statements are classified by SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

from __future__ import annotations

import re

import psycopg
from psycopg import sql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from syncer.errors import (
    ConfigurationError,
    LoginRefused,
    SchemaError,
    StoreUnavailable,
    SyncerError,
    one_line,
)
from syncer.storage.logins import RefusedByServer

#: What to type after a refused login. The words decide about the advice alone: a server may translate them.
_ADVICE = {
    "password authentication failed": "correct user and password in the database URL, or type as an"
    " administrator ALTER ROLE {user} PASSWORD '…' VALID UNTIL 'infinity'",
    "is not permitted to log in": "type as an administrator ALTER ROLE {user} LOGIN",
    "permission denied for database": "type as an administrator GRANT CONNECT ON DATABASE {database}"
    " TO {user}",
    "not currently accepting connections": "type as an administrator ALTER DATABASE {database}"
    " ALLOW_CONNECTIONS true",
    "too many connections for role": "type as an administrator ALTER ROLE {user} CONNECTION LIMIT -1",
    "too many connections for database": "type as an administrator ALTER DATABASE {database}"
    " CONNECTION LIMIT -1",
    "too many clients": "raise max_connections of the server",
    "connection slots are reserved": "raise max_connections of the server",
    "pg_hba.conf": "add a line for it to the server's pg_hba.conf",
    "unsupported startup parameter": "remove it from the database URL and from PGOPTIONS, PGTZ, PGDATESTYLE"
    " and PGGEQO: a pooler accepts few",
    "invalid value for parameter": "correct it in the database URL, in the PG* environment variables, or with"
    " ALTER ROLE {user} RESET …",
    ': role "': "type as an administrator CREATE ROLE {user} LOGIN PASSWORD '…', or correct the database URL",
    ': database "': "type as an administrator CREATE DATABASE {database} OWNER {user} ENCODING 'UTF8'"
    " TEMPLATE template0, or correct the database URL",
}
_GENERAL_ADVICE = (
    "check user, password and database in the database URL, the role's LOGIN, VALID UNTIL, CONNECTION LIMIT"
    " and CONNECT right, and the server's pg_hba.conf"
)
#: Messages of libpq, which are not translated, about what waiting does not change.
_CLIENT_ERRORS = {
    "could not match": "write as many ports and addresses as hosts in the database URL",
    "certificate verify failed": "write sslrootcert=/path/of/the/authority.pem in the database URL;"
    " `sslrootcert=system` uses the authorities that the database driver was built with",
    "root certificate": "correct sslrootcert (or PGSSLROOTCERT)",
    "certificate file": "correct sslcert (or PGSSLCERT)",
    "private key file": "correct sslkey (or PGSSLKEY), and the permissions of that file",
    "does not match host name": "write the certificate's host name in the database URL, or correct sslmode",
    "but SSL was required": "write sslmode=prefer in the database URL, or set up TLS on the server",
    "authentication method requirement": "correct require_auth (or PGREQUIREAUTH)",
    "GSSAPI encryption required": "correct gssencmode (or PGGSSENCMODE), or get a ticket",
    "channel binding": "correct channel_binding (or PGCHANNELBINDING)",
    "min_protocol_version": "correct min_protocol_version (or PGMINPROTOCOLVERSION)",
    "no password supplied": "write the password in the database URL, or in the file of PGPASSFILE",
}
#: Messages of PgBouncer about a server that it cannot reach; its SQLSTATE is that of every other refusal.
_SERVER_IS_AWAY = (
    "server login has been failing",
    "server_login_retry",
    "query_wait_timeout",
    "cannot connect to server",
    "server conn crashed",
)
_POOLER_ADVICE = {
    "query_wait_timeout": "; the pooler has no free connection to the server: raise its pool_size"
}
_READ_ONLY = "; it is a standby, or default_transaction_read_only is on for the role or the database"
#: Errors of the server's state that are no OperationalError.
_STATE_ERRORS = (
    psycopg.errors.ReadOnlySqlTransaction,
    psycopg.errors.IdleInTransactionSessionTimeout,
    # Rows that this process has stored are gone, by another hand or after a failover: it stores them again.
    psycopg.errors.ForeignKeyViolation,
)
#: Statements about objects that are absent, or that are not as this version made them. While a process runs,
#: a database may be made anew, restored from an older backup, upgraded, or changed by hand.
_SCHEMA_ERRORS = (
    psycopg.errors.UndefinedTable,
    psycopg.errors.UndefinedColumn,
    psycopg.errors.UndefinedFunction,
    psycopg.errors.InvalidSchemaName,
    psycopg.errors.WrongObjectType,
)
_SIMPLE_NAME = re.compile(r"[a-z_][a-z0-9_]*")


def is_read_only_error(error: BaseException | None) -> bool:
    """Whether another connection may succeed: this one has a standby or a database that was read-only."""
    return isinstance(error, psycopg.errors.ReadOnlySqlTransaction)


def is_missing_right(error: BaseException | None) -> bool:
    """Whether the role of the connection lacks a right."""
    return isinstance(error, psycopg.errors.InsufficientPrivilege)


def is_definition_error(error: BaseException | None) -> bool:
    """Whether the objects of the database do not fit a statement: SQLSTATE classes 42 and 2B, 3F000."""
    state = getattr(error, "sqlstate", None) or ""
    return state.startswith(("42", "2B", "3F"))


def syncer_error(
    error: DBAPIError | psycopg.Error | PoolTimeout, *, location: str, database: str, user: str
) -> SyncerError | None:
    """`error` as StoreUnavailable or as a kind of ConfigurationError; None for an error of the program.

    `database` and `user` are for the statements to type.
    """
    reason = error.orig if isinstance(error, DBAPIError) else error
    text = one_line(str(reason))
    names = {"database": _quoted(database), "user": _quoted(user)}
    if is_missing_right(reason):
        return ConfigurationError(_missing_right(location, text, names))
    if isinstance(reason, _SCHEMA_ERRORS):
        text = one_line(reason.diag.message_primary or text)
        return SchemaError(_CHANGED.format(location=location, text=text))
    is_gone = isinstance(error, DBAPIError) and error.connection_invalidated
    if not (is_gone or isinstance(reason, (psycopg.OperationalError, *_STATE_ERRORS, PoolTimeout))):
        return None
    rejected = f"the database at {location} rejected the connection: {text}"
    if isinstance(reason, RefusedByServer) and not any(words in text for words in _SERVER_IS_AWAY):
        return LoginRefused(f"{rejected}; {(_found(_ADVICE, text) or _GENERAL_ADVICE).format(**names)}")
    client_advice = _found(_CLIENT_ERRORS, text)
    if isinstance(reason, psycopg.OperationalError) and client_advice:
        return ConfigurationError(f"{rejected}; {client_advice}")
    advice = _READ_ONLY if is_read_only_error(reason) else _found(_POOLER_ADVICE, text) or ""
    return StoreUnavailable(f"the database at {location} is not available: {text}{advice}")


def _found(advice: dict[str, str], text: str) -> str | None:
    return next((each for words, each in advice.items() if words in text), None)


def _missing_right(location: str, text: str, names: dict[str, str]) -> str:
    advice = _found(_RIGHTS, text) or f"{_DATABASE_RIGHTS}, and {_OBJECT_RIGHTS}"
    return (
        f"the role {names['user']} of the database at {location} lacks a right: {text}; type as an"
        f" administrator {advice.format(**names)}"
    )


def _quoted(name: str) -> str:
    """`name` as it is written in a statement; the ellipsis for an unknown name stays."""
    is_plain = name == "…" or _SIMPLE_NAME.fullmatch(name)
    return name if is_plain else sql.Identifier(name).as_string()


_DATABASE_RIGHTS = (
    "ALTER DATABASE {database} OWNER TO {user} (or GRANT CONNECT, CREATE, TEMPORARY ON DATABASE {database}"
    " TO {user})"
)
_OBJECT_RIGHTS = (
    "GRANT … TO {user} with the name of the role that ran `syncer migrate`, or connect as that role"
)
#: By the words of the error: the statement to type. The words decide about the advice alone.
_RIGHTS = {
    " database ": _DATABASE_RIGHTS,
    "permission denied": _OBJECT_RIGHTS,
    "must be owner": _OBJECT_RIGHTS,
}
_CHANGED = (
    "the schema of the database at {location} is not as `syncer migrate` made it: {text}; type"
    " `syncer migrate`, or undo the change that was made by hand"
)
