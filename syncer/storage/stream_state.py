"""Conversion between a row of `streams` and the value StreamState."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, select, update
from sqlalchemy.dialects.postgresql import Range

from syncer.model import Interval, Order, OutcomeFilter, StreamState
from syncer.storage.tables import streams


def load_state(connection: Connection, stream_id: int) -> StreamState:
    """Load the state of a stream."""
    row = connection.execute(select(streams).where(streams.c.stream_id == stream_id)).one()
    return StreamState(
        polled=intervals(row.polled),
        swept=intervals(row.swept),
        orders=orders(row),
        lookback=row.lookback,
        first_sweep_at=row.first_sweep_at,
        last_sweep_at=row.last_sweep_at,
        last_run_at=row.last_run_at,
        shown_age=row.shown_age,
        paused_until=row.paused_until,
        outcome_filter=OutcomeFilter(row.outcome_filter),
        outcome_filter_at=row.outcome_filter_at,
    )


def save_state(
    connection: Connection, stream_id: int, state: StreamState, more: Mapping[str, Any] | None = None
) -> None:
    """Replace the state of a stream, and set the columns of `more`, in the caller's transaction."""
    connection.execute(
        update(streams)
        .where(streams.c.stream_id == stream_id)
        .values(
            polled=_ranges(state.polled),
            swept=_ranges(state.swept),
            orders={list_name: sorted(orders) for list_name, orders in state.orders.items()},
            lookback=state.lookback,
            first_sweep_at=state.first_sweep_at,
            last_sweep_at=state.last_sweep_at,
            last_run_at=state.last_run_at,
            shown_age=state.shown_age,
            paused_until=state.paused_until,
            outcome_filter=state.outcome_filter.value,
            outcome_filter_at=state.outcome_filter_at,
            **(more or {}),
        )
    )


def intervals(multirange: Iterable[Any]) -> tuple[Interval, ...]:
    """A multirange as sorted intervals."""
    return tuple(Interval(part.lower, part.upper) for part in multirange)


def orders(row: Row[Any]) -> dict[str, frozenset[Order]]:
    """The learned orders in a row of `streams`, by list."""
    return {list_name: frozenset(map(Order, names)) for list_name, names in row.orders.items()}


def _ranges(intervals: Iterable[Interval]) -> list[Range[Any]]:
    return [Range(i.start, i.end, bounds="[)") for i in intervals if i.start < i.end]
