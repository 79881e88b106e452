"""The database as an analyst sees it, and the counts of the daemon's tables that tests need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from psycopg.rows import dict_row

Row = dict[str, Any]

#: Streams without a complete sweep that was started after an instant of the database's clock.
_UNSWEPT = """
select count(*) from sync.streams s where not exists (
    select from sync.runs r
    where r.stream_id = s.stream_id and r.mode = 'sweep' and r.status = 'succeeded' and r.begun_at > %s)
"""


class AnalystDatabase:
    """Runs queries on a database of syncer, each in a transaction of its own."""

    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self._connection = connection

    def rows(self, query: LiteralString, *values: object) -> list[Row]:
        return self._connection.execute(query, values).fetchall()

    def value(self, query: LiteralString, *values: object) -> Any:
        """The value of a query with one row and one column."""
        [row] = self.rows(query, *values)
        [value] = row.values()
        return value

    def now(self) -> Any:
        """The time of the database's clock."""
        return self.value("select clock_timestamp()")

    def count_tasks(self) -> int:
        """The number of tasks."""
        count: int = self.value("select count(*) from sync.tasks")
        return count

    def count_changed_tasks(self) -> int:
        """The number of tasks with more than one version."""
        count: int = self.value("select count(*) from sync.tasks where version > 1")
        return count

    def is_swept_since(self, instant: object) -> bool:
        """Whether every stream has a complete sweep that was started after `instant`."""
        return bool(self.value("select count(*) from sync.streams") > 0 == self.value(_UNSWEPT, instant))


@contextmanager
def open_analyst_database(url: str) -> Iterator[AnalystDatabase]:
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
        yield AnalystDatabase(connection)
