"""Signals stop a command, whatever standard error is."""

from __future__ import annotations

import subprocess
import sys

import pytest

_SCRIPT = """
import os, signal
from syncer.cli.signals import stop_on_signals
stop = stop_on_signals()
os.kill(os.getpid(), signal.SIGTERM)
os._exit(0 if stop.wait(30) else 1)
"""


@pytest.mark.parametrize("errors", ["2>&1", "2>/dev/full", "2>&-"], ids=["read", "full", "closed"])
def test_sigterm_sets_the_event_whatever_standard_error_is(errors: str) -> None:
    line = f'"{sys.executable}" -c "$0" {errors}'
    assert subprocess.run(["sh", "-c", line, _SCRIPT], capture_output=True, timeout=60).returncode == 0
