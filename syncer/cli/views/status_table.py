"""Status tables: the state of every stream, and what polls have learned about its list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from syncer.cli.views.formatting import duration_text, minute_text
from syncer.cli.views.text_table import TextTable
from syncer.model import Facts, Role

if TYPE_CHECKING:
    from syncer.storage.read import StreamOverview


#: Many lists drop tasks a little late.
_CLEARLY_MORE = 1.05


def stream_table(streams: Sequence[StreamOverview]) -> TextTable:
    """One row for each stream: its open tasks, its headroom, its coverage."""
    columns = ("stream", "open", "headroom", "covered from", "covered to")
    return TextTable(columns, [_stream_row(stream) for stream in streams])


def health_table(streams: Sequence[StreamOverview]) -> TextTable:
    """One row for each stream: whether it is read as configured, and by which process."""
    columns = ("stream", "state", "last success", "age", "last run", "read by")
    return TextTable(columns, [_health_row(stream) for stream in streams])


def _health_row(stream: StreamOverview) -> tuple[object, ...]:
    return (
        stream.label,
        str(stream.health),
        minute_text(stream.succeeded_at),
        stream.since_success,
        f"{stream.mode} {stream.result}" if stream.mode else None,
        stream.holder,
    )


def _stream_row(stream: StreamOverview) -> tuple[object, ...]:
    return (
        stream.label,
        stream.open_tasks,
        stream.headroom,
        minute_text(stream.covered_from),
        minute_text(stream.covered_to),
    )


def poll_depth_table(streams: Sequence[StreamOverview], facts: Mapping[str, Facts]) -> TextTable:
    """One row for each stream: what decides how much of its main list a poll reads. `facts` are by source."""
    columns = ("stream", "main list", "its order", "lookback", "outcome filter", "late tasks")
    rows = [_poll_depth_row(stream, facts.get(stream.source)) for stream in streams]
    return TextTable(columns, rows, wrapped=frozenset({columns.index("its order")}))


def _poll_depth_row(stream: StreamOverview, facts: Facts | None) -> tuple[object, ...]:
    main = _list_name(facts, Role.PRIMARY)
    # A list that can be filtered by creation time is read in windows, so its order does not matter.
    order = "filtered by time" if facts and facts.has_windows else order_text(stream.orders.get(main or ""))
    return (
        stream.label,
        main,
        order,
        stream.lookback,
        stream.outcome_filter if _list_name(facts, Role.FAILED) else None,
        stream.late,
    )


def pause_lines(streams: Sequence[StreamOverview]) -> list[str]:
    """A line for each stream whose vendor has asked for a pause."""
    return [
        f"{stream.label}: not read until {minute_text(stream.paused_until)}, as the vendor asks (Retry-After)"
        for stream in streams
        if stream.paused_until
    ]


def long_list_lines(streams: Sequence[StreamOverview]) -> list[str]:
    """A line for each stream whose list clearly shows more than its retention."""
    return [
        f"{stream.label}: the list shows tasks of {duration_text(stream.shown_age)}, more than the retention "
        f"of {duration_text(stream.retention)}; open tasks are followed for as long as sweeps find them"
        for stream in streams
        if stream.retention and stream.shown_age and stream.shown_age > _CLEARLY_MORE * stream.retention
    ]


def order_text(orders: Sequence[str] | None) -> str | None:
    """The order that was observed in a list; None before its first complete scan."""
    if orders is None:
        return None
    return " / ".join(orders) or "none: read to the end"


def _list_name(facts: Facts | None, role: Role) -> str | None:
    """The name of the list with that role; None if there is none, or the source is no longer configured."""
    lists = facts.lists if facts else ()
    return next((list_.name for list_ in lists if list_.role is role), None)
