"""The daemon runs jobs on their schedule, survives them, and stops in order."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from syncer.errors import Stopped, StoreUnavailable
from syncer.scheduler import ScheduledJob, Scheduler

OFTEN = timedelta(milliseconds=10)
SELDOM = timedelta(hours=1)


def served(*jobs: ScheduledJob, daemon: Scheduler, stop: threading.Event) -> threading.Thread:
    """The thread in which `daemon` serves `jobs`."""
    for job in jobs:
        daemon.add(job)
    thread = threading.Thread(target=daemon.serve, args=(stop,), daemon=True)
    thread.start()
    return thread


def make_daemon() -> Scheduler:
    return Scheduler(lambda: datetime.now(UTC))


def after(calls: int, act: Callable[[], object]) -> Callable[[], None]:
    """A job that does `act` at its so manieth call."""
    left = [calls]

    def run() -> None:
        left[0] -= 1
        if left[0] == 0:
            act()

    return run


def test_job_comes_again_on_its_schedule() -> None:
    stop = threading.Event()
    thread = served(ScheduledJob("tick", OFTEN, after(5, stop.set)), daemon=make_daemon(), stop=stop)
    thread.join(20)
    assert not thread.is_alive()


@pytest.mark.parametrize(
    ("error", "event"),
    [(StoreUnavailable("the database is away"), "job.deferred"), (KeyError("a mistake"), "job.failed")],
    ids=["foreseen", "unforeseen"],
)
def test_job_that_fails_comes_again(error: Exception, event: str, caplog: pytest.LogCaptureFixture) -> None:
    stop = threading.Event()
    calls = after(3, stop.set)

    def fail() -> None:
        calls()
        raise error

    with caplog.at_level(logging.INFO, "syncer"):
        thread = served(ScheduledJob("tick", OFTEN, fail), daemon=make_daemon(), stop=stop)
        thread.join(20)
    assert not thread.is_alive()
    events = [record.message for record in caplog.records]
    assert events.count(event) == len(events) >= 3


def test_job_that_was_told_to_stop_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    stop = threading.Event()

    def leave() -> None:
        stop.set()
        raise Stopped("told to stop")

    with caplog.at_level(logging.INFO, "syncer"):
        served(ScheduledJob("tick", SELDOM, leave), daemon=make_daemon(), stop=stop).join(20)
    assert stop.is_set()
    assert not caplog.records


def test_job_that_adds_another_does_not_hold_up_the_stop() -> None:
    daemon, stop, added = make_daemon(), threading.Event(), threading.Event()

    def discover() -> None:
        stop.set()
        # The scheduler says so before it waits for the jobs that are under way.
        while daemon._scheduler.running:
            time.sleep(0.001)
        daemon.add(ScheduledJob("found", SELDOM, lambda: None))
        added.set()

    thread = served(ScheduledJob("discover", SELDOM, discover), daemon=daemon, stop=stop)
    thread.join(20)
    assert added.is_set()
    assert not thread.is_alive()


def test_jobs_under_way_come_to_their_end_before_the_stop() -> None:
    daemon, stop = make_daemon(), threading.Event()
    begun, ended = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        stop.wait()
        while daemon._scheduler.running:
            time.sleep(0.001)
        ended.set()

    thread = served(ScheduledJob("work", SELDOM, work), daemon=daemon, stop=stop)
    assert begun.wait(20)
    stop.set()
    thread.join(20)
    assert ended.is_set()
    assert not thread.is_alive()
