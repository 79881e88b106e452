"""The database's schema: bringing it to this version's, and refusing to work with any other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, text

import syncer
from syncer.errors import SchemaError
from syncer.storage.connections import make_engine, transaction, translated
from syncer.storage.database_urls import normalise_url, parse_url
from syncer.storage.tables import metadata


def migrate(url: str) -> None:
    """Bring the database at `url` to this version's schema. Several at once wait for one another.

    Raises StoreUnavailable, ConfigurationError, or SchemaError where the database is newer than we are.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.attributes["url"] = normalise_url(url)
    _refuse_newer(url)
    with translated(parse_url(url)):
        command.upgrade(config, "head")


def check_schema(engine: Engine) -> None:
    """Return where the schema is this version's. Raises SchemaError with the command to type."""
    with transaction(engine) as connection:
        found = _revision(connection)
    known = _revisions()
    if found is None:
        raise SchemaError("the database has no syncer schema yet: type `syncer migrate`")
    if found not in known:
        raise SchemaError(_TOO_NEW.format(found))
    if found != known[0]:
        raise SchemaError(f"the database's schema {found} is older than {known[0]}: type `syncer migrate`")


@contextmanager
def open_database(url: str) -> Iterator[Engine]:
    """The database at `url` to load from. Raises SchemaError where its schema is not this version's."""
    engine = make_engine(url)
    try:
        check_schema(engine)
        yield engine
    finally:
        engine.dispose()


def migrations_folder() -> Path:
    """Where the migrations are: inside the installed package, or beside it in a checkout."""
    package = Path(syncer.__file__).parent
    shipped = package / "_migrations"
    return shipped if shipped.is_dir() else package.parent / "migrations"


def _refuse_newer(url: str) -> None:
    engine = make_engine(url)
    try:
        with transaction(engine) as connection:
            found = _revision(connection)
    finally:
        engine.dispose()
    if found is not None and found not in _revisions():
        raise SchemaError(_TOO_NEW.format(found))


def _revision(connection: Connection) -> str | None:
    table = f"{metadata.schema}.alembic_version"
    exists = connection.scalar(text("SELECT to_regclass(:name) IS NOT NULL"), {"name": table})
    if not exists:
        return None
    revision: str | None = connection.scalar(text(f"SELECT version_num FROM {table}"))
    return revision


def _revisions() -> list[str]:
    """The revisions this version knows, newest first."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(migrations_folder()))
    return [script.revision for script in scripts.walk_revisions()]


_TOO_NEW = "the database's schema {} is newer than this syncer knows: install a newer syncer"
