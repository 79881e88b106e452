"""Complete runs, as far as they can vouch for a time of creation.

What a run has claimed is not on record; it follows from when the run began. The newest complete run shows by
how much a claim ends before that: the visibility lag. Where that is no whole number of seconds, or was
another once, what lies in the moments around the end of a claim may be put down to the run before or after.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, literal, select

from syncer.model import Mode, RunStatus
from syncer.storage.tables import runs


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRef:
    """A run that is on record."""

    run_id: int
    mode: str
    #: On the provider's clock.
    started_at: datetime
    #: On the database's clock; None while it is under way.
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SurroundingRuns:
    """The complete runs around a time of creation; None where there is none, or none on record."""

    #: The last one that could not vouch for that time yet, and the first one that could.
    last_before: RunRef | None
    first_after: RunRef | None
    #: The first sweep that could confirm what an earlier one had read too.
    confirming: RunRef | None


def surrounding_runs(connection: Connection, stream: Row[Any], at: datetime) -> SurroundingRuns:
    """Which complete runs of `stream` end before the creation time `at`, and which reach beyond it."""
    ceiling = _ceiling(stream)
    reaching = _complete(stream).where(ceiling > at)
    swept = reaching.where(runs.c.mode == Mode.SWEEP.value).order_by(runs.c.started_at)
    first_sweep = _run_ref(connection, swept)
    confirming = None
    if first_sweep is not None:
        later = swept.where(runs.c.started_at > first_sweep.started_at)
        confirming = _run_ref(connection, later.where(ceiling - _wide(stream) > at))
    return SurroundingRuns(
        last_before=_run_ref(
            connection, _complete(stream).where(ceiling <= at).order_by(runs.c.started_at.desc())
        ),
        first_after=_run_ref(connection, reaching.order_by(runs.c.ended_at, runs.c.run_id)),
        confirming=confirming,
    )


def _ceiling(stream: Row[Any]) -> ColumnElement[datetime]:
    """The end of what a run may have claimed; see `syncer.planning.coverage.ceiling`."""
    return func.date_trunc("second", runs.c.started_at - literal(_lag(stream)))


def _lag(stream: Row[Any]) -> timedelta:
    if not (stream.last_run_at and stream.covered_to):
        return timedelta(0)
    # The end of a claim is cut down to whole seconds, so this may be most of a second too much.
    lag: timedelta = max(timedelta(0), stream.last_run_at - stream.covered_to)
    return lag if lag < _SECOND else lag // _SECOND * _SECOND


_SECOND = timedelta(seconds=1)


def _wide(stream: Row[Any]) -> timedelta:
    return stream.lookback or timedelta(0)


def _complete(stream: Row[Any]) -> Select[Any]:
    return select(runs.c.run_id, runs.c.mode, runs.c.started_at, runs.c.ended_at).where(
        runs.c.stream_id == stream.stream_id, runs.c.status == RunStatus.SUCCEEDED.value
    )


def _run_ref(connection: Connection, query: Select[Any]) -> RunRef | None:
    row = connection.execute(query.limit(1)).mappings().one_or_none()
    return None if row is None else RunRef(**row)
