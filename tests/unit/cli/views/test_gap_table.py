"""Gaps as table rows, and their summary."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from syncer.cli.views.gap_table import gap_lines, gap_summary, gap_table
from syncer.cli.views.text_table import plain_lines
from syncer.storage.read import Gap
from tests.unit.cli.views.test_status_table import STREAM

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


def test_no_gaps_is_said_only_where_it_is_known() -> None:
    read = replace(STREAM, error=None, covered_from=AT, covered_to=AT, succeeded_at=AT)
    unread = replace(read, source="vod", region="global", covered_from=None)
    overdue, failing = replace(read, is_overdue=True), replace(read, source="mps", error="gone")
    assert gap_lines([], [read]) == ["no gaps"]
    assert (
        gap_lines([], [])
        == gap_lines([], [unread])
        == ["gaps are not known: nothing was read completely yet"]
    )
    assert gap_lines([], [read, unread])[1:] == ["never read completely, so their gaps are not known: vod"]
    late = "not read successfully since then, so later gaps are not known: tat/ap-guangzhou, mps/ap-guangzhou"
    assert gap_lines([], [overdue, failing]) == ["no gaps until the last success of each stream", late]
    assert gap_lines([make_gap()], [overdue, failing]) == ["gaps: 1 fillable", late]


def test_gap_summary_counts_states() -> None:
    assert gap_summary([]) == "no gaps"
    assert gap_summary([make_gap(), make_gap("lost", None), make_gap("lost", None)]) == (
        "gaps: 1 fillable, 2 lost"
    )
