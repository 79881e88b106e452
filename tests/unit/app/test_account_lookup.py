"""The lookup of an account: one question for all threads, and again only some time after a failure."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from syncer.app.account_lookup import FAILURE_KEPT, AccountLookup
from syncer.errors import Retryable
from tests.support.clocks import FakeClock


def test_account_is_asked_for_once() -> None:
    asked: list[None] = []
    lookup = AccountLookup(lambda: asked.append(None), FakeClock().monotonic)
    assert [lookup(), lookup()] == [None, None]
    assert len(asked) == 1


def test_threads_share_one_failure() -> None:
    asked: list[None] = []
    barrier = Barrier(4)

    def ask() -> str:
        asked.append(None)
        raise Retryable("down")

    lookup = AccountLookup(ask, FakeClock().monotonic)

    def call() -> None:
        barrier.wait()
        with pytest.raises(Retryable, match="down"):
            lookup()

    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(call) for _ in range(4)]:
            future.result()
    assert len(asked) == 1


def test_account_is_asked_for_again_some_time_after_a_failure() -> None:
    answers = ["100"]
    clock = FakeClock()

    def ask() -> str:
        if clock.monotonic() < 1005:
            raise Retryable("down")
        return answers.pop()

    lookup = AccountLookup(ask, clock.monotonic)
    with pytest.raises(Retryable):
        lookup()
    clock.advance(FAILURE_KEPT.total_seconds() / 2)
    with pytest.raises(Retryable):
        lookup()
    clock.advance(FAILURE_KEPT.total_seconds() / 2)
    assert [lookup(), lookup()] == ["100", "100"]
