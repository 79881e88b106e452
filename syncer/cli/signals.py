"""Signals: one thread receives them, for every command.

The first signal ends the command cleanly. One that arrives at least a second later ends the process at
once, after the functions that were given to `before_forced_exit`. Signals in between are ignored: `timeout`,
systemd and terminals send one to the process and another one to its group within milliseconds.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import NoReturn

from syncer.errors import ThreadUnavailable
from syncer.threads import start_thread

#: Signals that end no process by default, those that no process can handle, and those of a crash. All others
#: end the command cleanly; SIGHUP too: its terminal was closed.
_NEVER_FATAL = {"SIGCHLD", "SIGCONT", "SIGINFO", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGWINCH"}
_OTHERS = _NEVER_FATAL | {"SIGKILL", "SIGSTOP", "SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGTRAP", "SIGSYS"}
#: Seconds after the first signal in which others are ignored.
_REPEAT_SECONDS = 1.0
_HINT = b"syncer: stopping after this page; interrupt again to exit at once\n"


class _Receiver:
    """Receives the signals of this process while its `installed` block lasts."""

    def __init__(self) -> None:
        #: Set by the first signal.
        self.stop = threading.Event()
        #: Called with the first signal; None where that signal raises an exception in the main thread.
        self.announce: Callable[[int], None] | None = None
        self.before_exit: list[Callable[[], object]] = []
        #: The number of blocks that the exception must not interrupt.
        self.shields = 0
        #: The signals that are handled.
        self._numbers: frozenset[int] = frozenset()
        #: The signal whose exception is to be raised, and whether it was raised.
        self._pending, self._is_raised = 0, False

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Handle the signals until the end of the block; then restore the former handlers."""
        read_end, write_end = os.pipe()
        os.set_blocking(write_end, False)
        numbers = _unhandled_signals()
        self._numbers = frozenset(numbers)
        former = {number: signal.signal(number, self._handle) for number in numbers}
        # Python runs handlers only in the main thread. That thread may be blocked in a lock while the
        # operating system delivers the signal to another one, and setting the event takes a lock, too. So the
        # number of the signal goes through a pipe to a thread that does nothing else.
        former_pipe = signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
        try:
            start_thread(partial(self._receive, read_end), "signals")
            yield
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(former_pipe)
            os.close(write_end)  # Ends the thread.

    def _handle(self, number: int, _: object) -> None:
        if self.announce is None:
            self._pending = self._pending or number
            self.raise_pending()

    def raise_pending(self) -> None:
        """Raise the exception of the first signal, once: `with` and `finally` blocks clean up undisturbed."""
        if not self._pending or self.shields or self._is_raised:
            return
        self._is_raised = True
        if self._pending == signal.SIGINT:
            raise KeyboardInterrupt
        raise SystemExit(128 + self._pending)

    def _receive(self, read_end: int) -> None:
        try:
            if not (number := self._next(read_end)):
                return
            self.stop.set()
            if self.announce:
                # In another thread: standard error may be a full pipe, and a lock of the logs may be held.
                with suppress(ThreadUnavailable):
                    start_thread(partial(self.announce, number), "the announcement of a signal")
            threading.Event().wait(_REPEAT_SECONDS)
            _drain(read_end)
            if number := self._next(read_end):
                self._exit_at_once(number)
        finally:
            os.close(read_end)

    def _next(self, read_end: int) -> int:
        """Wait for a signal; return its number, 0 at the end of the `installed` block."""
        while received := os.read(read_end, 1):
            if received[0] in self._numbers:
                return received[0]
        return 0

    def _exit_at_once(self, number: int) -> NoReturn:
        for function in list(self.before_exit):
            with suppress(Exception):
                function()
        os._exit(128 + number)


#: The receiver of the command that runs; without a command, one that receives nothing.
_receiver = _Receiver()


@contextmanager
def receive_signals() -> Iterator[None]:
    """Handle the signals of this process until the end of the block. Does nothing outside the main thread."""
    global _receiver
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former, _receiver = _receiver, _Receiver()
    try:
        with _receiver.installed():
            yield
    finally:
        _receiver = former


def stop_on_signals(announce: Callable[[int], None] | None = None) -> threading.Event:
    """Let the command end itself after the first signal; return the event that the signal sets.

    Runs end between two pages once it is set. `announce` is called with the number of the signal; by default
    a hint is written to standard error. Without a call of this function the first signal raises an exception
    in the main thread: KeyboardInterrupt after SIGINT, else SystemExit.
    """
    _receiver.announce = announce or _write_hint
    return _receiver.stop


@contextmanager
def shielded() -> Iterator[None]:
    """Postpone the exception of a signal to the end of the block."""
    receiver = _receiver
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    receiver.shields += 1
    try:
        yield
    finally:
        receiver.shields -= 1
        receiver.raise_pending()


@contextmanager
def before_forced_exit(function: Callable[[], object]) -> Iterator[None]:
    """Call `function` where a second signal ends the process at once inside the block."""
    functions = _receiver.before_exit
    functions.append(function)
    try:
        yield
    finally:
        functions.remove(function)


def _unhandled_signals() -> list[int]:
    """The signals that would end this process. One that is ignored, as SIGHUP under nohup, stays ignored."""
    others = {getattr(signal, name, None) for name in _OTHERS}
    if faulthandler.is_enabled():
        others.add(signal.SIGABRT)
    default = (signal.SIG_DFL, signal.default_int_handler)
    valid = sorted(map(int, signal.valid_signals() - others))
    return [number for number in valid if signal.getsignal(number) in default]


def _drain(read_end: int) -> None:
    """Discard what the pipe holds. Keeps its end, which `os.read` returns again."""
    os.set_blocking(read_end, False)
    with suppress(BlockingIOError):
        while os.read(read_end, 1024):
            pass
    os.set_blocking(read_end, True)


def _write_hint(_: int) -> None:
    # Standard error may be closed, or a file on a full disk; neither may keep the process from stopping.
    with suppress(OSError, ValueError, AttributeError):
        # Not print(): the main thread may be inside one.
        os.write(sys.stderr.fileno(), _HINT)
