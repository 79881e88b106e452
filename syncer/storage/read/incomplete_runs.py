"""Runs that did not come to their end, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from syncer.model import RunStatus
from syncer.storage.read.coverage_runs import SurroundingRuns
from syncer.storage.tables import runs

#: Of so many kinds at most, the latest ones, is told.
_KINDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class IncompleteRuns:
    """Runs that are not complete for one reason. Run, mode and error are the latest one's."""

    #: `failed`, `interrupted`, or `running` while it is under way.
    status: str
    count: int
    #: When the first and the latest of them began, on the provider's clock.
    first_at: datetime
    last_at: datetime
    run_id: int
    mode: str
    error: str | None


def incomplete_runs_between(
    connection: Connection, stream: Row[Any], between: SurroundingRuns
) -> Sequence[IncompleteRuns]:
    """What went wrong from the last complete run before to the first one after; the latest first."""
    query = _incomplete(stream)
    if between.last_before is not None:
        query = query.where(runs.c.started_at > between.last_before.started_at)
    if between.first_after is not None:
        query = query.where(runs.c.started_at < between.first_after.started_at)
    alike = query.group_by(runs.c.mode, runs.c.status, _REASON).subquery("alike")
    latest = (
        select(alike, runs.c.mode, runs.c.error)
        .join(runs, runs.c.run_id == alike.c.run_id)
        .order_by(alike.c.run_id.desc())
        .limit(_KINDS)
    )
    return [IncompleteRuns(**row) for row in connection.execute(latest).mappings()]


#: The same error has another request id each time.
_REASON = func.regexp_replace(runs.c.error, r" \(request [^)]*\)", "", "g")


def _incomplete(stream: Row[Any]) -> Select[Any]:
    return select(
        runs.c.status,
        func.count().label("count"),
        func.min(runs.c.started_at).label("first_at"),
        func.max(runs.c.started_at).label("last_at"),
        func.max(runs.c.run_id).label("run_id"),
    ).where(runs.c.stream_id == stream.stream_id, runs.c.status != RunStatus.SUCCEEDED.value)
