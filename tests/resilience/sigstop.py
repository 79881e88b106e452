"""Processes that stand still, as a machine that is out of memory or a paused virtual one makes them."""

from __future__ import annotations

import os
import signal

from tests.support.program import Process
from tests.support.waiting import eventually


def wait_for_standstill(process: Process) -> None:
    """Return once `process` has been stopped by a SIGSTOP; fails if it ends instead."""
    process.until(lambda: _is_stopped(process.pid), "a standstill")


def go_on(process: Process) -> None:
    """Let it go on where it stands."""
    os.kill(process.pid, signal.SIGCONT)
    eventually(lambda: not _is_stopped(process.pid), "the end of the standstill")


def _is_stopped(pid: int) -> bool:
    look = os.WSTOPPED | os.WEXITED | os.WNOHANG | os.WNOWAIT
    found = os.waitid(os.P_PID, pid, look)
    return found is not None and found.si_code == os.CLD_STOPPED
