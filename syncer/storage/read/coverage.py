"""Whether a stream has read the tasks created at an instant, and if not, why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, func, select

from syncer.model import Interval
from syncer.storage.connections import transaction
from syncer.storage.read.coverage_runs import RunSummary, surrounding_runs
from syncer.storage.read.gaps import Gap, gap_at
from syncer.storage.read.incomplete_runs import IncompleteRunGroup, incomplete_runs_between
from syncer.storage.read.stream_row import StreamRow
from syncer.storage.stream_state import intervals
from syncer.storage.tables import sources, streams


class UncoveredReason(StrEnum):
    """Why a creation time is not covered."""

    #: The stream has no coverage yet.
    NOTHING = "nothing"
    #: It is before the start of the coverage.
    BEFORE = "before"
    GAP = "gap"
    #: It is after the end of the coverage.
    AFTER = "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageExplanation(StreamRow):
    """A stream's coverage at a creation time, and the runs that explain it. Also the JSON of `explain`."""

    #: The creation time.
    at: datetime
    #: `swept` or `polled`; None if it is not covered: then there is a reason.
    grade: str | None
    reason: UncoveredReason | None
    #: The gap around it, if that is the reason.
    gap: Gap | None
    covered_from: datetime | None
    covered_to: datetime | None
    #: Until when the provider shows tasks created then; None without a known retention.
    shown_until: datetime | None
    #: Since when the stream is no longer configured; None while it is.
    retired_at: datetime | None = None
    #: The database's time of the query.
    asked_at: datetime
    #: The last complete run whose coverage ends before it, and the first one whose coverage contains it.
    last_before: RunSummary | None
    first_after: RunSummary | None
    #: The sweep that confirmed it, if it is swept.
    confirmed_by: RunSummary | None
    #: The runs between these two that did not complete.
    incomplete_runs: Sequence[IncompleteRunGroup]


def explain_coverage(
    engine: Engine, source: str, at: datetime | None, *, region: str | None = None
) -> list[CoverageExplanation]:
    """The coverage of each stream of `source` at the creation time `at`; empty if it has no stream.

    The default is the database's present time.
    """
    query = stream_query().where(sources.c.name == source).order_by(streams.c.region)
    if region is not None:
        query = query.where(streams.c.region == region)
    with transaction(engine) as connection:
        rows = connection.execute(query).all()
        return [coverage_at(connection, stream, at or stream.asked_at) for stream in rows]


def stream_query() -> Select[Any]:
    """The columns of a stream that `coverage_at` needs."""
    covered = func.range_merge(streams.c.polled + streams.c.swept)
    return select(
        sources.c.name.label("source"),
        sources.c.provider,
        streams.c.stream_id,
        streams.c.region,
        streams.c.retention,
        streams.c.polled,
        streams.c.swept,
        streams.c.lookback,
        streams.c.last_run_at,
        streams.c.retired_at,
        func.lower(covered).label("covered_from"),
        func.upper(covered).label("covered_to"),
        func.clock_timestamp().label("asked_at"),
    ).join_from(streams, sources, streams.c.source_id == sources.c.source_id)


def coverage_at(connection: Connection, stream: Row[Any], at: datetime) -> CoverageExplanation:
    """The coverage of `stream`, a row of `stream_query`, at the creation time `at`."""
    grade = _grade(stream, at)
    surrounding = surrounding_runs(connection, stream, at)
    return CoverageExplanation(
        source=stream.source,
        region=stream.region,
        at=at,
        grade=grade,
        reason=None if grade else _reason(stream, at),
        gap=None if grade else gap_at(connection, stream.source, stream.region, at),
        covered_from=stream.covered_from,
        covered_to=stream.covered_to,
        shown_until=_shown_until(at, stream.retention),
        retired_at=stream.retired_at,
        asked_at=stream.asked_at,
        last_before=surrounding.last_before,
        first_after=surrounding.first_after,
        confirmed_by=surrounding.confirming if grade == "swept" else None,
        incomplete_runs=incomplete_runs_between(connection, stream, surrounding),
    )


def _grade(stream: Row[Any], at: datetime) -> str | None:
    grades = {"swept": intervals(stream.swept), "polled": intervals(stream.polled)}
    return next((grade for grade, spans in grades.items() if _contains(spans, at)), None)


def _contains(spans: Sequence[Interval], at: datetime) -> bool:
    return any(span.start <= at < span.end for span in spans)


def _reason(stream: Row[Any], at: datetime) -> UncoveredReason:
    if stream.covered_from is None:
        return UncoveredReason.NOTHING
    if at < stream.covered_from:
        return UncoveredReason.BEFORE
    return UncoveredReason.GAP if at < stream.covered_to else UncoveredReason.AFTER


def _shown_until(at: datetime, retention: timedelta | None) -> datetime | None:
    try:
        return at + retention if retention else None
    except OverflowError:
        return None
