"""How streams and gaps are shown: as tables for people, as plain values for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from syncer.cli.tables import Table

if TYPE_CHECKING:
    from syncer.storage.overview import Gap, StreamOverview


def stream_table(streams: Sequence[StreamOverview]) -> Table:
    """One row a stream."""
    columns = ("source", "region", "last run", "result", "ended", "open", "covered from", "covered to")
    return Table(columns, [_stream_row(stream) for stream in streams])


def _stream_row(stream: StreamOverview) -> tuple[object, ...]:
    return (
        stream.source,
        stream.region,
        stream.mode,
        stream.result,
        stream.ended_at,
        stream.open_tasks,
        stream.covered_from,
        stream.covered_to,
    )


def gap_table(gaps: Sequence[Gap]) -> Table:
    """One row a hole in the coverage."""
    columns = ("source", "region", "from", "to", "length", "state", "time left")
    return Table(columns, [_gap_row(gap) for gap in gaps])


def _gap_row(gap: Gap) -> tuple[object, ...]:
    length = gap.ended_at - gap.started_at
    return (gap.source, gap.region, gap.started_at, gap.ended_at, length, gap.state, gap.time_left)


def gap_summary(gaps: Sequence[Gap]) -> str:
    """One line: how many holes there are, and how urgent they are."""
    if not gaps:
        return "no gaps"
    states = ("fillable", "lost", "unknown")
    counts = ((sum(gap.state == state for gap in gaps), state) for state in states)
    return "gaps: " + ", ".join(f"{count} {state}" for count, state in counts if count)


def as_json(value: Gap | StreamOverview) -> dict[str, Any]:
    """`value` as JSON holds it: instants in ISO 8601, durations in seconds."""
    return {name: _plain(each) for name, each in asdict(value).items()}


def _plain(value: object) -> object:
    match value:
        case datetime():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case _:
            return value
