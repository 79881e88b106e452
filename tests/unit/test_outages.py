"""An outage is logged when it begins, at growing intervals, and when it ends."""

from __future__ import annotations

import logging

import pytest

from syncer.errors import CredentialsError, Retryable, StoreUnavailable
from syncer.outages import DATABASE, Outages
from tests.support.clocks import FakeClock
from tests.support.log_events import collected_events, fields

AWAY = Retryable("503")


def test_outage_is_logged_at_growing_intervals() -> None:
    clock = FakeClock()
    outages, logged = Outages(clock), []
    for minute in range(200):
        if outages.failed("vod poll", AWAY) == logging.WARNING:
            logged.append(minute)
        clock.advance(60)
    assert logged == [0, 1, 3, 7, 15, 31, 63, 123, 183]
    [outage] = outages.under_way()
    assert (outage.subject, outage.failures) == ("vod poll", 200)


def test_end_is_logged_once() -> None:
    clock = FakeClock()
    outages = Outages(clock)
    with collected_events(logging.INFO) as events:
        outages.succeeded("vod poll")
        outages.failed("vod poll", AWAY)
        clock.advance(120)
        outages.failed("vod poll", AWAY)
        for _ in range(2):
            outages.succeeded("vod poll")
    assert [fields(event, "event", "subject", "seconds", "failures") for event in events] == [
        ("outage.ended", "vod poll", 120, 2)
    ]
    assert outages.under_way() == []
    assert outages.failed("vod poll", AWAY) == logging.WARNING


def test_database_has_one_outage_for_all_streams() -> None:
    outages = Outages(FakeClock())
    levels = [outages.failed(f"{name} poll", StoreUnavailable("away")) for name in ("mps", "vod", "tat")]
    assert levels == [logging.WARNING, logging.DEBUG, logging.DEBUG]
    assert [outage.subject for outage in outages.under_way()] == [DATABASE]


@pytest.mark.parametrize(
    "error", [CredentialsError("refused"), Retryable("busy", code="InternalError")], ids=["class", "code"]
)
def test_another_error_is_logged_at_once(error: Retryable) -> None:
    outages = Outages(FakeClock())
    assert outages.failed("vod poll", AWAY) == logging.WARNING
    assert outages.failed("vod poll", Retryable("503, request 2")) == logging.DEBUG
    assert outages.failed("vod poll", error) == logging.WARNING
    assert outages.failed("vod poll", error) == logging.DEBUG
