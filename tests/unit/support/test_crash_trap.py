"""Crash points of tests: each marks an existing public call, and a trap fires on the right pass."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from syncer.app import sources
from syncer.http import ClientConfig
from syncer.model import Batch, Mode, Run
from tests.support import crash_points
from tests.support.clocks import T0
from tests.support.crash_points import CALLS, CrashPoint, CrashTrap, PatchedCall, trap_setting

RUN = Run(run_id=1, mode=Mode.POLL, started_at=T0)


@pytest.mark.parametrize(
    "call", [*CALLS.values(), crash_points.RUN_CALL, crash_points.START_CALL], ids=lambda call: call.name
)
def test_patched_call_is_a_public_function(call: PatchedCall) -> None:
    assert not call.name.startswith("_")
    assert callable(getattr(call.owner, call.name))


def test_every_point_has_a_call() -> None:
    assert CALLS.keys() == set(CrashPoint)


def test_impatience_patches_the_client_config_of_the_app() -> None:
    assert vars(sources)["ClientConfig"] is ClientConfig


class Program:
    """A stand-in for the patched calls: a run that passes the point of a trap several times."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.signals: list[int] = []
        self.calls = SimpleNamespace(
            run=lambda body: body(), start=lambda mode: SimpleNamespace(mode=mode), point=lambda *_: "result"
        )
        monkeypatch.setattr(os, "kill", lambda _, number: self.signals.append(number))
        monkeypatch.setattr(crash_points, "RUN_CALL", PatchedCall(self.calls, "run", is_before=True))
        monkeypatch.setattr(crash_points, "START_CALL", PatchedCall(self.calls, "start", is_before=False))
        monkeypatch.setitem(CALLS, CrashPoint.REQUEST, PatchedCall(self.calls, "point", is_before=False))

    def set_trap(self, passes: int, mode: Mode | None = None) -> None:
        [setting] = trap_setting(CrashPoint.REQUEST, passes, signal.SIGTERM, mode=mode).values()
        CrashTrap(setting).install()

    def run(self, mode: Mode, body: Callable[[], Any]) -> None:
        """Execute `body` within a run of this mode."""

        def started() -> None:
            self.calls.start(mode)
            body()

        self.calls.run(started)


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Program:
    return Program(monkeypatch)


def test_trap_fires_once_on_its_pass(program: Program) -> None:
    program.set_trap(passes=3)

    fired = []
    for _ in range(5):
        assert program.calls.point() == "result"
        fired.append(len(program.signals))

    assert fired == [0, 0, 1, 1, 1]
    assert program.signals == [signal.SIGTERM]


def test_batch_without_tasks_does_not_count(program: Program) -> None:
    program.set_trap(passes=1)

    program.calls.point(Batch(run=RUN))

    assert program.signals == []


def test_trap_counts_only_runs_of_its_mode(program: Program) -> None:
    program.set_trap(passes=2, mode=Mode.POLL)

    def sweep() -> None:
        program.calls.point()
        program.run(Mode.POLL, program.calls.point)
        program.calls.point()

    program.calls.point()
    program.run(Mode.SWEEP, sweep)
    assert program.signals == []

    program.run(Mode.POLL, program.calls.point)
    assert program.signals == [signal.SIGTERM]
