"""Each stream: how its last run went, what is covered, what was learned of its lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Engine,
    Select,
    case,
    cast,
    func,
    null,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import TSTZMULTIRANGE
from sqlalchemy.sql.selectable import LateralFromClause

from syncer.model import stream_label
from syncer.storage.connections import transaction
from syncer.storage.tables import OPEN_STATUSES, leases, runs, sources, streams, tasks


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
    #: Until the oldest task that is open or unread leaves the provider's window; None where nobody knows.
    headroom: timedelta | None
    #: Whoever has the right to write it at the moment.
    holder: str | None
    #: By list: the orders that its last complete scan did not contradict, in the words of `model.Order`.
    orders: Mapping[str, Sequence[str]]
    #: How far behind the newest complete run polls look for late tasks; None until one was complete.
    lookback: timedelta | None
    #: What is known of the filter that tells failed tasks; see `model.OutcomeFilter`.
    outcome_filter: str
    outcome_filter_at: datetime | None
    #: Tasks that were listed later than a poll had looked for them, in all runs so far.
    late: int

    @property
    def label(self) -> str:
        """The stream's name for people, as `syncer.model.Stream` has it."""
        return stream_label(self.source, self.region)


def load_streams(engine: Engine) -> list[StreamOverview]:
    """Every stream that is to be read, by the names of source and region."""
    with transaction(engine) as connection:
        return [StreamOverview(**row) for row in connection.execute(_streams_query()).mappings()]


def _streams_query() -> Select[Any]:
    last, still_open = _last_run(), _open_tasks()
    covered = func.range_merge(streams.c.polled + streams.c.swept)
    holder = (
        select(leases.c.holder)
        .where(leases.c.stream_id == streams.c.stream_id, leases.c.expires_at > func.clock_timestamp())
        .scalar_subquery()
    )
    late = select(cast(func.coalesce(func.sum(runs.c.late), 0), BigInteger)).where(
        runs.c.stream_id == streams.c.stream_id, runs.c.late > 0
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
            still_open.c.open_tasks,
            func.lower(covered).label("covered_from"),
            func.upper(covered).label("covered_to"),
            _headroom(still_open.c.oldest_at).label("headroom"),
            holder.label("holder"),
            streams.c.orders,
            streams.c.lookback,
            streams.c.outcome_filter,
            streams.c.outcome_filter_at,
            late.scalar_subquery().label("late"),
        )
        .join_from(streams, sources, streams.c.source_id == sources.c.source_id)
        .where(streams.c.retired_at.is_(None))
        .outerjoin(last, true())
        .join(still_open, true())
        .order_by(sources.c.name, streams.c.region)
    )


def _last_run() -> LateralFromClause:
    return (
        select(runs.c.mode, runs.c.status, runs.c.ended_at, runs.c.error)
        .where(runs.c.stream_id == streams.c.stream_id)
        .order_by(runs.c.run_id.desc())
        .limit(1)
        .lateral("last")
    )


def _open_tasks() -> LateralFromClause:
    oldest = func.min(func.coalesce(tasks.c.created_at, tasks.c.first_seen_at))
    return (
        select(func.count().label("open_tasks"), oldest.label("oldest_at"))
        .where(tasks.c.stream_id == streams.c.stream_id, tasks.c.lost_at.is_(None))
        .where(tasks.c.status.in_(OPEN_STATUSES))
        .lateral("still_open")
    )


def _headroom(oldest_open_at: ColumnElement[datetime]) -> ColumnElement[timedelta]:
    """Null without a known retention. What is unread begins at the first hole that can still be filled."""
    covered = streams.c.polled + streams.c.swept
    shown_since = func.now() - streams.c.retention
    window = func.tstzrange(func.greatest(shown_since, func.lower(covered)), null())
    unread = func.tstzmultirange(window, type_=TSTZMULTIRANGE()) - covered
    unread_at = case((~func.isempty(covered), func.lower(unread)))
    oldest_at = func.least(oldest_open_at, unread_at)
    return case((oldest_at.is_not(None), func.greatest(oldest_at, shown_since) - shown_since))
