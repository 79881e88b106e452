"""Upgrade of the database schema to this version, and the check that it has this version."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from enum import StrEnum
from functools import partial
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

import syncer
from syncer.errors import SchemaError, one_line
from syncer.storage.connections import make_engine, transaction
from syncer.storage.database_errors import is_definition_error, is_missing_right
from syncer.storage.database_urls import describe_url
from syncer.storage.lock_waits import LockWait, log_wait, retry_lock_waits, sleep
from syncer.storage.tables import metadata

#: Milliseconds; as in `migrations/env.py`.
_LOCK_TIMEOUT = 800
#: What to remove where a database cannot be upgraded.
_REMOVAL = "the database, or the `data_dir` that holds it"


class SchemaChange(StrEnum):
    """What an upgrade did to the schema, as a command prints it."""

    CREATED = "created the schema"
    UPGRADED = "upgraded the schema"
    NONE = "the schema was already up to date"


def migrate(
    url: str,
    *,
    removal: str = _REMOVAL,
    report: Callable[[LockWait], None] = log_wait,
    pause: Callable[[timedelta], None] = sleep,
) -> SchemaChange:
    """Upgrade the database at `url` to this version's schema; return what this changed.

    Several processes at once wait for each other. `report` and `pause` are those of `retry_lock_waits`.
    Raises StoreUnavailable, ConfigurationError, or SchemaError where the database is newer than this version,
    or was made before the first release; then `removal` says what the user should remove.
    """
    engine = make_engine(url, lease=None)
    try:
        upgrade = partial(_upgrade, removal=removal)
        return retry_lock_waits(engine, upgrade, purpose="migrate", report=report, pause=pause)
    finally:
        engine.dispose()


def check_schema(engine: Engine) -> None:
    """Check that the schema is this version's. Raises SchemaError with the command to type."""
    with transaction(engine) as connection:
        revision = _check_upgradable(connection, _REMOVAL)
        newest = _revisions()[0]
        if revision is None:
            raise SchemaError("the database has no syncer schema yet: type `syncer migrate`")
        if revision != newest:
            raise SchemaError(
                f"the database's schema {revision} is older than {newest}: type `syncer migrate`"
            )
        if outdated := _sql_files().outdated(connection):
            names = ", ".join(each.name for each in outdated[:3]) + (", …" if outdated[3:] else "")
            raise SchemaError(f"the database has older views or functions ({names}): type `syncer migrate`")


@contextmanager
def open_database(url: str) -> Iterator[Engine]:
    """Engine for the database at `url`. Raises SchemaError where its schema is not this version's."""
    engine = make_engine(url)
    try:
        check_schema(engine)
        yield engine
    finally:
        engine.dispose()


def migrations_folder() -> Path:
    """Folder of the migrations: in the installed package, or beside it in a checkout."""
    package = Path(syncer.__file__).parent
    shipped = package / "_migrations"
    return shipped if shipped.is_dir() else package.parent / "migrations"


def _upgrade(connection: Connection, *, removal: str) -> SchemaChange:
    """Run the missing revisions and definitions in the caller's transaction; return what this changed.

    Raises SchemaError where an object that syncer did not create has the same name.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    # Its locks conflict with nothing but exclusive ones, which this transaction must not wait for either.
    connection.execute(text(f"SET LOCAL lock_timeout = {_LOCK_TIMEOUT}"))
    _check_upgradable(connection, removal)
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise SchemaError(str(error)) from error
    except DBAPIError as error:
        if is_missing_right(error.orig) or not is_definition_error(error.orig):
            raise
        raise SchemaError(_CONFLICTING_OBJECT.format(one_line(str(error.orig)))) from error.orig
    if config.attributes["revision_before"] is None:
        return SchemaChange.CREATED
    is_current = config.attributes["revision_before"] == _revisions()[0]
    return (
        SchemaChange.NONE
        if is_current and not config.attributes["outdated_before"]
        else SchemaChange.UPGRADED
    )


def _check_upgradable(connection: Connection, removal: str) -> str | None:
    """Revision of the database, None where it has none. Raises SchemaError where it cannot be upgraded."""
    revision, known = _revision(connection), _revisions()
    if revision is None:
        return None
    # Revisions are numbers of four digits.
    if revision < known[-1]:
        location = describe_url(connection.engine.url)
        raise SchemaError(_TOO_OLD.format(location=location, revision=revision, removal=removal))
    if revision not in known:
        raise SchemaError(_TOO_NEW.format(f"schema {revision} is"))
    if revision == known[0] and _sql_files().is_newer(connection):
        raise SchemaError(_TOO_NEW.format("views and functions are"))
    return revision


def _revision(connection: Connection) -> str | None:
    table = f"{metadata.schema}.alembic_version"
    exists = connection.scalar(text("SELECT to_regclass(:name) IS NOT NULL"), {"name": table})
    if not exists:
        return None
    revision: str | None = connection.scalar(text(f"SELECT version_num FROM {table}"))
    return revision


def _revisions() -> list[str]:
    """Revisions of this version, newest first."""
    # By the names of the files: alembic, which reads them, takes a fifth of a second to import.
    files = (migrations_folder() / "versions").glob("[0-9]*_*.py")
    return sorted((path.name.partition("_")[0] for path in files), reverse=True)


def _sql_files() -> ModuleType:
    """The module `sql_files` of the migrations. They are not a package, so it cannot be imported by name."""
    spec = spec_from_file_location("sql_files", migrations_folder() / "sql_files.py")
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_CONFLICTING_OBJECT = (
    "the schema cannot be upgraded, and nothing was changed: {}; undo the change of this object that was made"
    " by hand, or rename or drop the object of another program, then type `syncer migrate`"
)
_TOO_OLD = (
    "the database at {location} was made before the first release (schema {revision}) and cannot be upgraded:"
    " remove {removal}, then type the command again"
)
_TOO_NEW = "the database's {} newer than this syncer knows: install a newer syncer"
