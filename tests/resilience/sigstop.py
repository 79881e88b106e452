"""Processes stopped by SIGSTOP, as on a machine that swaps or on a paused virtual machine."""

from __future__ import annotations

import os
import signal

import psutil

from tests.support.program import Process
from tests.support.waiting import eventually


def wait_until_stopped(process: Process) -> None:
    """Wait until a SIGSTOP has stopped `process`; fails if it ends instead."""
    process.wait_until(lambda: _is_stopped(process.pid), "being stopped")


def resume(process: Process) -> None:
    """Let a stopped process continue."""
    os.kill(process.pid, signal.SIGCONT)
    eventually(lambda: not _is_stopped(process.pid), "the process to continue")


def _is_stopped(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() == psutil.STATUS_STOPPED
