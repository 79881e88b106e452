"""The rate limiter that the threads of an account share."""

from __future__ import annotations

import threading
from datetime import timedelta
from itertools import pairwise

import pytest

from syncer.errors import Stopped, Throttled
from syncer.http import RateLimiter, RateLimiters
from tests.support.clocks import FakeClock


def test_threads_pass_one_at_a_time_in_order_of_arrival() -> None:
    all_are_queued = threading.Event()
    passed: list[tuple[int, float]] = []

    class BlockingClock(FakeClock):
        def sleep(self, duration: timedelta) -> None:
            all_are_queued.wait(5)
            super().sleep(duration)

    def send(number: int) -> None:
        limiter.wait()
        passed.append((number, clock.monotonic()))

    clock = BlockingClock()
    limiter = RateLimiter(clock, 5)
    limiter.wait()
    threads: list[threading.Thread] = []
    for number in range(8):
        threads.append(threading.Thread(target=send, args=(number,)))
        threads[-1].start()
        while len(limiter._queue._waiters) <= number:
            threads[-1].join(0.001)
    all_are_queued.set()
    for thread in threads:
        thread.join(5)
    assert [number for number, _ in passed] == list(range(8))
    times = [time for _, time in passed]
    assert all(later - earlier > 0.2 for earlier, later in pairwise(times))


def test_stopping_ends_every_wait() -> None:
    clock = FakeClock()
    limiter = RateLimiter(clock, 1)
    limiter.wait()
    clock.is_stopped = True
    for _ in range(2):  # the first one leaves the queue
        with pytest.raises(Stopped):
            limiter.wait()


def test_interrupted_wait_does_not_block_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    limiter = RateLimiter(FakeClock(), 1)
    queue = limiter._queue
    with queue, monkeypatch.context() as patched:
        patched.setattr(threading.Event, "wait", _interrupt)
        with pytest.raises(KeyboardInterrupt):
            queue.__enter__()
    limiter.wait()
    assert not queue._waiters


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_account_and_action_share_a_limiter() -> None:
    limiters = RateLimiters(FakeClock())
    limiter = limiters.get("a", "List", 5)
    assert limiters.get("a", "List", 5) is limiter
    assert limiters.get("b", "List", 5) is not limiter
    assert limiters.get("a", "Detail", 5) is not limiter


def test_pause_applies_to_all_threads() -> None:
    clock = FakeClock()
    limiter = RateLimiter(clock, 10)
    limiter.pause(timedelta(seconds=9))
    limiter.wait()
    assert sum(clock.sleeps, timedelta()) >= timedelta(seconds=9)


def test_pause_longer_than_the_caller_waits_is_an_error() -> None:
    clock = FakeClock()
    limiter = RateLimiter(clock, 10)
    limiter.pause(timedelta(hours=1))
    clock.advance(60)
    with pytest.raises(Throttled, match="another 3540 s") as refused:
        limiter.wait(timedelta(minutes=2))
    assert refused.value.retry_after == timedelta(minutes=59)
    assert clock.sleeps == []


def test_pauses_of_an_account_end_together() -> None:
    clock = FakeClock()
    limiters = RateLimiters(clock)
    for account, action in (("a", "List"), ("a", "Detail"), ("b", "List")):
        limiters.get(account, action, 5).pause(timedelta(hours=1))
    limiters.resume("a")
    for action in ("List", "Detail"):
        limiters.get("a", action, 5).wait(timedelta(minutes=2))
    assert clock.sleeps == []
    with pytest.raises(Throttled):
        limiters.get("b", "List", 5).wait(timedelta(minutes=2))
