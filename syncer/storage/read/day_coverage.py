"""The coverage of sources within one day, for exports. The rules are in the view `sync.stream_coverage`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, column, func, select, table, true
from sqlalchemy.dialects.postgresql import TSTZMULTIRANGE, TSTZRANGE, Range

from syncer.model import Interval, stream_label
from syncer.reporting.export import Day, SourceCoverage, StreamCoverage
from syncer.storage.tables import sources

_stream_coverage = table(
    "stream_coverage",
    *map(column, ("source_id", "region", "shown_since", "retired_at")),
    *(column(name, TSTZMULTIRANGE()) for name in ("swept", "read", "expected")),
    schema="sync",
)
_covered_sources = table(
    "covered_sources",
    column("source_id"),
    *(column(name, TSTZMULTIRANGE()) for name in ("swept", "span")),
    schema="sync",
)


def load_day_coverage(
    connection: Connection, source_names: Collection[str], day: Day
) -> tuple[SourceCoverage, ...]:
    """The coverage of each source with a stream that counts for `day`; empty `source_names` means all."""
    day_range = func.tstzrange(day.started_at, day.ended_at, type_=TSTZRANGE())
    expected = _stream_coverage.c.expected * func.tstzmultirange(day_range, type_=TSTZMULTIRANGE())
    query = (
        select(
            sources.c.name,
            func.coalesce(_covered_sources.c.swept.contains(day_range), False).label("is_covered"),
            func.coalesce(~_covered_sources.c.span.contains(day_range), False).label("is_partial"),
            _stream_coverage.c.region,
            _stream_coverage.c.shown_since,
            _stream_coverage.c.retired_at,
            (expected - _stream_coverage.c.swept).label("unconfirmed"),
            (expected - _stream_coverage.c.read).label("unread"),
        )
        .join_from(_stream_coverage, sources, _stream_coverage.c.source_id == sources.c.source_id)
        .join(_covered_sources, _covered_sources.c.source_id == sources.c.source_id)
        .where(~func.isempty(expected), sources.c.name.in_(source_names) if source_names else true())
        .order_by(sources.c.name, _stream_coverage.c.region)
    )
    by_source = groupby(connection.execute(query), lambda row: row[:3])
    return tuple(
        SourceCoverage(name, is_covered, is_partial, tuple(map(_stream, rows)))
        for (name, is_covered, is_partial), rows in by_source
    )


def _stream(row: Row[Any]) -> StreamCoverage:
    return StreamCoverage(
        stream=stream_label(row.name, row.region),
        unconfirmed=tuple(map(_interval, row.unconfirmed)),
        unread=tuple(map(_interval, row.unread)),
        shown_since=row.shown_since,
        is_retired=row.retired_at is not None,
    )


def _interval(part: Range[datetime]) -> Interval:
    assert part.lower is not None and part.upper is not None  # within a day
    return Interval(part.lower, part.upper)
