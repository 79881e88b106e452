"""The program with a crash point: `python -m tests.support.crash_points run …`.

$CRASH_TRAP is `POINT:PASS:SIGNAL` or `POINT:PASS:SIGNAL:MODE`: the process sends itself the signal on its
pass number PASS through the point, counted from one; with MODE only passes within runs of that mode count.
So the process dies, stops or begins to shut down exactly there. With $IMPATIENT=1 its requests also time out
sooner than by default, since the tests of failing clouds would take minutes otherwise.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import partial, wraps
from typing import Any

import psycopg
import requests

from syncer import cli
from syncer.app import sources
from syncer.engine import worker
from syncer.engine.scan_results import ScanResults
from syncer.http import RetryPolicy, Transport
from syncer.model import Batch, Mode
from syncer.storage import PgStreamStore
from syncer.storage.write import commit, lease_renewal, leases, staging

log = logging.getLogger("syncer.crash_trap")

TRAP_VARIABLE = "CRASH_TRAP"
IMPATIENCE_VARIABLE = "IMPATIENT"
IMPATIENT = RetryPolicy(
    max_attempts=2,
    total_timeout=timedelta(seconds=3),
    attempt_timeout=timedelta(seconds=0.5),
    first_pause=timedelta(milliseconds=20),
    max_pause=timedelta(milliseconds=100),
)


class CrashPoint(StrEnum):
    """Where a process can be stopped. A call with a batch counts only if the batch has tasks."""

    #: Before the request for a page.
    REQUEST = "request"
    #: The head of the response is read, its body is not.
    BODY = "body"
    #: In the middle of COPY, before one of its rows.
    COPYING = "copying"
    #: All rows are in the temporary table.
    STAGED = "staged"
    #: Rows and versions are written, progress is not.
    UPSERTED = "upserted"
    #: Everything is written and not committed.
    COMMITTING = "committing"
    COMMITTED = "committed"
    #: A scan has ended, and the next has not begun.
    SCANNED = "scanned"
    #: The lease is taken and not committed.
    TAKING = "taking"
    TAKEN = "taken"
    RENEWING = "renewing"
    RENEWED = "renewed"
    #: The lease is released and not committed.
    RELEASING = "releasing"


@dataclass(frozen=True, slots=True)
class PatchedCall:
    """An attribute of a module or class; the trap counts its calls, before or after each."""

    owner: Any
    name: str
    is_before: bool


def _before(owner: Any, name: str) -> PatchedCall:
    return PatchedCall(owner, name, is_before=True)


def _after(owner: Any, name: str) -> PatchedCall:
    return PatchedCall(owner, name, is_before=False)


#: By point: the call that marks it. Public names only; tests/unit/support checks that they exist.
CALLS: Mapping[CrashPoint, PatchedCall] = {
    CrashPoint.REQUEST: _before(Transport, "send"),
    CrashPoint.BODY: _before(requests.Response, "iter_content"),
    CrashPoint.COPYING: _before(psycopg.Copy, "write_row"),
    CrashPoint.STAGED: _after(staging, "fill"),
    CrashPoint.UPSERTED: _before(commit, "record_progress"),
    CrashPoint.COMMITTING: _after(commit, "commit_batch"),
    CrashPoint.COMMITTED: _after(PgStreamStore, "commit"),
    CrashPoint.SCANNED: _after(ScanResults, "add"),
    CrashPoint.TAKING: _after(leases, "take_lease"),
    CrashPoint.TAKEN: _before(lease_renewal.LeaseRenewer, "keep"),
    CrashPoint.RENEWING: _before(lease_renewal, "renew_leases"),
    CrashPoint.RENEWED: _after(lease_renewal, "renew_leases"),
    CrashPoint.RELEASING: _after(leases, "release_lease"),
}
#: Calls that show in which run a thread is.
RUN_CALL = _before(worker, "run_stream")
START_CALL = _after(PgStreamStore, "start")


def trap_setting(
    point: CrashPoint,
    passes: int = 1,
    signal_number: signal.Signals = signal.SIGKILL,
    *,
    mode: Mode | None = None,
) -> dict[str, str]:
    """The environment variable that sets the trap."""
    parts = [point, str(passes), signal_number.name, *([mode] if mode else [])]
    return {TRAP_VARIABLE: ":".join(parts)}


class _CurrentRun(threading.local):
    """The mode of the run that the thread is in; None outside of runs."""

    mode: Mode | None = None


class CrashTrap:
    """Sends the signal once, on the given pass."""

    def __init__(self, setting: str) -> None:
        point, passes, name, *mode = setting.split(":")
        self.point, self.passes_left, self.signal = CrashPoint(point), int(passes), signal.Signals[name]
        self.mode = Mode(mode[0]) if mode else None
        self._current_run = _CurrentRun()
        self._lock = threading.Lock()

    def install(self) -> None:
        """Patch the point's call, and those that show the mode of the current run."""
        _wrap(RUN_CALL, self._around_run)
        _wrap(START_CALL, self._around_start)
        call = CALLS[self.point]
        _wrap(call, partial(self._around_point, is_before=call.is_before))

    def _around_run(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function`, after which the thread is in the run from which it was called, if in any."""

        @wraps(function)
        def patched(*args: Any, **kwargs: Any) -> Any:
            with self._restored_mode():
                return function(*args, **kwargs)

        return patched

    @contextmanager
    def _restored_mode(self) -> Iterator[None]:
        # A poll may run between two pages of a sweep.
        mode = self._current_run.mode
        try:
            yield
        finally:
            self._current_run.mode = mode

    def _around_start(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def patched(*args: Any, **kwargs: Any) -> Any:
            run = function(*args, **kwargs)
            self._current_run.mode = run.mode
            return run

        return patched

    def _around_point(self, function: Callable[..., Any], *, is_before: bool) -> Callable[..., Any]:
        @wraps(function)
        def patched(*args: Any, **kwargs: Any) -> Any:
            if is_before:
                self._count_pass(args)
            result = function(*args, **kwargs)
            if not is_before:
                self._count_pass(args)
            return result

        return patched

    def _count_pass(self, args: tuple[Any, ...]) -> None:
        """Count a pass through the point; send the signal on the last one."""
        if self.mode not in (None, self._current_run.mode):
            return
        if any(isinstance(arg, Batch) and not arg.sightings for arg in args):
            return
        with self._lock:
            self.passes_left -= 1
            if self.passes_left == 0:
                log.warning("crash_trap.fired", extra={"point": self.point, "signal": self.signal.name})
                os.kill(os.getpid(), self.signal)


def _wrap(call: PatchedCall, wrapper: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    setattr(call.owner, call.name, wrapper(getattr(call.owner, call.name)))


def main() -> int:
    """Run the program; return its exit code."""
    if os.environ.get(IMPATIENCE_VARIABLE):
        vars(sources)["RetryPolicy"] = lambda: IMPATIENT
    setting = os.environ.get(TRAP_VARIABLE)
    if setting:
        CrashTrap(setting).install()
    return cli.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
