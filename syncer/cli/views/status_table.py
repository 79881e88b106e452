"""Streams and gaps as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from syncer.cli.views.text_table import TextTable
from syncer.model import Facts, Role

if TYPE_CHECKING:
    from syncer.storage.read import Gap, StreamOverview


def stream_table(streams: Sequence[StreamOverview]) -> TextTable:
    """One row a stream: is it being read, and how much time is left."""
    columns = ("stream", "last run", "ended", "open", "headroom", "covered from", "covered to")
    return TextTable(columns, [_stream_row(stream) for stream in streams])


def _stream_row(stream: StreamOverview) -> tuple[object, ...]:
    return (
        stream.label,
        f"{stream.mode} {stream.result}" if stream.mode else None,
        _minute(stream.ended_at),
        stream.open_tasks,
        stream.headroom,
        _minute(stream.covered_from),
        _minute(stream.covered_to),
    )


def _minute(instant: datetime | None) -> str | None:
    """Short enough for three of them in a line; --json tells the rest."""
    return None if instant is None else f"{instant:%Y-%m-%d %H:%MZ}"


def learned_table(streams: Sequence[StreamOverview], facts: Mapping[str, Facts]) -> TextTable:
    """One row a stream: what decides how much of its main list a poll must read. `facts` are by source."""
    columns = ("stream", "main list", "its order", "lookback", "outcome filter", "late tasks")
    return TextTable(columns, [_learned_row(stream, facts.get(stream.source)) for stream in streams])


def _learned_row(stream: StreamOverview, facts: Facts | None) -> tuple[object, ...]:
    main = _listing(facts, Role.PRIMARY)
    # Where the provider can be asked for a time, the order does not matter.
    order = "asked for by time" if facts and facts.has_windows else order_words(stream.orders.get(main or ""))
    return (
        stream.label,
        main,
        order,
        stream.lookback,
        stream.outcome_filter if _listing(facts, Role.FAILED) else None,
        stream.late,
    )


def order_words(orders: Sequence[str] | None) -> str | None:
    """What was learned of a list's order; None before its first complete scan."""
    if orders is None:
        return None
    return " / ".join(orders) or "none: read to the end"


def _listing(facts: Facts | None, role: Role) -> str | None:
    """The name of the list of that role; None where there is none, or the source is configured no more."""
    lists = facts.lists if facts else ()
    return next((listing.name for listing in lists if listing.role is role), None)


def gap_table(gaps: Sequence[Gap]) -> TextTable:
    """One row a hole in the coverage."""
    columns = ("source", "region", "from", "to", "length", "state", "time left")
    return TextTable(columns, [_gap_row(gap) for gap in gaps])


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
