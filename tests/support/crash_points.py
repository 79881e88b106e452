"""The program with a trap on its way: `python -m tests.support.crash_points run …`.

$TRAP is `POINT:PASS:SIGNAL`: the process sends itself the signal when it comes to the point for the so
manieth time. So it dies, stands still or is told to stop exactly there. It is also less patient with clouds
than people are, or the tests would take minutes.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from functools import partial, wraps
from typing import Any

import requests

from syncer import cli
from syncer.app import sources
from syncer.engine.scan_results import ScanResults
from syncer.http import ClientConfig, RetryPolicy, Transport
from syncer.model import Batch
from syncer.storage import PgStreamStore
from syncer.storage.write import commit, lease_renewal, leases, staging

log = logging.getLogger("syncer.trap")

VARIABLE = "TRAP"
IMPATIENT = RetryPolicy(
    max_attempts=2,
    total_timeout=timedelta(seconds=3),
    attempt_timeout=timedelta(seconds=0.5),
    first_pause=timedelta(milliseconds=20),
    max_pause=timedelta(milliseconds=100),
)


class Point(StrEnum):
    """Where a process can be caught. Those with rows count only where there are rows to store."""

    #: A page is about to be asked for.
    REQUEST = "request"
    #: The head of the answer has come, its body has not been read.
    BODY = "body"
    #: In the middle of COPY.
    COPYING = "copying"
    #: All rows are in the temporary table.
    STAGED = "staged"
    #: Rows and versions are written, progress is not.
    UPSERTED = "upserted"
    #: Everything is written and not committed.
    COMMITTING = "committing"
    COMMITTED = "committed"
    #: A scan is over, and the next has not begun.
    SCANNED = "scanned"
    #: The lease is taken and not committed.
    TAKING = "taking"
    TAKEN = "taken"
    RENEWING = "renewing"
    RENEWED = "renewed"
    #: The lease is given back, and that not committed.
    RELEASING = "releasing"


#: By point: whose attribute is called there, and whether the trap is before the call.
_PLACES: dict[Point, tuple[Any, str, bool]] = {
    Point.REQUEST: (Transport, "send", True),
    Point.BODY: (requests.Response, "iter_content", True),
    Point.COPYING: (staging, "_row", True),
    Point.STAGED: (staging, "fill", False),
    Point.UPSERTED: (commit, "record_progress", True),
    Point.COMMITTING: (commit, "commit_batch", False),
    Point.COMMITTED: (PgStreamStore, "commit", False),
    Point.SCANNED: (ScanResults, "note", False),
    Point.TAKING: (leases, "take_lease", False),
    Point.TAKEN: (lease_renewal.LeaseRenewer, "keep", True),
    Point.RENEWING: (lease_renewal, "renew_lease", True),
    Point.RENEWED: (lease_renewal, "renew_lease", False),
    Point.RELEASING: (leases, "release_lease", False),
}


def trap(point: Point, passes: int = 1, number: signal.Signals = signal.SIGKILL) -> str:
    """The value of $TRAP."""
    return f"{point}:{passes}:{number.name}"


class CrashTrap:
    """Springs once."""

    def __init__(self, setting: str) -> None:
        point, passes, name = setting.split(":")
        self.point, self.left, self.signal = Point(point), int(passes), signal.Signals[name]
        self._guard = threading.Lock()

    def set(self) -> None:
        """Lay it at its point."""
        owner, name, is_before = _PLACES[self.point]
        setattr(owner, name, self._around(getattr(owner, name), is_before))

    def _around(self, call: Callable[..., Any], is_before: bool) -> Callable[..., Any]:
        @wraps(call)
        def caught(*args: Any, **named: Any) -> Any:
            if is_before:
                self._pass(args)
            result = call(*args, **named)
            if not is_before:
                self._pass(args)
            return result

        return caught

    def _pass(self, args: tuple[Any, ...]) -> None:
        if any(isinstance(each, Batch) and not each.sightings for each in args):
            return
        with self._guard:
            self.left -= 1
            if self.left == 0:
                log.warning("trap.sprung", extra={"point": self.point, "signal": self.signal.name})
                os.kill(os.getpid(), self.signal)


def main() -> int:
    """Run the program; returns its exit code."""
    vars(sources)["ClientConfig"] = partial(ClientConfig, retry_policy=IMPATIENT)
    setting = os.environ.get(VARIABLE)
    if setting:
        CrashTrap(setting).set()
    return cli.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
