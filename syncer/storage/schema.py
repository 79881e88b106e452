"""The database's schema: bring it to this version's, and refuse to work with any other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import ModuleType

from sqlalchemy import Connection, Engine, text

import syncer
from syncer.errors import SchemaError
from syncer.storage.connections import make_engine, transaction
from syncer.storage.database_urls import describe_url
from syncer.storage.lock_waits import LockWait, log_wait, retry_lock_waits, sleep
from syncer.storage.tables import metadata

#: What to remove where a database cannot be upgraded.
_REMOVAL = "the database, or the `data_dir` that holds it"


def migrate(
    url: str,
    *,
    removal: str = _REMOVAL,
    report: Callable[[LockWait], None] = log_wait,
    pause: Callable[[timedelta], None] = sleep,
) -> None:
    """Bring the database at `url` to this version's schema. Several at once wait for one another.

    `report` and `pause` are those of `retry_lock_waits`. Raises StoreUnavailable, ConfigurationError, or
    SchemaError where the database is newer than this version, or was made before the first release; then
    `removal` says what the user should remove.
    """
    engine = make_engine(url, lease=None)
    try:
        with transaction(engine) as connection:
            _check_upgradable(connection, removal)
        retry_lock_waits(engine, _upgrade, purpose="migrate", report=report, pause=pause)
    finally:
        engine.dispose()


def check_schema(engine: Engine) -> None:
    """Return where the schema is this version's. Raises SchemaError with the command to type."""
    with transaction(engine) as connection:
        found = _check_upgradable(connection, _REMOVAL)
        newest = _revisions()[0]
        if found is None:
            raise SchemaError("the database has no syncer schema yet: type `syncer migrate`")
        if found != newest:
            raise SchemaError(f"the database's schema {found} is older than {newest}: type `syncer migrate`")
        if outdated := _sql_files().outdated(connection):
            names = ", ".join(each.name for each in outdated[:3]) + (", …" if outdated[3:] else "")
            raise SchemaError(f"the database has older views or functions ({names}): type `syncer migrate`")


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
    """The folder of the migrations: in the installed package, or beside it in a checkout."""
    package = Path(syncer.__file__).parent
    shipped = package / "_migrations"
    return shipped if shipped.is_dir() else package.parent / "migrations"


def _upgrade(connection: Connection) -> None:
    """Run what is missing in the caller's transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _check_upgradable(connection: Connection, removal: str) -> str | None:
    """The database's revision, None where it has none. Raises SchemaError where it cannot be upgraded."""
    found, revisions = _revision(connection), _revisions()
    if found is None:
        return None
    # Revisions are numbers of four digits.
    if found < revisions[-1]:
        place = describe_url(connection.engine.url)
        raise SchemaError(_TOO_OLD.format(place=place, found=found, removal=removal))
    if found not in revisions:
        raise SchemaError(_TOO_NEW.format(f"schema {found} is"))
    if found == revisions[0] and _sql_files().is_newer(connection):
        raise SchemaError(_TOO_NEW.format("views and functions are"))
    return found


def _revision(connection: Connection) -> str | None:
    table = f"{metadata.schema}.alembic_version"
    exists = connection.scalar(text("SELECT to_regclass(:name) IS NOT NULL"), {"name": table})
    if not exists:
        return None
    revision: str | None = connection.scalar(text(f"SELECT version_num FROM {table}"))
    return revision


def _revisions() -> list[str]:
    """The revisions of this version, newest first."""
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(migrations_folder()))
    return [script.revision for script in scripts.walk_revisions()]


def _sql_files() -> ModuleType:
    """The module `sql_files` of the migrations, which are no package."""
    from alembic.util import load_python_file

    return load_python_file(migrations_folder(), "sql_files.py")


_TOO_OLD = (
    "the database at {place} was made before the first release (schema {found}) and cannot be upgraded:"
    " remove {removal}, then type the command again"
)
_TOO_NEW = "the database's {} newer than this syncer knows: install a newer syncer"
