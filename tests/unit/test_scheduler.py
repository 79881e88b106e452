"""The scheduler runs jobs at their interval, survives their errors, and stops in order."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from syncer.errors import Stopped, StoreUnavailable
from syncer.scheduler import ScheduledJob, Scheduler

SHORT = timedelta(milliseconds=10)
LONG = timedelta(hours=1)


def start_scheduler(*jobs: ScheduledJob, scheduler: Scheduler, stop: threading.Event) -> threading.Thread:
    """Start `scheduler` with `jobs` in a thread; return the thread."""
    for job in jobs:
        scheduler.add(job)
    thread = threading.Thread(target=scheduler.run_until, args=(stop,), daemon=True)
    thread.start()
    return thread


def make_scheduler() -> Scheduler:
    return Scheduler(lambda: datetime.now(UTC))


def on_call(number: int, act: Callable[[], object]) -> Callable[[], None]:
    """A function that calls `act` when it is called for the `number`th time."""
    left = [number]

    def run() -> None:
        left[0] -= 1
        if left[0] == 0:
            act()

    return run


def test_job_runs_at_its_interval() -> None:
    stop = threading.Event()
    thread = start_scheduler(
        ScheduledJob("tick", SHORT, on_call(5, stop.set)), scheduler=make_scheduler(), stop=stop
    )
    thread.join(20)
    assert not thread.is_alive()


@pytest.mark.parametrize(
    ("error", "event"),
    [(StoreUnavailable("the database is away"), "job.deferred"), (KeyError("a mistake"), "job.failed")],
    ids=["expected", "unexpected"],
)
def test_job_that_fails_runs_again(error: Exception, event: str, caplog: pytest.LogCaptureFixture) -> None:
    stop = threading.Event()
    count_call = on_call(3, stop.set)

    def fail() -> None:
        count_call()
        raise error

    with caplog.at_level(logging.INFO, "syncer"):
        thread = start_scheduler(ScheduledJob("tick", SHORT, fail), scheduler=make_scheduler(), stop=stop)
        thread.join(20)
    assert not thread.is_alive()
    events = [record.message for record in caplog.records]
    assert events.count(event) == len(events) >= 3


def test_stopped_job_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    stop = threading.Event()

    def leave() -> None:
        stop.set()
        raise Stopped("stopped on request")

    with caplog.at_level(logging.INFO, "syncer"):
        start_scheduler(ScheduledJob("tick", LONG, leave), scheduler=make_scheduler(), stop=stop).join(20)
    assert stop.is_set()
    assert not caplog.records


def test_job_that_adds_another_does_not_block_the_stop() -> None:
    scheduler, stop, added = make_scheduler(), threading.Event(), threading.Event()

    def discover() -> None:
        stop.set()
        # The scheduler reports this before it waits for the jobs that are running.
        while scheduler._scheduler.running:
            time.sleep(0.001)
        scheduler.add(ScheduledJob("added", LONG, lambda: None))
        added.set()

    thread = start_scheduler(ScheduledJob("discover", LONG, discover), scheduler=scheduler, stop=stop)
    thread.join(20)
    assert added.is_set()
    assert not thread.is_alive()


def test_stop_waits_for_running_jobs() -> None:
    scheduler, stop = make_scheduler(), threading.Event()
    started, ended = threading.Event(), threading.Event()

    def work() -> None:
        started.set()
        stop.wait()
        while scheduler._scheduler.running:
            time.sleep(0.001)
        ended.set()

    thread = start_scheduler(ScheduledJob("work", LONG, work), scheduler=scheduler, stop=stop)
    assert started.wait(20)
    stop.set()
    thread.join(20)
    assert ended.is_set()
    assert not thread.is_alive()
