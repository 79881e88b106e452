"""The analysts' database from their side: sample queries, which read nothing but the views in `reporting`.

The views themselves are made by the migrations, whose statements stay as they were. This room holds SQL and
its titles; running it is the business of `syncer.storage`.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class SampleQuery:
    """A question that people ask, and its SQL."""

    name: str
    title: str
    sql: str


def sample_queries() -> tuple[SampleQuery, ...]:
    """The queries that come with syncer, in the order in which to show them."""
    return tuple(_read(name) for name in _NAMES)


_NAMES = ("tasks_by_status", "slowest_types", "longest_queue", "task_history", "coverage")


def _read(name: str) -> SampleQuery:
    text = (files("syncer.reporting") / "queries" / f"{name}.sql").read_text("utf-8")
    title, _, sql = text.partition("\n")
    return SampleQuery(name, title.removeprefix("-- "), sql.rstrip().removesuffix(";"))
