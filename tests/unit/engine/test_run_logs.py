"""Every log line of a run names its source, stream, mode and run, whichever module writes it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from syncer.engine import Worker
from syncer.errors import CredentialsError, LeaseLost, StoreUnavailable, SyncerError
from syncer.model import Page, Query, Stream
from tests.support import fakes
from tests.support.clocks import FakeClock
from tests.support.fake_store import FakeStore
from tests.support.fakes import VOD_FACTS, Cloud
from tests.support.log_events import collected_events, fields

STREAM = Stream(
    fakes.make_source(
        name="vod",
        page_size=20,
        poll_every=timedelta(seconds=2),
        sweep_every=timedelta(minutes=10),
        lookback_min=timedelta(minutes=20),
    ),
    region="bj",
)


class LoggingCloud(Cloud):
    """A cloud that logs a retried request before each page, as the HTTP client does."""

    def __call__(self, query: Query) -> Page:
        logging.getLogger("syncer.http.client").info("request.retried", extra={"action": "List"})
        return super().__call__(query)


class CloudTime(FakeClock):
    """The machine's clock, in step with the cloud's."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__()
        self.cloud = cloud

    def monotonic(self) -> float:
        return self.cloud.clock.timestamp()


@pytest.fixture
def worker() -> Worker:
    cloud = LoggingCloud(VOD_FACTS, fakes.make_tasks(600))
    return Worker(STREAM, VOD_FACTS, store=FakeStore(), fetch=cloud, clock=CloudTime(cloud))


@pytest.fixture
def events() -> Iterator[list[dict[str, Any]]]:
    with collected_events() as events:
        yield events


def test_every_line_of_a_run_names_it(worker: Worker, events: list[dict[str, Any]]) -> None:
    worker.tick()
    assert {event["event"] for event in events} == {"run.started", "request.retried", "run.succeeded"}
    assert {fields(event, "source", "stream", "mode", "run_id") for event in events} == {
        ("vod", "vod/bj", "sweep", 1)
    }


def test_poll_that_changes_nothing_logs_nothing_for_operators(
    worker: Worker, events: list[dict[str, Any]]
) -> None:
    for _ in range(3):
        worker.tick()
    runs = [event for event in events if event["event"] == "run.succeeded"]
    levels = [event["level"] for event in runs]
    changed = [event["mode"] == "sweep" or event["inserted"] + event["updated"] > 0 for event in runs]
    assert levels == ["INFO" if is_changed else "DEBUG" for is_changed in changed]
    assert (levels[0], levels[-1]) == ("INFO", "DEBUG")


def test_outage_is_one_line_at_its_beginning_and_one_at_its_end(
    worker: Worker, events: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object, __: Query) -> Page:
        raise CredentialsError("the key is refused")

    worker.tick()
    del events[:]
    with monkeypatch.context() as patch:
        patch.setattr(LoggingCloud, "__call__", fail)
        for _ in range(5):
            worker.fetch.pass_time(3)  # type: ignore[attr-defined]
            worker.tick()
    worker.fetch.pass_time(3)  # type: ignore[attr-defined]
    worker.tick()
    warnings = [event for event in events if event["level"] == "WARNING"]
    assert [fields(event, "event", "mode", "source", "error") for event in warnings] == [
        ("run.failed", "poll", "vod", "the key is refused")
    ]
    assert [event["event"] for event in events].count("run.failed") == 5
    [end] = [event for event in events if event["event"] == "outage.ended"]
    assert fields(end, "subject", "failures", "stream") == ("vod/bj poll", 5, "vod/bj")


def test_lines_of_a_poll_during_a_sweep_name_the_poll(worker: Worker, events: list[dict[str, Any]]) -> None:
    worker.tick()
    worker.fetch.pass_time(601)  # type: ignore[attr-defined]
    del events[:]
    worker.tick()
    runs = [fields(event, "mode", "run_id") for event in events if event["event"] == "request.retried"]
    assert runs[0] == runs[-1] == ("sweep", 2)
    assert ("poll", 3) in runs
    assert events[-1]["event"] == "run.succeeded"


@pytest.mark.parametrize(
    ("error", "event"),
    [(LeaseLost("another has it"), "lease.busy"), (StoreUnavailable("away"), "run.deferred")],
)
def test_run_that_cannot_begin_names_its_stream(
    worker: Worker, events: list[dict[str, Any]], error: SyncerError, event: str
) -> None:
    @contextmanager
    def claim(_: Stream) -> Iterator[FakeStore]:
        raise error
        yield

    worker.store.claim = claim  # type: ignore[method-assign]
    worker.tick()
    (logged,) = events
    assert fields(logged, "event", "source", "stream", "error") == (event, "vod", "vod/bj", str(error))
