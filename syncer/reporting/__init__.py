"""What analysts use: sample queries, reports, exports, connection strings. All SQL reads only `reporting`.

The migrations create the views, and `syncer.storage` runs the queries. No module here connects to a database.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class SampleQuery:
    """A sample query and its title."""

    name: str
    title: str
    sql: str


def sample_queries() -> tuple[SampleQuery, ...]:
    """The sample queries in the order in which to show them."""
    return tuple(_read(name) for name in _NAMES)


_NAMES = ("tasks_by_status", "slowest_types", "longest_queue", "task_history", "coverage")


def _read(name: str) -> SampleQuery:
    text = (files("syncer.reporting") / "queries" / f"{name}.sql").read_text("utf-8")
    title, _, sql = text.partition("\n")
    return SampleQuery(name, title.removeprefix("-- "), sql.rstrip().removesuffix(";"))
