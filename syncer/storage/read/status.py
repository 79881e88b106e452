"""The status of the streams: last run, coverage, learned properties of their lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Engine,
    ScalarSelect,
    Select,
    and_,
    case,
    cast,
    false,
    func,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import TSTZMULTIRANGE
from sqlalchemy.sql.selectable import LateralFromClause

from syncer.model import RunStatus
from syncer.storage.connections import transaction
from syncer.storage.read.stream_row import StreamRow
from syncer.storage.tables import OPEN_STATUSES, leases, runs, sources, streams, tasks

#: A stream is overdue after three poll intervals and the time of one call's retries without a success.
_RETRIES = timedelta(minutes=2)


class StreamHealth(StrEnum):
    """Whether a stream is read as configured."""

    OK = "ok"
    #: The last run failed, or the last sweep did.
    FAILING = "failing"
    OVERDUE = "overdue"
    NEVER_READ = "never read"
    #: No run has succeeded yet; the first one was interrupted or is reading.
    FIRST_RUN = "first run"


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamOverview(StreamRow):
    """The status of a stream. Also the JSON of `status`."""

    provider: str
    #: Of the last run; None before the first run.
    mode: str | None
    result: str | None
    ended_at: datetime | None
    #: End of the last successful run and the time since then; None before the first one.
    succeeded_at: datetime | None
    since_success: timedelta | None
    #: The failure under way: the error of the last failed run, and the end of the first one. A failing sweep
    #: stays here while polls succeed.
    error: str | None
    failing_since: datetime | None
    #: Whether no run has succeeded for longer than three polls take, and none is reading pages now.
    is_overdue: bool
    #: Open tasks that are not lost.
    open_tasks: int
    #: Start and end of the coverage, ignoring gaps between; None before the first complete run.
    covered_from: datetime | None
    covered_to: datetime | None
    #: Time until the oldest open or unread task leaves the provider's window; None without a known retention.
    headroom: timedelta | None
    #: Until when the stream is not read, because the vendor asked for a pause; None without one.
    paused_until: datetime | None
    #: How long the list shows a task; None if unknown.
    retention: timedelta | None
    #: Age of the oldest task that the last complete sweep showed; None before it.
    shown_age: timedelta | None
    #: The process that holds the lease; None without one.
    holder: str | None
    #: By list: the orders that the last complete scan did not contradict, as values of `model.Order`.
    orders: Mapping[str, Sequence[str]]
    #: How far before the end of the coverage polls read; None before the first complete run.
    lookback: timedelta | None
    #: Whether the filter for failed tasks is trusted; see `model.OutcomeFilter`.
    outcome_filter: str
    outcome_filter_at: datetime | None
    #: Late tasks of all runs: found by a sweep although an earlier poll should have found them.
    late: int

    @property
    def health(self) -> StreamHealth:
        """Whether the stream is read as configured, in one word."""
        if self.error is not None:
            return StreamHealth.FAILING
        if self.is_overdue:
            return StreamHealth.OVERDUE
        if self.succeeded_at is None:
            return StreamHealth.NEVER_READ if self.mode is None else StreamHealth.FIRST_RUN
        return StreamHealth.OK


def load_streams(engine: Engine) -> list[StreamOverview]:
    """The status of every stream in the configuration, sorted by source and region."""
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
            streams.c.succeeded_at,
            _age(streams.c.succeeded_at).label("since_success"),
            streams.c.failure.label("error"),
            streams.c.failing_since,
            _is_overdue(holder, last).label("is_overdue"),
            still_open.c.open_tasks,
            func.lower(covered).label("covered_from"),
            func.upper(covered).label("covered_to"),
            _headroom(still_open.c.oldest_at).label("headroom"),
            case((streams.c.paused_until > func.clock_timestamp(), streams.c.paused_until)).label(
                "paused_until"
            ),
            streams.c.retention,
            streams.c.shown_age,
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
        select(runs.c.mode, runs.c.status, runs.c.ended_at, runs.c.pages)
        .where(runs.c.stream_id == streams.c.stream_id)
        .order_by(runs.c.run_id.desc())
        .limit(1)
        .lateral("last")
    )


def _age(instant: ColumnElement[datetime]) -> ColumnElement[timedelta]:
    """The time since `instant`, by the database's clock; null without one."""
    age = func.clock_timestamp() - instant
    return case((instant.is_not(None), func.greatest(age, timedelta(0))))


def _is_overdue(holder: ScalarSelect[str], last: LateralFromClause) -> ColumnElement[bool]:
    is_reading = and_(
        holder.is_not(None),
        last.c.status == RunStatus.RUNNING.value,
        or_(last.c.pages > 0, streams.c.succeeded_at.is_(None)),
    )
    age = _age(func.coalesce(streams.c.succeeded_at, streams.c.registered_at))
    three_polls = streams.c.poll_every + streams.c.poll_every + streams.c.poll_every
    return and_(age > three_polls + _RETRIES, ~func.coalesce(is_reading, false()))


def _open_tasks() -> LateralFromClause:
    oldest = func.min(func.coalesce(tasks.c.created_at, tasks.c.first_seen_at))
    return (
        select(func.count().label("open_tasks"), oldest.label("oldest_at"))
        .where(tasks.c.stream_id == streams.c.stream_id, tasks.c.lost_at.is_(None))
        .where(tasks.c.status.in_(OPEN_STATUSES))
        .lateral("still_open")
    )


def _headroom(oldest_open_at: ColumnElement[datetime]) -> ColumnElement[timedelta]:
    """Null without a known retention. The oldest unread task is at the start of the first fillable gap."""
    covered = streams.c.polled + streams.c.swept
    shown_since = func.now() - streams.c.retention
    window = func.tstzrange(func.greatest(shown_since, func.lower(covered)), null())
    unread = func.tstzmultirange(window, type_=TSTZMULTIRANGE()) - covered
    unread_at = case((~func.isempty(covered), func.lower(unread)))
    oldest_at = func.least(oldest_open_at, unread_at)
    return case((oldest_at.is_not(None), func.greatest(oldest_at, shown_since) - shown_since))
