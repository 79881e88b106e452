"""Runs the sample queries of `syncer.reporting`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, text

from syncer.reporting import SampleQuery
from syncer.storage.connections import transaction


@dataclass(frozen=True, slots=True)
class SampleQueryResult:
    """The rows of a sample query."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def run_sample_query(engine: Engine, query: SampleQuery) -> SampleQueryResult:
    """Run `query`; return its rows: instants in UTC, durations in seconds."""
    with transaction(engine) as connection:
        result = connection.execute(text(query.sql.replace(":", "\\:")))
        return SampleQueryResult(query.title, tuple(result.keys()), tuple(tuple(row) for row in result))
