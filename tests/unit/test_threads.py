"""Threads: a start that fails raises in a bounded time, and a later one works."""

from __future__ import annotations

import _thread
import logging
import threading
from collections.abc import Callable

import pytest

from syncer import threads
from syncer.errors import ThreadUnavailable
from syncer.threads import WorkerPool, start_thread
from tests.support.thread_failures import THREAD_FAILURES, FailStart, fail_starts


@pytest.mark.parametrize("failure", THREAD_FAILURES.values(), ids=THREAD_FAILURES)
def test_start_that_fails_raises_and_the_next_one_works(
    failure: FailStart, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = threading.Event()
    with (
        fail_starts(failure, monkeypatch),
        pytest.raises(ThreadUnavailable, match=r"^no thread for a test: "),
    ):
        start_thread(done.set, "a test")
    assert not done.is_set()
    assert start_thread(done.set, "a test").join(20)
    assert done.is_set()


def test_thread_that_begins_too_late_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    late: list[Callable[[], None]] = []
    monkeypatch.setattr(threads, "_START_SECONDS", 0.01)
    monkeypatch.setattr(_thread, "start_new_thread", lambda run, _: late.append(run))
    done = threading.Event()
    with pytest.raises(ThreadUnavailable):
        start_thread(done.set, "a test")
    late[0]()
    assert not done.is_set()


def test_error_in_a_thread_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert start_thread(lambda: 1 / 0, "a test").join(20)
    assert [(record.message, vars(record)["purpose"]) for record in caplog.records] == [
        ("thread.failed", "a test")
    ]


def test_pool_runs_at_most_so_many_functions_at_once() -> None:
    together, lock = [0, 0], threading.Lock()
    all_busy = threading.Barrier(3)

    def work(number: int) -> int:
        with lock:
            together[0] += 1
            together[1] = max(together)
        if number < 3:
            all_busy.wait(20)
        with lock:
            together[0] -= 1
        return number * number

    with WorkerPool(3) as pool:
        assert list(pool.map(work, range(20))) == [number * number for number in range(20)]
    assert together == [0, 3]


def test_pool_reuses_an_idle_thread() -> None:
    with WorkerPool(8) as pool:
        idents = {pool.submit(threading.get_ident).result(20) for _ in range(3)}
        assert len(pool._threads) < 8
    assert len(idents) <= 3


def test_error_of_a_function_is_in_its_future() -> None:
    with WorkerPool(1) as pool:
        failed, cancelled = pool.submit(lambda: 1 / 0), pool.submit(print)
        cancelled.cancel()
        assert isinstance(failed.exception(20), ZeroDivisionError)
        assert pool.submit(int).result(20) == 0
    with pytest.raises(RuntimeError, match="shut down"):
        pool.submit(int)


@pytest.mark.parametrize("failure", THREAD_FAILURES.values(), ids=THREAD_FAILURES)
def test_pool_goes_on_with_the_threads_that_it_has(
    failure: FailStart, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    go_on = threading.Event()
    with WorkerPool(2) as pool:
        with fail_starts(failure, monkeypatch), pytest.raises(ThreadUnavailable):
            pool.submit(int)
        first = pool.submit(go_on.wait, 20)
        with fail_starts(failure, monkeypatch), caplog.at_level(logging.WARNING):
            second = pool.submit(int)
        go_on.set()
        assert (first.result(20), second.result(20)) == (True, 0)
    assert caplog.messages == ["thread.unavailable"]


def test_end_of_the_pool_waits_only_so_long() -> None:
    go_on = threading.Event()
    pool = WorkerPool(1)
    pool.submit(go_on.wait, 20)
    pool.shutdown(wait=False)
    assert not pool.join(0.01)
    go_on.set()
    assert pool.join(20)
