"""The database as an analyst sees it, and what of it only these tests look at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from psycopg.rows import dict_row

Row = dict[str, Any]

#: Streams without a complete sweep begun after an instant of the database's clock.
_UNSWEPT = """
select count(*) from sync.streams s where not exists (
    select from sync.runs r
    where r.stream_id = s.stream_id and r.mode = 'sweep' and r.status = 'succeeded' and r.begun_at > %s)
"""


class AnalystDatabase:
    """Reads a database of syncer's; every query is a transaction of its own."""

    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self._connection = connection

    def rows(self, query: LiteralString, *values: object) -> list[Row]:
        return self._connection.execute(query, values).fetchall()

    def value(self, query: LiteralString, *values: object) -> Any:
        """The one value of a query that has one."""
        [row] = self.rows(query, *values)
        [value] = row.values()
        return value

    def now(self) -> Any:
        """The database's clock."""
        return self.value("select clock_timestamp()")

    def tasks(self) -> int:
        """How many tasks there are."""
        count: int = self.value("select count(*) from sync.tasks")
        return count

    def moved(self) -> int:
        """How many tasks were seen in more than one state."""
        count: int = self.value("select count(*) from sync.tasks where version > 1")
        return count

    def is_swept_since(self, instant: object) -> bool:
        """Whether every stream was read whole by a run begun after `instant`."""
        return bool(self.value("select count(*) from sync.streams") > 0 == self.value(_UNSWEPT, instant))


@contextmanager
def open_analyst_database(url: str) -> Iterator[AnalystDatabase]:
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
        yield AnalystDatabase(connection)
