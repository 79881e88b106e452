"""Signals: graceful stop on the first Ctrl-C or SIGTERM, immediate exit on the second."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress

_STOP_SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT})


def stop_on_signals() -> threading.Event:
    """Install signal handling; return the event that the first Ctrl-C or SIGTERM sets.

    Runs end between two pages once the event is set. The second signal ends the process at once, which loses
    nothing: what was not committed is read again.
    """
    stop = threading.Event()
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    # Python runs handlers only in the main thread. That thread may be blocked in a lock while the operating
    # system delivers the signal to another one, and setting the event takes a lock, too. So the number of the
    # signal goes through a pipe to a thread that does nothing else.
    for number in _STOP_SIGNALS:
        signal.signal(number, _ignore)
    signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
    threading.Thread(target=_wait_for_signals, args=(read_end, stop), name="signals", daemon=True).start()
    return stop


def _ignore(number: int, frame: object) -> None:
    """Do nothing: Python writes to the wakeup file descriptor only for signals that have a handler."""


def _wait_for_signals(read_end: int, stop: threading.Event) -> None:
    while True:
        [number] = os.read(read_end, 1)
        if number not in _STOP_SIGNALS:
            continue
        if stop.is_set():
            os._exit(128 + number)
        stop.set()
        # Standard error may be closed, or a file on a full disk; neither may keep the process from stopping.
        with suppress(OSError, ValueError, AttributeError):
            # Not print(): the main thread may be inside one.
            os.write(
                sys.stderr.fileno(), b"syncer: stopping after this page; interrupt again to exit at once\n"
            )
