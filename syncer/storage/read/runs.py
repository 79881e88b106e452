"""What runs did, as they are on record."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Engine, select

from syncer.storage.connections import transaction
from syncer.storage.tables import runs, sources, streams


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """One run: how it ended and what it changed."""

    run_id: int
    source: str
    region: str
    mode: str
    status: str
    #: On the provider's clock; the next two are on the database's.
    started_at: datetime
    begun_at: datetime
    ended_at: datetime | None
    error: str | None
    inserted: int
    updated: int
    unchanged: int
    rejected: int
    late: int
    lost: int
    pages: int
    requests: int


def load_runs(engine: Engine, *, source: str | None = None, limit: int = 20) -> list[RunSummary]:
    """The latest runs, newest first; of all sources or of one."""
    of_run = {field.name for field in fields(RunSummary)} - {"source", "region"}
    query = (
        select(sources.c.name.label("source"), streams.c.region, *(runs.c[name] for name in sorted(of_run)))
        .join_from(runs, streams, runs.c.stream_id == streams.c.stream_id)
        .join(sources, streams.c.source_id == sources.c.source_id)
        .order_by(runs.c.run_id.desc())
        .limit(limit)
    )
    if source is not None:
        query = query.where(sources.c.name == source)
    with transaction(engine) as connection:
        return [RunSummary(**row) for row in connection.execute(query).mappings()]
