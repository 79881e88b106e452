"""Gaps as table rows, and their summary."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from syncer.cli.views.gap_table import gap_summary, gap_table
from syncer.cli.views.text_table import plain_lines
from syncer.storage.read import Gap

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def make_gap(state: str = "fillable", headroom: timedelta | None = timedelta(hours=5)) -> Gap:
    return Gap(
        source="vod",
        region="global",
        started_at=AT,
        ended_at=AT + timedelta(minutes=90),
        state=state,
        headroom=headroom,
    )


def test_gap_row_has_the_length() -> None:
    row = plain_lines(gap_table([make_gap()]))[1]
    assert row.endswith("2026-01-02 04:34:05Z  1h 30m  fillable  5h")


def test_gap_summary_counts_states() -> None:
    assert gap_summary([]) == "no gaps"
    assert gap_summary([make_gap(), make_gap("lost", None), make_gap("lost", None)]) == (
        "gaps: 1 fillable, 2 lost"
    )
