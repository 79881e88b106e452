"""Status tables: streams as table rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syncer.cli.views.status_table import (
    health_table,
    long_list_lines,
    order_text,
    pause_lines,
    poll_depth_table,
    stream_table,
)
from syncer.cli.views.text_table import plain_lines
from syncer.model import Order
from syncer.storage.read import StreamOverview
from tests.support.fakes import MPS_FACTS, VOD_FACTS

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


STREAM = StreamOverview(
    source="tat",
    region="ap-guangzhou",
    provider="tencent_tat",
    mode="poll",
    result="failed",
    ended_at=AT,
    succeeded_at=None,
    since_success=None,
    error="wrong key",
    failing_since=AT,
    is_overdue=False,
    open_tasks=12,
    covered_from=None,
    covered_to=None,
    headroom=None,
    paused_until=None,
    retention=None,
    shown_age=None,
    holder=None,
    orders={},
    lookback=None,
    outcome_filter="unproven",
    outcome_filter_at=None,
    late=0,
)
#: As wide as real rows get.
BUSY = replace(
    STREAM,
    source="mps-intl",
    region="na-siliconvalley",
    result="interrupted",
    open_tasks=123456,
    headroom=timedelta(days=6, hours=23),
    succeeded_at=AT,
    since_success=timedelta(days=6, hours=23),
    holder="0123456789ab:1234567",
    covered_from=AT,
    covered_to=AT,
    orders={"FINISH": [Order.FINISHED_DESC.value, Order.CREATED_DESC.value], "WAITING": []},
    lookback=timedelta(minutes=1, seconds=30),
    retention=timedelta(days=7),
    shown_age=timedelta(days=8, hours=1),
    outcome_filter="trusted",
    late=1234,
)


def test_stream_row() -> None:
    row = plain_lines(stream_table([STREAM]))[1]
    assert row.split() == ["tat/ap-guangzhou", "12", "-", "-", "-"]


def test_health_row() -> None:
    read = replace(
        STREAM,
        error=None,
        result="running",
        succeeded_at=AT,
        since_success=timedelta(minutes=2),
        holder="a:7",
    )
    failing, ok = plain_lines(health_table([STREAM, read]))[1:]
    assert failing.split() == ["tat/ap-guangzhou", "failing", "-", "-", "poll", "failed", "-"]
    assert ok.split()[1:] == ["ok", "2026-01-02", "03:04Z", "2m", "poll", "running", "a:7"]


@pytest.mark.parametrize(
    ("changes", "health"),
    [
        ({"is_overdue": True}, "failing"),
        ({"error": None, "is_overdue": True, "succeeded_at": AT}, "overdue"),
        ({"error": None, "mode": None}, "never read"),
        ({"error": None, "result": "running"}, "first run"),
        ({"error": None, "succeeded_at": AT}, "ok"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_health_of_a_stream(changes: dict[str, Any], health: str) -> None:
    assert replace(STREAM, **changes).health == health


def test_pause_of_the_vendor_is_named() -> None:
    assert pause_lines([STREAM, replace(BUSY, paused_until=AT)]) == [
        "mps-intl/na-siliconvalley: not read until 2026-01-02 03:04Z, as the vendor asks (Retry-After)"
    ]


def test_list_that_shows_more_than_its_retention_is_named() -> None:
    a_little_late = replace(BUSY, shown_age=timedelta(days=7, hours=1))
    assert long_list_lines([STREAM, a_little_late, BUSY]) == [
        "mps-intl/na-siliconvalley: the list shows tasks of 8d 1h, more than the retention of 7d;"
        " open tasks are followed for as long as sweeps find them"
    ]


def test_poll_depth_row() -> None:
    row = plain_lines(poll_depth_table([BUSY], {"mps-intl": MPS_FACTS}))[1]
    assert [cell.strip() for cell in row.split("  ") if cell] == [
        "mps-intl/na-siliconvalley",
        "FINISH",
        "finished newest first / created newest first",
        "1m 30s",
        "trusted",
        "1,234",
    ]


def test_poll_depth_row_omits_what_does_not_apply() -> None:
    unconfigured = plain_lines(poll_depth_table([BUSY], {}))[1]
    assert unconfigured.split()[1:] == ["-", "-", "1m", "30s", "-", "1,234"]
    filtered = plain_lines(poll_depth_table([BUSY], {"mps-intl": VOD_FACTS}))[1]
    assert "filtered by time  1m 30s    -  " in filtered


@pytest.mark.parametrize(
    ("orders", "text"),
    [
        (None, None),
        ([], "none: read to the end"),
        ([Order.CREATED_ASC.value], "created oldest first"),
    ],
    ids=["not read yet", "none", "one"],
)
def test_order_text(orders: list[str] | None, text: str | None) -> None:
    assert order_text(orders) == text


def test_tables_fit_120_columns() -> None:
    tables = stream_table([BUSY]), health_table([BUSY]), poll_depth_table([BUSY], {"mps-intl": MPS_FACTS})
    assert max(len(line) for table in tables for line in plain_lines(table)) <= 120
