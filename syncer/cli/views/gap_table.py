"""Gaps in the coverage as a table, and their summary in one line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from syncer.cli.views.text_table import TextTable

if TYPE_CHECKING:
    from syncer.storage.read import Gap


def gap_table(gaps: Sequence[Gap]) -> TextTable:
    """One row for each gap."""
    columns = ("source", "region", "from", "to", "length", "state", "headroom")
    return TextTable(columns, [_row(gap) for gap in gaps])


def _row(gap: Gap) -> tuple[object, ...]:
    length = gap.ended_at - gap.started_at
    return (gap.source, gap.region, gap.started_at, gap.ended_at, length, gap.state, gap.headroom)


def gap_summary(gaps: Sequence[Gap]) -> str:
    """One line: the number of gaps in each state."""
    if not gaps:
        return "no gaps"
    states = ("fillable", "lost", "unknown")
    counts = ((sum(gap.state == state for gap in gaps), state) for state in states)
    return "gaps: " + ", ".join(f"{count} {state}" for count, state in counts if count)
