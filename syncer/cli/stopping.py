"""What Ctrl-C and SIGTERM do to a command that is in the middle of something."""

from __future__ import annotations

import os
import signal
import sys
import threading


def stop_on_signals() -> threading.Event:
    """An event that the first SIGTERM or Ctrl-C sets, so that reading ends between two pages.

    The second one ends the process at once. Nothing is lost by it: what was not committed is read again.
    """
    stop = threading.Event()

    def heard(number: int, _: object) -> None:
        if stop.is_set():
            os._exit(128 + number)
        stop.set()
        # No print here: the signal may have interrupted one.
        os.write(sys.stderr.fileno(), b"syncer: stopping after this page; once more to stop at once\n")

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, heard)
    return stop
