"""Scenes: a simulated world, the real program reading it, and the database that it fills."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest

from syncer.simulator import Simulator, SimulatorOptions
from tests.acceptance.comparing import Tolerance, Verdict, compare
from tests.acceptance.configured import configuration
from tests.acceptance.ledger import Ledger, opened_ledger
from tests.acceptance.program import Process, Program, installed

#: A small world: a backlog of two days, and lives of seconds.
_SMALL: dict[str, Any] = {
    "backlog": 400,
    "backlog_span": timedelta(days=2),
    "arrivals_per_minute": 0.0,
    "pace": 0.01,
    "has_rate_limits": False,
}


@dataclass(frozen=True, slots=True)
class Scene:
    """A simulator on its ports, a configured program, and a database with the current schema."""

    simulator: Simulator
    program: Program
    ledger: Ledger
    database_url: str

    def configure(self, *, database: str | None = None, **settings: Any) -> None:
        """Write the configuration anew; see `configured.configuration`."""
        self.program.configure(configuration(self.simulator, database or self.database_url, **settings))

    def sync(self, *words: str) -> None:
        """Sync once; fails unless every stream's run succeeds."""
        ended = self.program.run("sync", *words)
        assert ended.code == 0, f"{ended.out}\n{ended.err}"

    def watch(
        self, daemon: Process, *, new: int = 100, moved: int = 25, met: Callable[[], bool] = lambda: True
    ) -> None:
        """Wait until the daemon has seen `new` tasks arrive and `moved` change, and `met` is true."""
        backlog = sum(map(self.simulator.options.backlog_of, self.simulator.services))
        daemon.until(
            lambda: self.ledger.tasks() >= backlog + new and self.ledger.moved() >= moved and met(),
            f"{new} new tasks, {moved} that moved, and what else was wanted",
        )

    def settle(self, daemon: Process) -> None:
        """Freeze the world, and wait until the daemon has read all of it once more."""
        self.simulator.freeze()
        instant = self.ledger.now()
        daemon.until(lambda: self.ledger.is_swept_since(instant), "a sweep of every stream")

    def compare(self, tolerance: Tolerance | None = None) -> Verdict:
        """Check that the database equals the truth; what it took to see that is in the verdict."""
        verdict = compare(self.simulator, self.ledger, tolerance)
        verdict.check()
        return verdict


class Staging(Protocol):
    """Makes scenes."""

    def __call__(self, **options: Any) -> Scene: ...


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The program's working folder."""
    return tmp_path


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    """The program in an empty folder."""
    with installed(tmp_path) as program:
        yield program


@pytest.fixture
def stage(program: Program, migrated_url: str) -> Iterator[Staging]:
    """Makes the scene of a test from options of the simulator, over those of a small world."""
    with ExitStack() as stack:

        def staged(**options: Any) -> Scene:
            simulator = stack.enter_context(Simulator(SimulatorOptions(**{**_SMALL, **options})))
            ledger = stack.enter_context(opened_ledger(migrated_url))
            scene = Scene(simulator, program, ledger, migrated_url)
            scene.configure()
            return scene

        yield staged
