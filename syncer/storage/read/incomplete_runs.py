"""Runs that did not complete, grouped by their reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from syncer.model import RunStatus
from syncer.storage.read.coverage_runs import SurroundingRuns
from syncer.storage.tables import runs

#: The most groups returned: the latest ones.
_MAX_GROUPS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class IncompleteRunGroup:
    """Runs that did not complete for the same reason; `run_id`, `mode` and `error` are of the latest."""

    #: `failed`, `interrupted`, or `running` for a run that has not ended.
    status: str
    count: int
    #: Start of the first and of the latest run, on the provider's clock.
    first_at: datetime
    last_at: datetime
    run_id: int
    mode: str
    error: str | None


def incomplete_runs_between(
    connection: Connection, stream: Row[Any], between: SurroundingRuns
) -> Sequence[IncompleteRunGroup]:
    """The incomplete runs between `between.last_before` and `between.first_after`, latest first."""
    query = _incomplete(stream)
    if between.last_before is not None:
        query = query.where(runs.c.started_at > between.last_before.started_at)
    if between.first_after is not None:
        query = query.where(runs.c.started_at < between.first_after.started_at)
    groups = query.group_by(runs.c.mode, runs.c.status, _REASON).subquery("groups")
    latest = (
        select(groups, runs.c.mode, runs.c.error)
        .join(runs, runs.c.run_id == groups.c.run_id)
        .order_by(groups.c.run_id.desc())
        .limit(_MAX_GROUPS)
    )
    return [IncompleteRunGroup(**row) for row in connection.execute(latest).mappings()]


#: The error without the request id, which differs each time.
_REASON = func.regexp_replace(runs.c.error, r" \(request [^)]*\)", "", "g")


def _incomplete(stream: Row[Any]) -> Select[Any]:
    return select(
        runs.c.status,
        func.count().label("count"),
        func.min(runs.c.started_at).label("first_at"),
        func.max(runs.c.started_at).label("last_at"),
        func.max(runs.c.run_id).label("run_id"),
    ).where(runs.c.stream_id == stream.stream_id, runs.c.status != RunStatus.SUCCEEDED.value)
