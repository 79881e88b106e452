"""The sample queries of `syncer.reporting`, answered by the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, text

from syncer.reporting import SampleQuery
from syncer.storage.connections import transaction


@dataclass(frozen=True, slots=True)
class SampleQueryResult:
    """The answer to a sample query."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def run_sample_query(engine: Engine, query: SampleQuery) -> SampleQueryResult:
    """What `query` finds at the moment: instants in UTC, durations in seconds."""
    with transaction(engine) as connection:
        answer = connection.execute(text(query.sql.replace(":", "\\:")))
        return SampleQueryResult(query.title, tuple(answer.keys()), tuple(tuple(row) for row in answer))
