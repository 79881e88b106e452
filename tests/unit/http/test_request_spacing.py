"""The waits between the requests of one rate limit."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncer.http.request_spacing import RequestSpacing

#: Events between requests: an idle period, or a throttling response, each with its seconds.
EVENTS = st.lists(
    st.one_of(
        st.floats(min_value=0, max_value=3).map(lambda seconds: ("idle", seconds)),
        st.floats(min_value=0, max_value=2).map(lambda seconds: ("throttled", seconds)),
    ),
    min_size=20,
    max_size=120,
)


def send_times(spacing: RequestSpacing, events: list[tuple[str, float]]) -> list[float]:
    """When the requests between `events` are sent."""
    now, sent = 5000.0, []
    for event, seconds in events:
        if event == "throttled":
            spacing.slow_down(now)
            spacing.pause(now, seconds)
            continue
        now += seconds if seconds > 1 else 0
        now += spacing.wait_time(now)
        assert spacing.wait_time(now) < 1e-6
        spacing.record_request(now)
        sent.append(now)
    return sent


@given(st.floats(min_value=0.2, max_value=200), EVENTS)
def test_no_sliding_second_holds_more_than_the_rate(rate: float, events: list[tuple[str, float]]) -> None:
    sent = send_times(RequestSpacing(rate), events)
    for first in sent:
        within = sum(first <= other <= first + 1 for other in sent)
        assert within <= max(1, math.floor(rate))


@given(st.floats(min_value=0.05, max_value=0.99), EVENTS)
def test_rate_below_one_a_second_keeps_its_distance(rate: float, events: list[tuple[str, float]]) -> None:
    sent = send_times(RequestSpacing(rate), events)
    assert all(later - earlier >= 1 / rate for earlier, later in pairwise(sent))


def test_idle_period_allows_no_burst() -> None:
    spacing = RequestSpacing(10)
    spacing.record_request(0)
    assert spacing.wait_time(3600) == 0
    spacing.record_request(3600)
    assert spacing.wait_time(3600) > 0.1


def test_throttling_doubles_the_spacing_for_a_while() -> None:
    spacing = RequestSpacing(10)
    spacing.record_request(0)
    usual = spacing.wait_time(0)
    spacing.slow_down(0)
    assert spacing.wait_time(0) == pytest.approx(2 * usual)
    spacing.record_request(60)
    assert spacing.wait_time(60) == pytest.approx(usual)


def test_simultaneous_throttling_responses_count_once() -> None:
    spacing = RequestSpacing(10)
    spacing.record_request(0)
    usual = spacing.wait_time(0)
    for _ in range(50):
        spacing.slow_down(0)
    assert spacing.wait_time(0) == pytest.approx(2 * usual)


def test_slowdown_has_a_maximum() -> None:
    spacing, now = RequestSpacing(10), 0.0
    for _ in range(50):
        now += 1
        spacing.slow_down(now)
    spacing.record_request(now)
    assert spacing.wait_time(now) <= 0.9


def test_pause_of_the_vendor_is_kept() -> None:
    spacing = RequestSpacing(10)
    spacing.pause(100, 7)
    spacing.pause(100, 3)
    assert spacing.pause_left(101) == pytest.approx(6)
    assert spacing.wait_time(101) == pytest.approx(6)
    assert spacing.wait_time(107) == spacing.pause_left(107) == 0


def test_pause_can_be_ended() -> None:
    spacing = RequestSpacing(10)
    spacing.pause(100, 7)
    spacing.resume()
    assert spacing.wait_time(101) == spacing.pause_left(101) == 0


def test_lowest_rate_decides() -> None:
    spacing = RequestSpacing(10)
    spacing.lower_rate(2)
    spacing.lower_rate(5)
    spacing.record_request(0)
    assert spacing.wait_time(0) > 0.5
