"""Streams and gaps as table rows and as JSON values."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from syncer.cli.views.json_values import as_json
from syncer.cli.views.status_table import (
    gap_summary,
    gap_table,
    learned_table,
    order_words,
    stream_table,
)
from syncer.cli.views.text_table import plain_lines
from syncer.model import Order
from syncer.storage.read import Gap, StreamOverview
from tests.support.fakes import MPS_FACTS, VOD_FACTS

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
    headroom=None,
    holder=None,
    orders={},
    lookback=None,
    outcome_filter="unproven",
    outcome_filter_at=None,
    late=0,
)
#: As wide as real ones get.
BUSY = replace(
    STREAM,
    source="mps-intl",
    region="na-siliconvalley",
    result="interrupted",
    open_tasks=123456,
    headroom=timedelta(days=6, hours=23),
    covered_from=AT,
    covered_to=AT,
    orders={"FINISH": [Order.FINISHED_DESC.value, Order.CREATED_DESC.value], "WAITING": []},
    lookback=timedelta(minutes=1, seconds=30),
    outcome_filter="trusted",
    late=1234,
)


def test_stream_is_a_row() -> None:
    row = plain_lines(stream_table([STREAM]))[1]
    ended = ["2026-01-02", "03:04Z"]
    assert row.split() == ["tat/ap-guangzhou", "poll", "failed", *ended, "12", "-", "-", "-"]


def test_learned_is_a_row() -> None:
    row = plain_lines(learned_table([BUSY], {"mps-intl": MPS_FACTS}))[1]
    assert [cell.strip() for cell in row.split("  ") if cell] == [
        "mps-intl/na-siliconvalley",
        "FINISH",
        "finished newest first / created newest first",
        "1m 30s",
        "trusted",
        "1,234",
    ]


def test_learned_is_silent_where_it_does_not_matter() -> None:
    unconfigured = plain_lines(learned_table([BUSY], {}))[1]
    assert unconfigured.split()[1:] == ["-", "-", "1m", "30s", "-", "1,234"]
    by_time = plain_lines(learned_table([BUSY], {"mps-intl": VOD_FACTS}))[1]
    assert "asked for by time  1m 30s    -  " in by_time


@pytest.mark.parametrize(
    ("orders", "words"),
    [
        (None, None),
        ([], "none: read to the end"),
        ([Order.CREATED_ASC.value], "created oldest first"),
    ],
    ids=["not read yet", "none", "one"],
)
def test_order_in_words(orders: list[str] | None, words: str | None) -> None:
    assert order_words(orders) == words


def test_tables_fit_a_terminal() -> None:
    tables = stream_table([BUSY]), learned_table([BUSY], {"mps-intl": MPS_FACTS})
    assert max(len(line) for table in tables for line in plain_lines(table)) <= 120


def test_gap_is_a_row_with_its_length() -> None:
    row = plain_lines(gap_table([make_gap()]))[1]
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
    learned = as_json(BUSY)
    assert learned["orders"] == {"FINISH": ["finished newest first", "created newest first"], "WAITING": []}
    assert learned["lookback"] == 90
