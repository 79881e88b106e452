"""Runs statements about BI roles, explains the errors of missing privileges, and ends the roles' sessions."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

import psycopg
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from syncer.errors import ConfigurationError, one_line
from syncer.storage.connections import transaction
from syncer.storage.roles.bi_role_status import READERS, READERS_PARAMETERS

#: Materialized: Postgres may otherwise call the function before it applies the join, for other roles.
_END_IDLE = text(f"""
WITH idle AS MATERIALIZED (
    SELECT o.name, a.pid FROM ({READERS}) o JOIN pg_stat_activity a ON a.usesysid = o.oid
    WHERE o.is_ours AND pg_has_role(o.oid, 'USAGE') AND a.datname = current_database()
        AND a.state LIKE 'idle in transaction%'
        AND a.state_change < clock_timestamp() - CAST(:idle AS interval)
)
SELECT name FROM idle WHERE pg_terminate_backend(pid)
""")
_END = text("""
WITH open AS MATERIALIZED (SELECT pid FROM pg_stat_activity WHERE usename = :name AND leader_pid IS NULL)
SELECT pid FROM open WHERE pg_terminate_backend(pid)
""")
#: A session needs a moment to roll back and to remove its temporary objects.
_MAX_ATTEMPTS, _PAUSE = 50, 0.1


def end_sessions(engine: Engine, name: str) -> int:
    """End the open sessions of the role `name` in every database and wait for it; return their number.

    Also ends sessions whose login was under way. Does nothing where the role of this connection may not end
    them.
    """
    ended: set[int] = set()
    try:
        for _ in range(_MAX_ATTEMPTS):
            with transaction(engine, explains_rights=False) as connection:
                pids = set(connection.scalars(_END, {"name": name}))
            if not pids:
                break
            ended |= pids
            time.sleep(_PAUSE)
    except DBAPIError as error:
        if not isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
            raise
    return len(ended)


def end_idle_transactions(engine: Engine, idle: timedelta) -> list[str]:
    """End sessions of BI roles that are idle in a transaction for longer than `idle`; return their roles.

    A session can switch off its own timeout. Its transaction keeps the server from removing dead rows, and
    keeps locks that partitions wait for. Sessions that the role of this connection may not end stay.
    """
    with transaction(engine) as connection:
        parameters = {**READERS_PARAMETERS, "idle": f"{idle.total_seconds()} seconds"}
        return [str(name) for name in connection.scalars(_END_IDLE, parameters)]


def run_statements(connection: Connection, statements: Sequence[str]) -> None:
    """Run SQL statements without parameters."""
    for statement in statements:
        connection.execute(text(statement.replace(":", "\\:")))


def script_advice(command: str) -> str:
    """What to do where the role of this connection may not do what `syncer bi-user COMMAND` does."""
    return (
        f"ask an administrator to run the output of `syncer bi-user {command} --print-sql`,"
        " or set SYNCER_DATABASE__URL to a role that may"
    )


@contextmanager
def explained(command: str) -> Iterator[None]:
    """Replace Postgres' errors about missing privileges by a ConfigurationError that says what to do."""
    try:
        yield
    except DBAPIError as error:
        if isinstance(error.orig, psycopg.errors.InsufficientPrivilege):
            raise ConfigurationError(f"{first_line(error.orig)}: {script_advice(command)}") from None
        raise


def first_line(cause: BaseException | None) -> str:
    """The message of a database error without its details, in one line."""
    primary = cause.diag.message_primary if isinstance(cause, psycopg.Error) else None
    return one_line(primary or "not allowed")
