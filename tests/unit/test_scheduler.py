"""The scheduler runs jobs at their interval, survives their errors, and stops cleanly."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo

import pytest
from apscheduler.schedulers import base as apscheduler_base
from apscheduler.schedulers.blocking import BlockingScheduler

from syncer.app import SystemClock
from syncer.errors import Stopped, StoreUnavailable, ThreadUnavailable
from syncer.scheduler import (
    CHECK_SECONDS,
    ClockChange,
    ClockWatch,
    MonotonicInterval,
    ScheduledJob,
    Scheduler,
)
from tests.support.clocks import T0, FakeClock
from tests.support.thread_failures import THREAD_FAILURES, FailStart, fail_starts

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
    return Scheduler(SystemClock(threading.Event()))


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

    with caplog.at_level(logging.DEBUG, "syncer"):
        thread = start_scheduler(ScheduledJob("tick", SHORT, fail), scheduler=make_scheduler(), stop=stop)
        thread.join(20)
    assert not thread.is_alive()
    events = [record.message for record in caplog.records]
    assert events.count(event) == len(events) >= 3
    levels = [record.levelname for record in caplog.records]
    # An outage is one line at its beginning; a mistake in the program is logged each time.
    assert levels == (
        ["ERROR"] * len(levels) if event == "job.failed" else ["WARNING", *["DEBUG"] * (len(levels) - 1)]
    )


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


def test_next_time_is_a_multiple_of_the_interval() -> None:
    clock = FakeClock()
    trigger = MonotonicInterval(timedelta(minutes=1), clock.monotonic)
    clock.advance(50)
    assert trigger.get_next_fire_time(None, clock.now()) == T0 + timedelta(minutes=1)
    clock.advance(9.9999)  # The wall clock may be a little faster than the monotonic one.
    assert trigger.get_next_fire_time(None, T0 + timedelta(minutes=1)) >= T0 + timedelta(minutes=2)


@pytest.mark.parametrize("days", [-1, 3650, -20_000], ids=["back", "years", "1970"])
def test_next_time_does_not_depend_on_the_wall_clock(days: int) -> None:
    clock = FakeClock()
    trigger = MonotonicInterval(timedelta(seconds=10), clock.monotonic)
    clock.advance(5)
    clock.step(timedelta(days=days))
    assert trigger.get_next_fire_time(T0, clock.now()) == clock.now() + timedelta(seconds=5)


def test_clock_that_is_set_is_found_once() -> None:
    clock = FakeClock()
    watch = ClockWatch(clock)
    clock.advance(CHECK_SECONDS)
    assert watch.check() == ClockChange(0.0, 0.0)
    clock.step(timedelta(hours=-2))
    clock.advance(CHECK_SECONDS)
    assert watch.check() == ClockChange(pytest.approx(-7200), 0.0)
    clock.advance(CHECK_SECONDS)
    assert watch.check() == ClockChange(0.0, 0.0)


def test_suspended_process_is_found_once() -> None:
    clock = FakeClock()
    watch = ClockWatch(clock)
    clock.advance(CHECK_SECONDS + 3600)
    assert watch.check() == ClockChange(0.0, pytest.approx(3600))
    clock.advance(CHECK_SECONDS)
    assert watch.check() == ClockChange(0.0, 0.0)


class SettableClock(SystemClock):
    """The system clock, whose wall clock is ahead by `step`."""

    step = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.step


def test_jobs_go_on_while_the_wall_clock_is_set(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock = SettableClock(threading.Event())

    class Datetime(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return clock.now()

    monkeypatch.setattr(apscheduler_base, "datetime", Datetime)
    monkeypatch.setattr("syncer.scheduler.CHECK_SECONDS", 0.01)
    stop, runs = threading.Event(), threading.Semaphore(0)
    job = ScheduledJob("tick", timedelta(milliseconds=50), runs.release)
    steps = (timedelta(hours=-2), timedelta(days=7300), timedelta(0))
    with caplog.at_level(logging.INFO, "syncer"):
        thread = start_scheduler(job, scheduler=Scheduler(clock), stop=stop)
        for step in steps:
            clock.step = step
            assert all(runs.acquire(timeout=20) for _ in range(5))
        stop.set()
        thread.join(20)
    assert not thread.is_alive()
    assert [record.message for record in caplog.records] == ["clock.set"] * len(steps)


def fail_times(number: int, function: Callable[..., object], error: Exception) -> Callable[..., object]:
    """`function`, whose first `number` calls raise `error`."""
    left = [number]

    def call(*arguments: object) -> object:
        left[0] -= 1
        if left[0] >= 0:
            raise error
        return function(*arguments)

    return call


def test_schedule_goes_on_after_a_lack_of_memory(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = BlockingScheduler._process_jobs
    monkeypatch.setattr(BlockingScheduler, "_process_jobs", fail_times(3, real, MemoryError()))
    monkeypatch.setattr("syncer.scheduler.CHECK_SECONDS", 0.01)
    stop = threading.Event()
    job = ScheduledJob("tick", SHORT, on_call(3, stop.set))
    start_scheduler(job, scheduler=make_scheduler(), stop=stop).join(20)
    assert stop.is_set()
    assert caplog.messages == ["thread.failed"] * 3


@pytest.mark.parametrize("failure", THREAD_FAILURES.values(), ids=THREAD_FAILURES)
def test_schedule_begins_when_its_thread_can_be_started(
    failure: FailStart, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("syncer.scheduler.CHECK_SECONDS", 0.01)
    stop, scheduler = threading.Event(), make_scheduler()
    job = ScheduledJob("tick", SHORT, on_call(3, stop.set))
    with fail_starts(failure, monkeypatch):
        thread = start_scheduler(job, scheduler=scheduler, stop=stop)
        while not caplog.records:
            time.sleep(0.001)
    thread.join(20)
    assert not thread.is_alive()
    assert set(caplog.messages) == {"thread.unavailable"}
    assert "no thread for the schedule" in vars(caplog.records[0])["error"]


def test_job_that_gets_no_thread_is_deferred(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stop, scheduler = threading.Event(), make_scheduler()
    refuse = fail_times(2, scheduler._pool.submit, ThreadUnavailable("no thread"))
    monkeypatch.setattr(scheduler._pool, "submit", refuse)
    job = ScheduledJob("tick", SHORT, on_call(3, stop.set))
    start_scheduler(job, scheduler=scheduler, stop=stop).join(20)
    assert stop.is_set()
    assert [(each.message, vars(each)["job"]) for each in caplog.records] == [("job.deferred", "tick")] * 2


def test_stop_abandons_a_job_that_hangs(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("syncer.scheduler.STOP_SECONDS", 0.01)
    stop, go_on = threading.Event(), threading.Event()

    def hang() -> None:
        stop.set()
        go_on.wait(20)

    thread = start_scheduler(ScheduledJob("poll", LONG, hang), scheduler=make_scheduler(), stop=stop)
    thread.join(20)
    assert not thread.is_alive()
    assert [(each.message, vars(each)["jobs"]) for each in caplog.records] == [("jobs.abandoned", "poll")]
    go_on.set()


def test_wait_for_the_stop_survives_a_lack_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    class StarvedEvent(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            raise MemoryError

    stop = StarvedEvent()
    job = ScheduledJob("tick", SHORT, on_call(3, stop.set))
    start_scheduler(job, scheduler=make_scheduler(), stop=stop).join(20)
    assert stop.is_set()
