"""Gaps in the coverage as a table, and their summary in one line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from syncer.cli.views.formatting import NO_LONGER_CONFIGURED
from syncer.cli.views.text_table import TextTable

if TYPE_CHECKING:
    from syncer.storage.read import Gap, RetiredStream, StreamOverview


def gap_table(gaps: Sequence[Gap]) -> TextTable:
    """One row for each gap."""
    columns = ("source", "region", "from", "to", "length", "state", "headroom")
    return TextTable(columns, [_row(gap) for gap in gaps])


def _row(gap: Gap) -> tuple[object, ...]:
    length = gap.ended_at - gap.started_at
    return (gap.source, gap.region, gap.started_at, gap.ended_at, length, gap_state(gap), gap.headroom)


def gap_lines(
    gaps: Sequence[Gap], streams: Sequence[StreamOverview], retired: Sequence[RetiredStream] = ()
) -> list[str]:
    """The number of gaps in each state, and the streams whose gaps are not known, wholly or of late."""
    read = [stream for stream in streams if stream.covered_from is not None]
    stale = [stream.label for stream in read if stream.error is not None or stream.is_overdue]
    unread = [stream.label for stream in streams if stream.covered_from is None]
    if not read and not gaps and (streams or not retired):
        return ["gaps are not known: nothing was read completely yet"]
    elif stale and not gaps:
        lines = ["no gaps until the last success of each stream"]
    else:
        lines = [gap_summary(gaps)]
    if stale:
        lines.append(f"not read successfully since then, so later gaps are not known: {', '.join(stale)}")
    if read and unread:
        lines.append(f"never read completely, so their gaps are not known: {', '.join(unread)}")
    return lines


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
