"""Collations whose version differs from the one with which the database has sorted its indexes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, text

from syncer.storage.connections import transaction


@dataclass(frozen=True, slots=True)
class ChangedCollation:
    """A collation that the library of the server's operating system, or ICU, sorts by other rules now.

    A text that an index holds may then not be found, and a unique index may hold it twice:
    https://www.postgresql.org/docs/current/sql-altercollation.html
    """

    #: `DATABASE` for the default collation of the database, else `COLLATION`.
    kind: str
    #: The quoted name of the database or of the collation.
    name: str
    #: The quoted name of the database.
    database: str
    recorded: str
    present: str

    def __str__(self) -> str:
        owner = "the database" if self.kind == "DATABASE" else "the collation"
        return (
            f"{owner} {self.name} was sorted by collation version {self.recorded}, and the server has version"
            f" {self.present}: type REINDEX DATABASE {self.database}; then ALTER {self.kind} {self.name}"
            f" {_REFRESH[self.kind]}"
        )


_REFRESH = {"DATABASE": "REFRESH COLLATION VERSION", "COLLATION": "REFRESH VERSION"}
_CHANGED = text("""
SELECT 'DATABASE' AS kind, quote_ident(datname) AS name, quote_ident(datname) AS database,
    datcollversion AS recorded, pg_database_collation_actual_version(oid) AS present
FROM pg_database
WHERE datname = current_database() AND datcollversion <> pg_database_collation_actual_version(oid)
UNION ALL
SELECT DISTINCT 'COLLATION', format('%I.%I', c.collnamespace::regnamespace::text, c.collname),
    quote_ident(current_database()), c.collversion, pg_collation_actual_version(c.oid)
FROM pg_attribute a
JOIN pg_class t ON t.oid = a.attrelid
JOIN pg_collation c ON c.oid = a.attcollation
WHERE t.relnamespace::regnamespace::text IN ('sync', 'sync_history')
    AND c.collversion <> pg_collation_actual_version(c.oid)
ORDER BY 1 DESC, 2
""")


def load_changed_collations(engine: Engine) -> Sequence[ChangedCollation]:
    """The collations of this database and of its columns whose version has changed, the database's first."""
    with transaction(engine) as connection:
        return [ChangedCollation(*row) for row in connection.execute(_CHANGED)]
