"""The SQL files in `baseline/`: their order, and which of them a database has not run yet.

The tables are created once, by the first revision. The file of a view or of a function is its present
definition: it is run again whenever its text differs from the text that the database ran last.
The migrations import nothing of `syncer`, so a later version of it cannot change what a revision does.
"""

from __future__ import annotations

import re
import time
from graphlib import TopologicalSorter
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, text

_BASELINE = Path(__file__).parent / "baseline"
#: In order of dependence.
_TABLES = ("streams", "tasks", "runs", "rollups", "processes", "definitions")
_VIEW = re.compile(r"^CREATE OR REPLACE VIEW ([\w.]+)", re.M)
#: The first line of a file: the views and functions that must exist before this one, by file name.
_REQUIRES = "-- requires: "


class Definition(NamedTuple):
    """One view, or one function with the triggers that call it."""

    #: Such as `views/coverage_gaps`.
    name: str
    sql: str

    @property
    def digest(self) -> str:
        """Hash of the file's text, comments included."""
        return sha256(self.sql.encode()).hexdigest()

    @property
    def requires(self) -> tuple[str, ...]:
        """File names, without folder and suffix, of the definitions that must exist before this one."""
        first, _, _ = self.sql.partition("\n")
        return tuple(first.removeprefix(_REQUIRES).split()) if first.startswith(_REQUIRES) else ()


def create_tables(connection: Connection) -> None:
    """Create the schemas and the tables of the first revision."""
    for path in (_BASELINE / "schemas.sql", *(_BASELINE / "tables" / f"{name}.sql" for name in _TABLES)):
        _execute(connection, path.read_text("utf-8"))


def definitions() -> list[Definition]:
    """All views and functions, each after those it requires."""
    files = sorted(path for kind in ("functions", "views") for path in (_BASELINE / kind).glob("*.sql"))
    by_name = {
        path.stem: Definition(f"{path.parent.name}/{path.stem}", path.read_text("utf-8")) for path in files
    }
    requires = {name: definition.requires for name, definition in by_name.items()}
    return [by_name[name] for name in TopologicalSorter(requires).static_order()]


def outdated(connection: Connection) -> list[Definition]:
    """The definitions whose text differs from the one that the database ran last, in the order to run."""
    last = dict(_applied(connection))
    return [definition for definition in definitions() if last.get(definition.name) != definition.digest]


def is_newer(connection: Connection) -> bool:
    """Whether the database ran all of these texts, and replaced some of them by those of a later version."""
    applied = set(_applied(connection))
    is_known = all((definition.name, definition.digest) in applied for definition in definitions())
    return is_known and bool(outdated(connection))


def update_definitions(connection: Connection) -> None:
    """Run every outdated definition and record its digest."""
    record = text("INSERT INTO sync.definitions (name, digest) VALUES (:name, :digest)")
    for definition in outdated(connection):
        _execute(connection, definition.sql)
        connection.execute(record, {"name": definition.name, "digest": definition.digest})


def lock_outdated_views(connection: Connection, *, milliseconds: int) -> None:
    """Lock every view that `update_definitions` will replace, within so many `milliseconds` for all of them.

    A query locks a view before the views and tables inside it. With the same order here no deadlock is
    possible; with the opposite order Postgres would end one of the two sessions.
    """
    deadline = time.monotonic() + milliseconds / 1000
    for definition in reversed(outdated(connection)):
        for view in _VIEW.findall(definition.sql):
            statement = connection.scalar(_LOCK_VIEW, {"view": view})
            if statement is not None:
                left = max(1, round((deadline - time.monotonic()) * 1000))
                connection.execute(text(f"SET LOCAL lock_timeout = {left}"))
                _execute(connection, statement)


def _applied(connection: Connection) -> list[tuple[str, str]]:
    """Name and digest of every text that the database ran, in order; empty in a new database."""
    if connection.scalar(text("SELECT to_regclass('sync.definitions') IS NULL")):
        return []
    rows = connection.execute(text("SELECT name, digest FROM sync.definitions ORDER BY definition_id"))
    return [(row.name, row.digest) for row in rows]


# LOCK TABLE would lock the tables inside the view, too. Setting the present owner locks only the view.
_LOCK_VIEW = text(
    "SELECT format('ALTER VIEW %s OWNER TO %I', oid::regclass, pg_get_userbyid(relowner))"
    " FROM pg_class WHERE oid = to_regclass(:view)"
)


def _execute(connection: Connection, sql: str) -> None:
    """Run several statements at once, in which `%` and `:` stand for themselves."""
    connection.exec_driver_sql(sql, execution_options={"no_parameters": True})
