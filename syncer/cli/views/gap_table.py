"""Gaps in the coverage as a table, and their summary in one line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from syncer.cli.views.formatting import NO_LONGER_CONFIGURED
from syncer.cli.views.text_table import TextTable

if TYPE_CHECKING:
    from syncer.storage.read import Gap


def gap_table(gaps: Sequence[Gap]) -> TextTable:
    """One row for each gap."""
    columns = ("source", "region", "from", "to", "length", "state", "headroom")
    return TextTable(columns, [_row(gap) for gap in gaps])


def _row(gap: Gap) -> tuple[object, ...]:
    length = gap.ended_at - gap.started_at
    return (gap.source, gap.region, gap.started_at, gap.ended_at, length, gap_state(gap), gap.headroom)


def gap_summary(gaps: Sequence[Gap]) -> str:
    """One line: the number of gaps in each state."""
    if not gaps:
        return "no gaps"
    states = ("fillable", NO_LONGER_CONFIGURED, "lost", "unknown")
    counts = ((sum(gap_state(gap) == state for gap in gaps), state) for state in states)
    return "gaps: " + ", ".join(f"{count} {state}" for count, state in counts if count)


def gap_state(gap: Gap) -> str:
    """The state of `gap`: what is lost stays lost; nothing fills the other gaps of a retired stream."""
    return gap.state if gap.state == "lost" or gap.retired_at is None else NO_LONGER_CONFIGURED
