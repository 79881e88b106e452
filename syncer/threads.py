"""Threads whose start fails or succeeds in a bounded time, and a pool of them.

Where memory is short, a new thread can end before its first statement, and `threading.Thread.start` then
waits for it without end: https://github.com/python/cpython/issues/140746. So nothing here uses it.
"""

from __future__ import annotations

import _thread
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from queue import SimpleQueue
from typing import Any, TypeVar

from syncer.errors import ThreadUnavailable

log = logging.getLogger(__name__)
_T = TypeVar("_T")

#: Jobs that run at the same time; more would not be faster, for all share one database and one processor.
MAX_THREADS = 64
#: Seconds in which a new thread must begin.
_START_SECONDS = 5.0


class BackgroundThread:
    """A thread that runs `function`; the end of the process does not wait for it.

    `purpose` is for messages. `start_thread` creates and starts it.
    """

    def __init__(self, function: Callable[[], object], purpose: str) -> None:
        self._function, self._purpose = function, purpose
        self._lock = threading.Lock()
        self._has_begun, self._has_ended = threading.Event(), threading.Event()
        self._is_abandoned = False

    @property
    def is_alive(self) -> bool:
        """Whether the function has not ended yet."""
        return not self._has_ended.is_set()

    def start(self) -> None:
        """Run the function in a new thread. Raises ThreadUnavailable if the thread does not begin."""
        try:
            _thread.start_new_thread(self._run, ())
        except (RuntimeError, MemoryError) as error:
            raise self._unavailable(str(error) or "not enough memory") from None
        if self._has_begun.wait(_START_SECONDS):
            return
        with self._lock:
            if not self._has_begun.is_set():
                self._is_abandoned = True
                raise self._unavailable("it did not begin")

    def join(self, seconds: float | None = None) -> bool:
        """Wait until the function has ended, for at most `seconds`; return whether it has."""
        return self._has_ended.wait(seconds)

    def _unavailable(self, reason: str) -> ThreadUnavailable:
        return ThreadUnavailable(
            f"no thread for {self._purpose}: {reason}; this process needs more memory or more threads"
        )

    def _run(self) -> None:
        try:
            with self._lock:
                if self._is_abandoned:
                    return
                self._has_begun.set()
            self._function()
        except Exception:
            log.exception("thread.failed", extra={"purpose": self._purpose})
        finally:
            self._has_ended.set()


def start_thread(function: Callable[[], object], purpose: str) -> BackgroundThread:
    """Run `function` in a new thread; return the thread. Raises ThreadUnavailable if it does not begin."""
    thread = BackgroundThread(function, purpose)
    thread.start()
    return thread


class WorkerPool(Executor):
    """Runs functions in at most `max_threads` threads, each of which is started when it is needed first.

    Where no further thread can be started, the functions wait for those that there are.
    """

    def __init__(self, max_threads: int) -> None:
        self._max_threads = max_threads
        #: What is to be called, None for the end of a thread.
        self._queue: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._threads: list[BackgroundThread] = []
        #: The number of functions that are running or wait for a thread.
        self._unfinished = 0
        self._is_shut_down = False

    def submit(self, function: Callable[..., _T], /, *args: Any, **kwargs: Any) -> Future[_T]:
        """Run the function in a thread; return its future.

        Raises ThreadUnavailable if there is no thread and none can be started; the function then never runs.
        """
        future: Future[_T] = Future()
        with self._lock:
            if self._is_shut_down:
                raise RuntimeError("the pool is shut down")
            self._add_thread_if_needed()
            self._unfinished += 1
            self._queue.put(partial(_complete, future, partial(function, *args, **kwargs)))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Accept no more functions; with `wait`, return when all have ended.

        `cancel_futures` exists for the base class and changes nothing.
        """
        with self._lock:
            if not self._is_shut_down:
                self._is_shut_down = True
                self._queue.put(None)
        if wait:
            self.join()

    def join(self, seconds: float | None = None) -> bool:
        """Wait until all threads have ended, each for at most `seconds`; return whether they have."""
        return all(thread.join(seconds) for thread in self._threads)

    def _add_thread_if_needed(self) -> None:
        self._threads = [thread for thread in self._threads if thread.is_alive]
        if self._unfinished < len(self._threads) or len(self._threads) >= self._max_threads:
            return
        try:
            self._threads.append(start_thread(self._work, "a job"))
        except ThreadUnavailable as error:
            if not self._threads:
                raise
            log.warning("thread.unavailable", extra={"error": str(error)})

    def _work(self) -> None:
        while call := self._queue.get():
            try:
                call()
            finally:
                with self._lock:
                    self._unfinished -= 1
        self._queue.put(None)  # For the next thread.


def _complete(future: Future[_T], function: Callable[[], _T]) -> None:
    """Call the function; complete its future with the result or the exception."""
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = function()
    except BaseException as error:
        future.set_exception(error)
    else:
        future.set_result(result)
