"""Formatting of values as text for people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from syncer.cli.views.formatting import cell_text, shortened, text_width


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (True, "yes"),
        (False, "no"),
        (1234567, "1,234,567"),
        ("[b]", "[b]"),
        (datetime(2026, 1, 2, 3, 4, 5, 999, UTC), "2026-01-02 03:04:05Z"),
        (timedelta(milliseconds=250), "0.25s"),
        (timedelta(seconds=59), "59s"),
        (timedelta(minutes=4, seconds=5), "4m 5s"),
        (timedelta(hours=6), "6h"),
        (timedelta(days=2, hours=3, minutes=4), "2d 3h"),
        (timedelta(days=7, minutes=4), "7d"),
        (-timedelta(minutes=1), "-1m"),
    ],
)
def test_cell_text(value: object, text: str) -> None:
    assert cell_text(value) == text


def test_shortened_keeps_both_ends() -> None:
    assert shortened("1308726455-WorkflowTask-0000000000000001", 22) == "1308726…00000000000001"
    assert shortened("short", 22) == "short"


def test_chinese_characters_are_two_columns_wide() -> None:
    assert text_width("甲乙b") == 5
