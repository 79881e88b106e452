"""Where everything stands, for people to read: each stream's last run, and the holes in the coverage."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Select, column, func, select, table, true

from syncer.model import GLOBAL
from syncer.storage.connections import make_engine, transaction
from syncer.storage.schema import check_schema
from syncer.storage.tables import OPEN_STATUSES, leases, runs, sources, streams, tasks

_gaps = table(
    "coverage_gaps",
    *map(column, ("source", "region", "started_at", "ended_at", "state", "seconds_until_lost")),
    schema="reporting",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Creation times whose tasks may be missing."""

    source: str
    region: str
    started_at: datetime
    ended_at: datetime
    #: `fillable` while the provider still shows it, then `lost`; `unknown` where nobody knows for how long.
    state: str
    #: Until the provider begins to forget it; None unless it is fillable.
    time_left: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamOverview:
    """One stream: how its last run went, what is covered, who writes it."""

    source: str
    region: str
    provider: str
    #: Of the last run; None before the first one.
    mode: str | None
    result: str | None
    ended_at: datetime | None
    error: str | None
    #: Tasks that can still change and are not lost.
    open_tasks: int
    #: Creation times read, without holes that may lie between; None before the first complete run.
    covered_from: datetime | None
    covered_to: datetime | None
    #: Whoever has the right to write it at the moment.
    holder: str | None

    @property
    def label(self) -> str:
        """The stream's name for people, as `syncer.model.Stream` has it."""
        return self.source if self.region == GLOBAL else f"{self.source}/{self.region}"


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    """The database at `url` to load from. Raises SchemaError where its schema is not this version's."""
    engine = make_engine(url)
    try:
        check_schema(engine)
        yield engine
    finally:
        engine.dispose()


def load_gaps(engine: Engine) -> list[Gap]:
    """Every hole in the coverage, oldest first."""
    query = select(_gaps).order_by(_gaps.c.started_at, _gaps.c.source, _gaps.c.region)
    with transaction(engine) as connection:
        return [_gap(**row) for row in connection.execute(query).mappings()]


def load_streams(engine: Engine) -> list[StreamOverview]:
    """Every stream that was ever read, by the names of source and region."""
    with transaction(engine) as connection:
        return [StreamOverview(**row) for row in connection.execute(_streams_query()).mappings()]


def _gap(*, seconds_until_lost: float | None, **rest: Any) -> Gap:
    left = None if seconds_until_lost is None else timedelta(seconds=seconds_until_lost)
    return Gap(**rest, time_left=left)


def _streams_query() -> Select[Any]:
    last = (
        select(runs.c.mode, runs.c.status, runs.c.ended_at, runs.c.error)
        .where(runs.c.stream_id == streams.c.stream_id)
        .order_by(runs.c.run_id.desc())
        .limit(1)
        .lateral("last")
    )
    still_open = (
        select(func.count())
        .select_from(tasks)
        .where(tasks.c.stream_id == streams.c.stream_id, tasks.c.lost_at.is_(None))
        .where(tasks.c.status.in_(OPEN_STATUSES))
        .scalar_subquery()
    )
    covered = func.range_merge(streams.c.polled + streams.c.swept)
    holder = (
        select(leases.c.holder)
        .where(leases.c.stream_id == streams.c.stream_id, leases.c.expires_at > func.clock_timestamp())
        .scalar_subquery()
    )
    return (
        select(
            sources.c.name.label("source"),
            streams.c.region,
            sources.c.provider,
            last.c.mode,
            last.c.status.label("result"),
            last.c.ended_at,
            last.c.error,
            still_open.label("open_tasks"),
            func.lower(covered).label("covered_from"),
            func.upper(covered).label("covered_to"),
            holder.label("holder"),
        )
        .join_from(streams, sources, streams.c.source_id == sources.c.source_id)
        .outerjoin(last, true())
        .order_by(sources.c.name, streams.c.region)
    )
