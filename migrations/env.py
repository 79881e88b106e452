"""What alembic runs: finds the database, lets one process migrate at a time, compares our own schema only."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection, create_engine, pool, text
from sqlalchemy.exc import IntegrityError

from syncer.storage.database_urls import parse_url
from syncer.storage.tables import metadata

_VERSIONS = f"{metadata.schema}.alembic_version"
_TURN = (
    f"CREATE SCHEMA IF NOT EXISTS {metadata.schema}",
    f"CREATE TABLE IF NOT EXISTS {_VERSIONS}"
    " (version_num varchar(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))",
    f"LOCK TABLE {_VERSIONS} IN SHARE ROW EXCLUSIVE MODE",
)


def database_url() -> str:
    """The URL from the caller, `-x url=`, the environment or the configuration file, whichever is first."""
    given = context.config.attributes.get("url") or context.get_x_argument(as_dictionary=True).get("url")
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
    url: str | None = tomllib.loads(path.read_text("utf-8")).get("database", {}).get("url")
    return url


def is_ours(name: str | None, kind: str, _: object) -> bool:
    """Whether alembic compares it: the schema of the daemon, not its partitions, nor anyone else's tables."""
    return kind != "schema" or name == metadata.schema


def migrate_online() -> None:
    engine = create_engine(
        parse_url(database_url()),
        poolclass=pool.NullPool,
        connect_args={"options": "-csearch_path=pg_catalog -ctimezone=UTC"},
    )
    with engine.connect() as connection:
        _take_turn(connection)
        run(connection)
        connection.commit()


def _take_turn(connection: Connection) -> None:
    """Let nobody else migrate to the end of the transaction, which begins here.

    By a lock on alembic's own table, which is made here for that. Anybody who may connect could hold an
    advisory lock against us. Whoever makes the schema or the table first has the others wait, and then fail.
    """
    try:
        for statement in _TURN:
            connection.execute(text(statement))
    except IntegrityError:
        connection.rollback()
        _take_turn(connection)


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table_schema=metadata.schema,
        include_schemas=True,
        include_name=is_ours,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    raise CommandError("the migrations need the database: they ask it for the month, to make partitions")
migrate_online()
