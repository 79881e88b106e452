"""Streams and gaps become rows, and values that JSON can hold."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from syncer.cli.standing import as_json, gap_summary, gap_table, stream_table
from syncer.cli.tables import plain
from syncer.storage.overview import Gap, StreamOverview

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def make_gap(state: str = "fillable", time_left: timedelta | None = timedelta(hours=5)) -> Gap:
    return Gap(
        source="vod",
        region="global",
        started_at=AT,
        ended_at=AT + timedelta(minutes=90),
        state=state,
        time_left=time_left,
    )


STREAM = StreamOverview(
    source="tat",
    region="ap-guangzhou",
    provider="tencent_tat",
    mode="poll",
    result="failed",
    ended_at=AT,
    error="wrong key",
    open_tasks=12,
    covered_from=None,
    covered_to=None,
    holder=None,
)


def test_stream_is_a_row() -> None:
    row = plain(stream_table([STREAM]))[1]
    ended = ["2026-01-02", "03:04:05Z"]
    assert row.split() == ["tat", "ap-guangzhou", "poll", "failed", *ended, "12", "-", "-"]


def test_gap_is_a_row_with_its_length() -> None:
    row = plain(gap_table([make_gap()]))[1]
    assert row.endswith("2026-01-02 04:34:05Z  1h 30m  fillable  5h")


def test_gap_summary_counts_states() -> None:
    assert gap_summary([]) == "no gaps"
    assert gap_summary([make_gap(), make_gap("lost", None), make_gap("lost", None)]) == (
        "gaps: 1 fillable, 2 lost"
    )


def test_json_holds_instants_and_seconds() -> None:
    told = json.loads(json.dumps([as_json(make_gap()), as_json(STREAM)]))
    assert told[0]["started_at"] == "2026-01-02T03:04:05+00:00"
    assert told[0]["time_left"] == 18000
    assert told[1]["error"] == "wrong key"
