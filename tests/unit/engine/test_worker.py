"""Runs of one worker: polls, sweeps when they are due, and polls during a sweep."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest

from syncer.engine import Worker
from syncer.errors import LeaseLost, Retryable, Stopped, StoreUnavailable, Throttled
from syncer.model import Mode, Run, RunStatus
from tests.support import fakes
from tests.support.fake_store import FakeStore
from tests.support.fakes import VOD_FACTS, Cloud, Trouble


class CloudClock:
    """The machine's clock, equal to the cloud's. It stops the process after `sleeps_left` calls of sleep."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.sleeps_left = 10**9

    def now(self) -> object:
        return self.cloud.clock

    def monotonic(self) -> float:
        return self.cloud.clock.timestamp()

    def sleep(self, _: timedelta) -> None:
        self.sleeps_left -= 1
        if self.sleeps_left < 0:
            raise Stopped("stopping")


class Work:
    """A worker, its cloud and its store."""

    def __init__(self, tasks: int = 200, **source: object) -> None:
        values = {"page_size": 20, "poll_every": timedelta(seconds=2), "sweep_every": timedelta(minutes=10)}
        self.cloud = Cloud(VOD_FACTS, fakes.make_tasks(tasks))
        self.store = FakeStore()
        self.clock = CloudClock(self.cloud)
        stream = fakes.make_stream(**(values | source))
        self.worker = Worker(stream, VOD_FACTS, store=self.store, fetch=self.cloud, clock=self.clock)  # type: ignore[arg-type]

    def modes(self) -> list[Mode]:
        return [run.mode for run, _ in self.store.runs.values()]


def test_worker_sweeps_first_and_then_polls() -> None:
    work = Work()
    for _ in range(3):
        work.worker.tick()
        work.cloud.pass_time(2)
    assert work.modes() == [Mode.SWEEP, Mode.POLL, Mode.POLL]


def test_worker_sweeps_when_it_is_due_again() -> None:
    work = Work()
    work.worker.tick()
    work.cloud.pass_time(601)
    report = work.worker.tick()
    assert report is not None
    assert report.mode is Mode.SWEEP


def test_polls_run_during_a_long_sweep() -> None:
    work = Work(tasks=600, lookback_min=timedelta(minutes=20))
    work.worker.tick()
    work.cloud.pass_time(601)
    work.worker.tick()
    assert work.modes()[:2] == [Mode.SWEEP, Mode.SWEEP]
    assert set(work.modes()[2:]) == {Mode.POLL}
    assert all(status is RunStatus.SUCCEEDED for _, status in work.store.runs.values())


def test_sweep_commits_what_it_has_read_before_a_poll_runs() -> None:
    work = Work(tasks=600, lookback_min=timedelta(minutes=20))
    work.worker.tick()
    work.cloud.pass_time(601)
    work.cloud.calls.clear()
    pages: list[tuple[int, int]] = []

    def start(mode: Mode, now: datetime) -> Run:
        committed = sum(batch.pages for batch in work.store.batches if batch.run.run_id == 2)
        pages.append((len(work.cloud.calls), committed))
        return FakeStore.start(work.store, mode, now)

    work.store.start = start  # type: ignore[method-assign]
    work.worker.tick()
    assert work.modes()[1:3] == [Mode.SWEEP, Mode.POLL]
    read, committed = pages[1]
    assert read == committed > 0


def test_sweep_gets_as_much_time_as_the_polls_during_it() -> None:
    work = Work(tasks=600, poll_every=timedelta(milliseconds=100), lookback_min=timedelta(hours=2))
    work.worker.tick()
    work.cloud.pass_time(601)
    work.worker.tick()
    pages: Counter[Mode] = Counter()
    for batch in work.store.batches:
        pages[batch.run.mode] += batch.pages if batch.run.run_id > 1 else 0
    assert 0 < pages[Mode.POLL] < 2 * pages[Mode.SWEEP]


def test_first_sweep_is_not_interrupted_by_polls() -> None:
    work = Work(tasks=600)
    work.worker.tick()
    assert work.modes() == [Mode.SWEEP]


def test_polls_run_before_a_failed_sweep_is_retried() -> None:
    work = Work()
    work.worker.tick()
    work.cloud.pass_time(601)
    work.cloud.trouble = Trouble(Retryable("unavailable"))
    work.worker.tick()
    work.cloud.pass_time(2)
    work.worker.tick()
    work.cloud.pass_time(60)
    work.worker.tick()
    assert work.modes()[:3] == [Mode.SWEEP, Mode.SWEEP, Mode.POLL]
    assert work.store.stream_state.last_run_at is not None
    assert work.store.stream_state.last_run_at > fakes.after(600)


def test_stopped_worker_ends_between_pages() -> None:
    work = Work()
    work.clock.sleeps_left = 12
    report = work.worker.tick()
    assert report is not None
    assert report.status is RunStatus.INTERRUPTED
    assert 0 < len(work.store.rows) < 200


def test_polls_during_a_sweep_after_downtime_are_no_sweeps() -> None:
    work = Work(tasks=600)
    work.worker.tick()
    work.cloud.pass_time(601)
    work.worker.tick()
    assert work.modes()[:2] == [Mode.SWEEP, Mode.SWEEP]
    assert set(work.modes()[2:]) == {Mode.POLL}


# Pauses that the vendor asks for


HOUR = timedelta(hours=1)


def throttled_work(seconds: float = 2) -> Work:
    """A worker whose second run is throttled with a Retry-After of an hour."""
    work = Work(poll_every=timedelta(minutes=1))
    work.worker.tick()
    work.cloud.pass_time(seconds)
    work.cloud.trouble = Trouble(Throttled("slow down", retry_after=HOUR))
    work.worker.tick()
    work.cloud.calls.clear()
    return work


@pytest.mark.parametrize("is_restarted", [False, True])
def test_pause_is_kept_also_by_another_process(is_restarted: bool) -> None:
    work = throttled_work()
    assert work.modes() == [Mode.SWEEP, Mode.POLL]
    ends_at = work.store.stream_state.paused_until
    assert ends_at is not None
    assert HOUR - timedelta(seconds=1) < ends_at - work.cloud.clock <= HOUR
    if is_restarted:
        work.worker = Work().worker
        work.worker.store, work.worker.fetch = work.store, work.cloud
    while work.cloud.clock < ends_at:
        assert work.worker.tick() is None
        work.cloud.pass_time(60)
    assert (work.cloud.calls, work.cloud.resumptions) == ([], 0)


def test_poll_comes_first_after_a_pause_although_a_sweep_is_due() -> None:
    work = throttled_work(seconds=601)
    work.cloud.pass_time(3600)
    work.worker.tick()
    assert work.cloud.resumptions == 1
    assert work.modes()[2:] == [Mode.POLL]
    assert work.store.stream_state.paused_until is None
    work.cloud.pass_time(60)
    work.worker.tick()
    assert work.modes()[3] is Mode.SWEEP


def test_pause_ends_before_an_open_task_is_forgotten() -> None:
    work = Work(poll_every=timedelta(minutes=1), retention=timedelta(minutes=30))
    created_at = fakes.after(-1200)
    work.cloud.tasks.append(fakes.CloudTask("open", created_at, created_at, fakes.after(10**6)))
    work.worker.tick()
    work.cloud.trouble = Trouble(Throttled("slow down", retry_after=HOUR))
    work.cloud.pass_time(2)
    work.worker.tick()
    ends_at = work.store.stream_state.paused_until
    assert ends_at is not None
    assert timedelta(minutes=4) < ends_at - work.cloud.clock < timedelta(minutes=5)


def test_error_without_a_wait_ends_the_pause() -> None:
    work = throttled_work()
    work.cloud.pass_time(3600)
    work.cloud.trouble = Trouble(Retryable("unavailable"))
    work.worker.tick()
    assert work.store.stream_state.paused_until is None


def test_wait_that_ends_before_the_next_poll_is_no_pause() -> None:
    work = Work(poll_every=timedelta(minutes=1))
    work.worker.tick()
    work.cloud.trouble = Trouble(Throttled("slow down", retry_after=timedelta(seconds=59)))
    work.cloud.pass_time(2)
    work.worker.tick()
    assert work.store.stream_state.paused_until is None


def test_worker_stopped_during_a_poll_ends_the_sweep_too() -> None:
    work = Work(tasks=600, lookback_min=timedelta(minutes=20))
    work.worker.tick()
    work.cloud.pass_time(601)
    work.clock.sleeps_left = 12
    report = work.worker.tick()
    assert report is not None
    assert report.status is RunStatus.INTERRUPTED


@pytest.mark.parametrize(
    "error", [LeaseLost("held by another process"), StoreUnavailable("unavailable"), Stopped("stopping")]
)
def test_worker_survives_errors_before_the_run(error: Exception) -> None:
    work = Work()

    @contextmanager
    def claim(_: object) -> object:  # type: ignore[misc]
        raise error
        yield

    work.store.claim = claim  # type: ignore[method-assign, assignment]
    assert work.worker.tick() is None
    assert work.store.runs == {}


def test_worker_survives_a_lease_lost_during_a_run() -> None:
    work = Work()
    work.store.trouble = Trouble(LeaseLost("taken over"))
    assert work.worker.tick() is None
    assert work.store.rows == {}
