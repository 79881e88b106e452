"""A simulated world, the real program reading it, and the database that it fills."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from syncer.simulator import Simulator
from tests.support.analyst_database import AnalystDatabase
from tests.support.ground_truth_check import Tolerance, Verdict, compare
from tests.support.program import Process, Program
from tests.support.simulator_config import configuration


@dataclass(frozen=True, slots=True)
class Scene:
    """A simulator on its ports, a configured program, and a database with the current schema."""

    simulator: Simulator
    program: Program
    ledger: AnalystDatabase
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
        backlog = sum(map(self.simulator.options.backlog_of, self.simulator.pipelines))
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


class SceneFactory(Protocol):
    """Makes scenes."""

    def __call__(self, **options: Any) -> Scene: ...
