"""Durations as text in the configuration."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncer.config import parse_duration, write_duration


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("500ms", timedelta(milliseconds=500)),
        ("2s", timedelta(seconds=2)),
        ("1m", timedelta(minutes=1)),
        ("6h", timedelta(hours=6)),
        ("7d", timedelta(days=7)),
        ("1h30m", timedelta(minutes=90)),
        ("1.5s", timedelta(milliseconds=1500)),
        ("0s", timedelta(0)),
    ],
)
def test_duration_is_parsed(text: str, duration: timedelta) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize("text", ["", "5", "s", "5 s", "-1s", "5w", "1e3s", "5S", "٣s", 5, 5.0, None, True])
def test_other_text_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="write a duration such as"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["40000d", "9" * 400 + "d"])
def test_longest_duration_is_a_hundred_years(text: str) -> None:
    with pytest.raises(ValueError, match="a hundred years at most"):
        parse_duration(text)


@given(st.integers(min_value=0, max_value=10**12).map(lambda ms: timedelta(milliseconds=ms)))
def test_written_duration_is_parsed_again(duration: timedelta) -> None:
    assert parse_duration(write_duration(duration)) == duration
