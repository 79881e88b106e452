"""Whether the tasks created at one time were read, and if not, why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, func, select

from syncer.model import Interval, stream_label
from syncer.storage.connections import transaction
from syncer.storage.read.coverage_runs import RunRef, surrounding_runs
from syncer.storage.read.gaps import Gap, gap_at
from syncer.storage.read.incomplete_runs import IncompleteRuns, incomplete_runs_between
from syncer.storage.stream_state import intervals
from syncer.storage.tables import sources, streams


class UncoveredReason(StrEnum):
    """Why a time is not covered."""

    #: No complete run has proven anything yet.
    NOTHING = "nothing"
    #: It is before the coverage begins.
    BEFORE = "before"
    GAP = "gap"
    #: It is later than the newest complete run can vouch for.
    AFTER = "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageAnswer:
    """How one stream has read the tasks that were created at one time."""

    source: str
    region: str
    #: The time of creation in question.
    at: datetime
    #: `swept` or `polled`; None where it is not covered, and then there is a reason.
    grade: str | None
    reason: UncoveredReason | None
    #: The hole around it, if that is the reason.
    gap: Gap | None
    covered_from: datetime | None
    covered_to: datetime | None
    #: When the provider ceases to show tasks created then; None where nobody knows.
    shown_until: datetime | None
    #: The database's time when this was found out.
    asked_at: datetime
    #: The last complete run that could not vouch for that time yet, and the first one that could.
    last_before: RunRef | None
    first_after: RunRef | None
    #: The sweep that confirmed it, where it is swept.
    confirmed_by: RunRef | None
    #: What went wrong between those two runs.
    incomplete_runs: Sequence[IncompleteRuns]

    @property
    def label(self) -> str:
        """The stream's name for people, as `syncer.model.Stream` has it."""
        return stream_label(self.source, self.region)


def explain_coverage(
    engine: Engine, source: str, at: datetime, *, region: str | None = None
) -> list[CoverageAnswer]:
    """How each stream of `source` has read the tasks created at `at`; nothing where it has no stream."""
    query = stream_query().where(sources.c.name == source).order_by(streams.c.region)
    if region is not None:
        query = query.where(streams.c.region == region)
    with transaction(engine) as connection:
        return [coverage_at(connection, stream, at) for stream in connection.execute(query).all()]


def stream_query() -> Select[Any]:
    """What `coverage_at` needs to know of a stream."""
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
        func.lower(covered).label("covered_from"),
        func.upper(covered).label("covered_to"),
        func.clock_timestamp().label("asked_at"),
    ).join_from(streams, sources, streams.c.source_id == sources.c.source_id)


def coverage_at(connection: Connection, stream: Row[Any], at: datetime) -> CoverageAnswer:
    """How `stream`, a row of `stream_query`, has read the tasks created at `at`."""
    grade = _grade(stream, at)
    around = surrounding_runs(connection, stream, at)
    return CoverageAnswer(
        source=stream.source,
        region=stream.region,
        at=at,
        grade=grade,
        reason=None if grade else _reason(stream, at),
        gap=None if grade else gap_at(connection, stream.source, stream.region, at),
        covered_from=stream.covered_from,
        covered_to=stream.covered_to,
        shown_until=_shown_until(at, stream.retention),
        asked_at=stream.asked_at,
        last_before=around.last_before,
        first_after=around.first_after,
        confirmed_by=around.confirming if grade == "swept" else None,
        incomplete_runs=incomplete_runs_between(connection, stream, around),
    )


def _grade(stream: Row[Any], at: datetime) -> str | None:
    grades = {"swept": intervals(stream.swept), "polled": intervals(stream.polled)}
    return next((grade for grade, spans in grades.items() if _holds(spans, at)), None)


def _holds(spans: Sequence[Interval], at: datetime) -> bool:
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
