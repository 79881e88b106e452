"""What Ctrl-C and SIGTERM do to a command that is in the middle of something."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress

_SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT})


def stop_on_signals() -> threading.Event:
    """An event that the first SIGTERM or Ctrl-C sets, so that reading ends between two pages.

    The second one ends the process at once. Nothing is lost by it: what was not committed is read again.
    """
    stop = threading.Event()
    listening, telling = os.pipe()
    os.set_blocking(telling, False)
    # Python runs handlers in the main thread only, which may wait in a lock while the operating system tells
    # another thread, and the event has a lock of its own. So a thread that does nothing else listens.
    for each in _SIGNALS:
        signal.signal(each, _ignore)
    signal.set_wakeup_fd(telling, warn_on_full_buffer=False)
    threading.Thread(target=_listen, args=(listening, stop), name="signals", daemon=True).start()
    return stop


def _ignore(number: int, frame: object) -> None:
    """Python tells the file descriptor of those signals only that have a handler."""


def _listen(listening: int, stop: threading.Event) -> None:
    while True:
        [number] = os.read(listening, 1)
        if number not in _SIGNALS:
            continue
        if stop.is_set():
            os._exit(128 + number)
        stop.set()
        # Standard error may be closed, or a file on a full disk, and whoever is stopped cares for neither.
        with suppress(OSError, ValueError, AttributeError):
            # No print: the main thread may be in the middle of one.
            os.write(sys.stderr.fileno(), b"syncer: stopping after this page; once more to stop at once\n")
