"""The versions of tasks without those that only mark a task as lost."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any, LiteralString

from tests.support.analyst_database import AnalystDatabase

Row = dict[str, Any]


class WithoutMarks:
    """The database without the versions that only set or clear the mark of a lost task."""

    def __init__(self, database: AnalystDatabase) -> None:
        self._database = database

    def rows(self, query: LiteralString, *values: object) -> list[Row]:
        rows = self._database.rows(query, *values)
        return list(_without_marks(rows)) if "task_versions" in query else rows


def _without_marks(versions: list[Row]) -> Iterator[Row]:
    """The versions that are no marks, renumbered; those of a task must be consecutive in `versions`."""
    for _, group in groupby(versions, key=lambda row: row["task_key"]):
        rows = list(group)
        kept = [row for row in rows if row["changed_fields"] != "lost_at"]
        is_consecutive = [row["version"] for row in rows] == list(range(1, len(rows) + 1))
        for number, row in enumerate(kept, start=1):
            is_current = row is kept[-1] and rows[-1]["is_current"]
            yield {**row, "version": number if is_consecutive else row["version"], "is_current": is_current}
