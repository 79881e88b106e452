"""The gaps in the coverage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, column, select, table

from syncer.storage.connections import transaction

_gaps = table(
    "coverage_gaps",
    *map(column, ("source", "region", "started_at", "ended_at", "state", "seconds_until_lost", "retired_at")),
    schema="reporting",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Creation times whose tasks may be missing."""

    source: str
    region: str
    started_at: datetime
    ended_at: datetime
    #: `fillable` while the provider still shows it, then `lost`; `unknown` without a known retention.
    state: str
    #: Until the first task in it expires; None unless it is fillable and its list is configured.
    headroom: timedelta | None
    #: Since when its list is no longer configured; None while it is.
    retired_at: datetime | None = None


def load_gaps(engine: Engine) -> list[Gap]:
    """All gaps, oldest first."""
    query = select(_gaps).order_by(_gaps.c.started_at, _gaps.c.source, _gaps.c.region)
    with transaction(engine) as connection:
        return [_gap(**row) for row in connection.execute(query).mappings()]


def gap_at(connection: Connection, source: str, region: str, at: datetime) -> Gap | None:
    """The gap of a stream that contains the creation time `at`; None without one."""
    contains = (_gaps.c.started_at <= at, _gaps.c.ended_at > at)
    query = select(_gaps).where(_gaps.c.source == source, _gaps.c.region == region, *contains)
    row = connection.execute(query.limit(1)).mappings().one_or_none()
    return None if row is None else _gap(**row)


def _gap(*, seconds_until_lost: float | None, **columns: Any) -> Gap:
    headroom = None if seconds_until_lost is None else timedelta(seconds=seconds_until_lost)
    return Gap(**columns, headroom=headroom)
