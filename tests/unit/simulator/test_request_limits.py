"""Rate limits and request counts of a simulated list."""

from __future__ import annotations

import pytest

from syncer.simulator.quotas import RateLimit
from syncer.simulator.request_log import RequestLog


def test_rate_limit_applies_to_any_second(monkeypatch: pytest.MonkeyPatch) -> None:
    reading = 1_000.0
    monkeypatch.setattr("time.monotonic", lambda: reading)
    limit = RateLimit({"List": 3})
    first = [limit.try_acquire("List") for _ in range(4)]
    reading += 0.5
    after_half_a_second = limit.try_acquire("List")
    reading += 0.5
    after_a_second = limit.try_acquire("List")

    assert (first, after_half_a_second, after_a_second) == ([True, True, True, False], False, True)


def test_action_without_quota_is_not_limited() -> None:
    limit = RateLimit({"List": 3})

    assert all(limit.try_acquire("Other") for _ in range(100))


def test_request_log_counts_by_action() -> None:
    log = RequestLog()
    log.count_request("List")
    log.count_request("List")
    log.count_page("List", 20)
    log.count_error("List", "Throttling")

    assert log.counts() == {"List": {"requests": 2, "pages": 1, "rows": 20, "errors": 1}}
    assert log.errors() == {"Throttling": 1}
