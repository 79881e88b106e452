"""The pace of requests, and the limiter that keeps it."""

from __future__ import annotations

import math
import threading
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncer.errors import Stopped
from syncer.http import RateLimiter, RateLimiters
from syncer.http.request_spacing import RequestSpacing
from tests.support.clocks import StoryClock

#: What happens next: somebody idles for some seconds before asking, or the vendor throttles.
STEPS = st.lists(
    st.one_of(
        st.floats(min_value=0, max_value=3).map(lambda seconds: ("idle", seconds)),
        st.floats(min_value=0, max_value=2).map(lambda seconds: ("throttled", seconds)),
    ),
    min_size=20,
    max_size=120,
)


def departures(pace: RequestSpacing, steps: list[tuple[str, float]]) -> list[float]:
    """When the requests of a story left."""
    now, left = 5000.0, []
    for what, seconds in steps:
        if what == "throttled":
            pace.slow_down(now, seconds)
            continue
        now += seconds if seconds > 1 else 0
        now += pace.pause(now)
        assert pace.pause(now) < 1e-6
        pace.leave(now)
        left.append(now)
    return left


@given(st.floats(min_value=0.2, max_value=200), STEPS)
def test_no_sliding_second_holds_more_than_the_rate(rate: float, steps: list[tuple[str, float]]) -> None:
    left = departures(RequestSpacing(rate), steps)
    for first in left:
        within = sum(first <= other <= first + 1 for other in left)
        assert within <= max(1, math.floor(rate))


@given(st.floats(min_value=0.05, max_value=0.99), STEPS)
def test_slow_rate_keeps_its_distance(rate: float, steps: list[tuple[str, float]]) -> None:
    left = departures(RequestSpacing(rate), steps)
    assert all(later - earlier >= 1 / rate for earlier, later in pairwise(left))


def test_idleness_saves_no_burst() -> None:
    pace = RequestSpacing(10)
    pace.leave(0)
    assert pace.pause(3600) == 0
    pace.leave(3600)
    assert pace.pause(3600) > 0.1


def test_throttling_slows_everybody_and_wears_off() -> None:
    pace = RequestSpacing(10)
    pace.leave(0)
    usual = pace.pause(0)
    pace.slow_down(0, 0)
    assert pace.pause(0) == pytest.approx(2 * usual)
    pace.leave(60)
    assert pace.pause(60) == pytest.approx(usual)


def test_storm_of_refusals_counts_once() -> None:
    pace = RequestSpacing(10)
    pace.leave(0)
    usual = pace.pause(0)
    for _ in range(50):
        pace.slow_down(0, 0)
    assert pace.pause(0) == pytest.approx(2 * usual)


def test_throttling_has_a_floor() -> None:
    pace, now = RequestSpacing(10), 0.0
    for _ in range(50):
        now += 1
        pace.slow_down(now, 0)
    pace.leave(now)
    assert pace.pause(now) <= 0.9


def test_vendors_pause_is_kept() -> None:
    pace = RequestSpacing(10)
    pace.slow_down(100, 7)
    assert pace.pause(101) == pytest.approx(6)
    assert pace.pause(107) == 0


def test_more_careful_source_decides() -> None:
    pace = RequestSpacing(10)
    pace.lower(2)
    pace.lower(5)
    pace.leave(0)
    assert pace.pause(0) > 0.5


# The limiter


def test_threads_leave_one_by_one_in_their_order() -> None:
    may_go = threading.Event()
    left: list[tuple[int, float]] = []

    class Held(StoryClock):
        def sleep(self, duration: timedelta) -> None:
            may_go.wait(5)
            super().sleep(duration)

    def ask(number: int) -> None:
        limiter.wait()
        left.append((number, clock.monotonic()))

    clock = Held()
    limiter = RateLimiter(clock, 5)
    limiter.wait()
    threads: list[threading.Thread] = []
    for number in range(8):
        threads.append(threading.Thread(target=ask, args=(number,)))
        threads[-1].start()
        while len(limiter._turns._queue) <= number:
            threads[-1].join(0.001)
    may_go.set()
    for thread in threads:
        thread.join(5)
    assert [number for number, _ in left] == list(range(8))
    moments = [moment for _, moment in left]
    assert all(later - earlier > 0.2 for earlier, later in pairwise(moments))


def test_stopping_wakes_everybody() -> None:
    clock = StoryClock()
    limiter = RateLimiter(clock, 1)
    limiter.wait()
    clock.is_stopped = True
    for _ in range(2):  # the first leaves the queue as it should
        with pytest.raises(Stopped):
            limiter.wait()


def test_interrupted_waiter_lets_the_others_go(monkeypatch: pytest.MonkeyPatch) -> None:
    limiter = RateLimiter(StoryClock(), 1)
    turns = limiter._turns
    with turns, monkeypatch.context() as patched:
        patched.setattr(threading.Event, "wait", _interrupt)
        with pytest.raises(KeyboardInterrupt):
            turns.__enter__()
    limiter.wait()
    assert not turns._queue


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_account_and_action_share_a_limiter() -> None:
    limiters = RateLimiters(StoryClock())
    one = limiters.of("a", "List", 5)
    assert limiters.of("a", "List", 5) is one
    assert limiters.of("b", "List", 5) is not one
    assert limiters.of("a", "Detail", 5) is not one


def test_pause_of_one_holds_the_others() -> None:
    clock = StoryClock()
    limiter = RateLimiter(clock, 10)
    limiter.slow_down(timedelta(seconds=9))
    limiter.wait()
    assert sum(clock.sleeps, timedelta()) >= timedelta(seconds=9)
