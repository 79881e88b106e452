"""The system under test: a simulator, the real program that reads it, and the database that it fills."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from syncer.simulator import Simulator
from tests.support.analyst_database import AnalystDatabase
from tests.support.ground_truth_check import Comparison, Tolerance, compare
from tests.support.program import Process, Program
from tests.support.simulator_config import syncer_toml


@dataclass(frozen=True, slots=True)
class SystemUnderTest:
    """A running simulator, a configured program, and a database with the current schema."""

    simulator: Simulator
    program: Program
    database: AnalystDatabase
    database_url: str

    def configure(self, *, database: str | None = None, **settings: Any) -> None:
        """Write `syncer.toml`; the settings are those of `simulator_config.syncer_toml`."""
        self.program.configure(syncer_toml(self.simulator, database or self.database_url, **settings))

    def sync(self, *arguments: str) -> None:
        """Run `syncer sync`; fail unless every stream's run succeeds."""
        result = self.program.run("sync", *arguments)
        assert result.code == 0, f"{result.out}\n{result.err}"

    def wait_for_changes(
        self,
        daemon: Process,
        *,
        new: int = 100,
        changed: int = 25,
        condition: Callable[[], bool] = lambda: True,
    ) -> None:
        """Wait until `new` tasks and `changed` changed tasks are stored and `condition` is true."""
        backlog = sum(map(self.simulator.options.backlog_of, self.simulator.pipelines))
        daemon.wait_until(
            lambda: (
                self.database.count_tasks() >= backlog + new
                and self.database.count_changed_tasks() >= changed
                and condition()
            ),
            f"{new} new tasks, {changed} changed tasks, and the condition",
        )

    def freeze_and_sweep(self, daemon: Process) -> None:
        """Freeze the simulator, then wait until the daemon has swept every stream."""
        self.simulator.freeze()
        instant = self.database.now()
        daemon.wait_until(lambda: self.database.is_swept_since(instant), "a sweep of every stream")

    def assert_equals_ground_truth(self, tolerance: Tolerance | None = None) -> Comparison:
        """Fail unless the database equals the simulator's ground truth; return the comparison."""
        comparison = compare(self.simulator, self.database, tolerance)
        comparison.assert_equal()
        return comparison


class SystemFactory(Protocol):
    """Creates the system of a test from options of the simulator."""

    def __call__(self, **options: Any) -> SystemUnderTest: ...
