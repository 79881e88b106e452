"""Run the revisions, then the views and functions whose file changed, in one transaction.

`syncer migrate` passes its connection; `alembic upgrade head` connects here.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

from alembic import context
from alembic.util import CommandError, load_python_file
from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, create_engine, make_url, pool, text
from sqlalchemy.exc import IntegrityError, OperationalError

sql_files = load_python_file(Path(__file__).parent, "sql_files.py")

_SCHEMA = "sync"
_VERSIONS = f"{_SCHEMA}.alembic_version"
_MIGRATION_LOCK = (
    f"CREATE SCHEMA IF NOT EXISTS {_SCHEMA}",
    f"CREATE TABLE IF NOT EXISTS {_VERSIONS}"
    " (version_num varchar(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))",
    f"LOCK TABLE {_VERSIONS} IN SHARE ROW EXCLUSIVE MODE",
)
#: Milliseconds. A statement that waits for a lock makes every later reader of the table wait behind it.
#: Less than `deadlock_timeout` (1 s by default): so Postgres ends no reader as the victim of a deadlock.
_LOCK_TIMEOUT = 800
#: Settings that a role, a database or the environment may have, and that the SQL files depend on.
_SETTINGS = text("""
SELECT set_config(name, value, true) FROM (VALUES
    ('search_path', 'pg_catalog'), ('timezone', 'UTC'), ('datestyle', 'ISO, MDY'),
    ('intervalstyle', 'postgres'), ('standard_conforming_strings', 'on'), ('check_function_bodies', 'on'),
    ('client_min_messages', 'warning'), ('transform_null_equals', 'off'), ('statement_timeout', '0'),
    ('default_table_access_method', 'heap')
) settings (name, value)
""")


def database_url() -> str:
    """URL from `-x url=`, the environment or the configuration file, in this order. Raises CommandError."""
    given = context.get_x_argument(as_dictionary=True).get("url")
    url = given or os.environ.get("SYNCER_DATABASE__URL") or _configured_url()
    if not url:
        raise CommandError(
            "which database? Set SYNCER_DATABASE__URL, or type: alembic -x url=postgresql://… upgrade head"
        )
    return str(url)


def _configured_url() -> str | None:
    path = Path(os.environ.get("SYNCER_CONFIG", "syncer.toml"))
    if not path.is_file():
        return None
    url = tomllib.loads(path.read_text("utf-8")).get("database", {}).get("url")
    match url:
        case {"env": name}:
            return os.environ.get(name)
        case {"file": name}:
            return (path.parent / os.path.expanduser(name)).read_text("utf-8").strip()
    return str(url) if url else None


def connect_and_run() -> None:
    """Run the command on a connection of its own; commit at the end."""
    engine = create_engine(
        make_url(database_url()).set(drivername="postgresql+psycopg"),
        poolclass=pool.NullPool,
        connect_args={"client_encoding": "UTF8", "prepare_threshold": None},
    )
    try:
        with engine.begin() as connection:
            # For this transaction, and not as the startup parameter `options`, which poolers refuse.
            connection.execute(_SETTINGS)
            run(connection)
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            raise CommandError(
                f"a lock was not granted within {_LOCK_TIMEOUT} ms, and nothing was changed: try again, or"
                " type `syncer migrate`, which repeats by itself and names the session that holds the lock"
            ) from error
        raise


def run(connection: Connection) -> None:
    """Run the command in the transaction of `connection`."""
    connection.execute(text("SET LOCAL lock_timeout = 0"))
    _lock_out_other_migrations(connection)
    context.configure(connection=connection, version_table_schema=_SCHEMA)
    # The caller reads what this transaction found when it was the only one.
    context.config.attributes["revision_before"] = context.get_context().get_current_revision()
    context.config.attributes["outdated_before"] = len(sql_files.outdated(connection))
    if _is_upgrade():
        if sql_files.is_newer(connection):
            raise CommandError("the database has views or functions of a later version: install that version")
        sql_files.lock_outdated_views(connection, milliseconds=_LOCK_TIMEOUT)
    connection.execute(text(f"SET LOCAL lock_timeout = {_LOCK_TIMEOUT}"))
    with context.begin_transaction():
        context.run_migrations()
        if _is_upgrade() and context.get_context().get_current_revision() == context.get_head_revision():
            sql_files.update_definitions(connection)


def _lock_out_other_migrations(connection: Connection) -> None:
    """Wait for a running migration, and make later ones wait until the end of this transaction.

    Locks alembic's own table, which is created here for that. An advisory lock could be held by any role that
    may connect. Of several processes that create the schema or the table, all but the first fail and repeat.
    """
    try:
        with connection.begin_nested():
            for statement in _MIGRATION_LOCK:
                connection.execute(text(statement))
    except IntegrityError:
        _lock_out_other_migrations(connection)


def _is_upgrade() -> bool:
    """Whether the command is `upgrade`. Others, such as `current`, must not change views."""
    return getattr(context.get_context().opts["fn"], "__name__", "") == "upgrade"


if context.is_offline_mode():
    raise CommandError(
        "the migrations need a database: they read from it which views and functions are out of date"
    )
open_connection = context.config.attributes.get("connection")
if open_connection is None:
    connect_and_run()
else:
    run(open_connection)
