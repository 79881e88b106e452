"""Days begin and end at local midnight, in every time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncer.errors import ConfigurationError
from syncer.reporting.export import days_between, local_day, parse_day

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_day_begins_at_local_midnight() -> None:
    [day] = days_between(date(2026, 11, 1), date(2026, 11, 1), SHANGHAI)
    assert day.started_at == datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert day.ended_at == datetime(2026, 11, 1, 16, tzinfo=UTC)
    assert str(day) == "2026-11-01"


@pytest.mark.parametrize(
    ("zone", "on", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("America/Sao_Paulo", date(2018, 11, 4), 23),
        ("America/Havana", date(2025, 11, 2), 25),
    ],
    ids=["spring", "autumn", "no midnight", "midnight twice"],
)
def test_day_has_its_real_length(zone: str, on: date, hours: int) -> None:
    [day] = days_between(on, on, ZoneInfo(zone))
    assert day.ended_at - day.started_at == timedelta(hours=hours)
    assert local_day(day.started_at, ZoneInfo(zone)) == on
    assert local_day(day.started_at - timedelta(microseconds=1), ZoneInfo(zone)) < on


def test_skipped_day_is_left_out() -> None:
    days = list(days_between(date(2011, 12, 29), date(2011, 12, 31), ZoneInfo("Pacific/Apia")))
    assert [day.on.day for day in days] == [29, 31]
    assert days[0].ended_at == days[1].started_at


@given(
    st.dates(date(1990, 1, 1), date(2060, 1, 1)),
    st.integers(0, 40),
    st.sampled_from(
        ["Asia/Shanghai", "America/Havana", "Europe/Dublin", "Australia/Lord_Howe", "Asia/Beirut"]
    ),
)
def test_days_are_contiguous(first: date, more: int, name: str) -> None:
    zone = ZoneInfo(name)
    days = list(days_between(first, first + timedelta(days=more), zone))
    assert all(one.ended_at == other.started_at for one, other in pairwise(days))
    for day in days:
        assert local_day(day.started_at, zone) == day.on
        assert local_day(day.ended_at - timedelta(microseconds=1), zone) == day.on


def test_invalid_date_is_refused() -> None:
    assert parse_day("2026-02-28") == date(2026, 2, 28)
    with pytest.raises(ConfigurationError, match="'2026-02-30' is not a date: write it as 2026-01-31"):
        parse_day("2026-02-30")
