"""The complete runs before and after a creation time, by the ceiling that each of them claimed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from syncer.model import Mode
from syncer.storage.tables import runs


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """A recorded run."""

    run_id: int
    mode: str
    #: On the provider's clock.
    started_at: datetime
    #: On the database's clock; None while it is running.
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SurroundingRuns:
    """The complete runs before and after a creation time; None if there is no such run."""

    #: The last run whose ceiling is not after that time, and the first run whose ceiling is.
    last_before: RunSummary | None
    first_after: RunSummary | None
    #: The first sweep after another sweep that could confirm that time.
    confirming: RunSummary | None


def surrounding_runs(connection: Connection, stream: Row[Any], at: datetime) -> SurroundingRuns:
    """The complete runs of `stream` before and after the creation time `at`."""
    reaching = _complete(stream).where(runs.c.ceiling_at > at)
    swept = reaching.where(runs.c.mode == Mode.SWEEP.value).order_by(runs.c.started_at)
    first_sweep = _first_run(connection, swept)
    confirming = None
    if first_sweep is not None:
        later = swept.where(runs.c.started_at > first_sweep.started_at)
        # Within the lookback before its ceiling a sweep confirms nothing: late tasks may still be missing.
        lookback = stream.lookback or timedelta(0)
        confirming = _first_run(connection, later.where(runs.c.ceiling_at - lookback > at))
    before = _complete(stream).where(runs.c.ceiling_at <= at).order_by(runs.c.started_at.desc())
    return SurroundingRuns(
        last_before=_first_run(connection, before),
        first_after=_first_run(connection, reaching.order_by(runs.c.ended_at, runs.c.run_id)),
        confirming=confirming,
    )


def _complete(stream: Row[Any]) -> Select[Any]:
    """The stream's runs with a ceiling: only a complete run has one."""
    columns = (runs.c.run_id, runs.c.mode, runs.c.started_at, runs.c.ended_at)
    return select(*columns).where(runs.c.stream_id == stream.stream_id, runs.c.ceiling_at.is_not(None))


def _first_run(connection: Connection, query: Select[Any]) -> RunSummary | None:
    row = connection.execute(query.limit(1)).mappings().one_or_none()
    return None if row is None else RunSummary(**row)
