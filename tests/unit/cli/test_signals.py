"""Signals stop a command cleanly, whatever the signal and standard error; a second one ends it at once."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from syncer.cli.signals import receive_signals, shielded, stop_on_signals

_GRACEFUL = """
import os, signal
from syncer.cli.signals import receive_signals, stop_on_signals
with receive_signals():
    stop = stop_on_signals()
    os.kill(os.getpid(), signal.SIGTERM)
    os._exit(0 if stop.wait(30) else 1)
"""

#: Sends itself SIGTERM twice at once, and once more a little later than the time in which it is ignored.
_TWICE = """
import os, signal, sys, time
from syncer.cli import signals
with signals.receive_signals(), signals.before_forced_exit(lambda: print("stopped the server", flush=True)):
    stop = signals.stop_on_signals()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGTERM):
        os.kill(os.getpid(), number)
    stop.wait(30)
    time.sleep(signals._REPEAT_SECONDS + 0.5)
    print("is still running", flush=True)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(30)
"""

#: Signals that end a process by default, of every platform.
_FATAL = [signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2]
_FATAL += [signal.SIGALRM, signal.SIGVTALRM, signal.SIGPROF, signal.SIGXCPU]


@pytest.mark.parametrize("errors", ["2>&1", "2>/dev/full", "2>&-"], ids=["read", "full", "closed"])
def test_sigterm_sets_the_event_whatever_standard_error_is(errors: str) -> None:
    line = f'"{sys.executable}" -c "$0" {errors}'
    assert subprocess.run(["sh", "-c", line, _GRACEFUL], capture_output=True, timeout=60).returncode == 0


def test_only_a_signal_after_a_second_ends_the_process_at_once() -> None:
    process = subprocess.run([sys.executable, "-c", _TWICE], capture_output=True, text=True, timeout=60)
    assert process.stdout.splitlines() == ["is still running", "stopped the server"]
    assert process.returncode == 128 + signal.SIGTERM
    assert process.stderr.count("stopping after this page") == 1


@pytest.mark.parametrize("number", _FATAL, ids=lambda number: signal.Signals(number).name)
def test_every_signal_ends_a_command_in_order(number: signal.Signals) -> None:
    cleaned_up = []
    with pytest.raises((SystemExit, KeyboardInterrupt)) as raised, receive_signals():
        try:
            signal.raise_signal(number)
        finally:
            signal.raise_signal(number)  # It does not interrupt the cleaning up.
            cleaned_up.append(number)
    assert cleaned_up == [number]
    if isinstance(raised.value, SystemExit):
        assert raised.value.code == 128 + number
    else:
        assert number is signal.SIGINT


@pytest.mark.parametrize("number", _FATAL, ids=lambda number: signal.Signals(number).name)
def test_every_signal_stops_a_command_that_ends_itself(number: signal.Signals) -> None:
    announced: list[int] = []
    with receive_signals():
        stop = stop_on_signals(announced.append)
        signal.raise_signal(number)
        assert stop.wait(30)


def test_shielded_block_ends_before_the_signal_does() -> None:
    steps = []
    with pytest.raises(SystemExit), receive_signals():
        with shielded(), shielded():
            signal.raise_signal(signal.SIGTERM)
            steps.append("in the block")
        steps.append("after the block")
    assert steps == ["in the block"]


def test_ignored_signal_stays_ignored() -> None:
    """`nohup` starts a command with SIGHUP ignored, so that it continues without its terminal."""
    former = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with receive_signals():
            signal.raise_signal(signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, former)


def test_former_handlers_are_restored() -> None:
    former = [signal.getsignal(number) for number in _FATAL]
    with receive_signals():
        assert signal.getsignal(signal.SIGTERM) not in former
    assert [signal.getsignal(number) for number in _FATAL] == former
