"""Scenarios: a simulator, a daemon with a crash trap, and the checks of what the daemon stored and claims."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest

from syncer.simulator import LIST_NAMES, ListOptions, Simulator, SimulatorOptions
from tests.resilience.coverage_check import check_covered_tasks
from tests.support import crash_points
from tests.support.analyst_database import AnalystDatabase, open_analyst_database
from tests.support.program import Process, program_in
from tests.support.simulator_config import syncer_toml
from tests.support.system_under_test import SystemUnderTest

#: A backlog of two days, and tasks that run for seconds.
_SIMULATOR: dict[str, Any] = {
    "backlog_span": timedelta(days=2),
    "pace": 0.01,
    "has_rate_limits": False,
}
BACKLOG, _ARRIVALS = 150, 480.0
#: Leases expire soon, and sweeps follow each other closely.
_SETTINGS = {"lease": "1s", "sweep_every": "1s", "page_size": 50}
_EMPTY_LIST = ListOptions(backlog=0, arrivals_per_minute=0.0)

#: Number of streams without a successful run that began after an instant.
_UNREAD_STREAMS = """
select count(*) from sync.streams s where not exists (
    select from sync.runs r where r.stream_id = s.stream_id and r.status = 'succeeded' and r.begun_at > %s)
"""
_VERSIONS = "select count(*) from sync.task_versions"


@dataclass(frozen=True, slots=True)
class Scenario(SystemUnderTest):
    """A system with only some lists configured, and with an impatient daemon."""

    names: tuple[str, ...]

    def configure(self, **settings: Any) -> None:
        """Write the configuration; see `tests.support.simulator_config.syncer_toml`."""
        text = syncer_toml(self.simulator, self.database_url, **{**_SETTINGS, **settings})
        head, *sources = text.split("[[sources]]\n")
        kept = [text for name, text in zip(LIST_NAMES, sources, strict=True) if name in self.names]
        self.program.configure("[[sources]]\n".join([head, *kept]))

    def daemon(self, trap: Mapping[str, str] | None = None) -> Process:
        """Start the impatient daemon, logging JSON, with a trap of `trap_setting` if given."""
        environment = {crash_points.IMPATIENCE_VARIABLE: "1", **(trap or {})}
        words = ("run", "--log-format", "json", "--log-level", "DEBUG")
        return self.program.start(*words, module=crash_points.__name__, **environment)

    def has_read_since(self, instant: object) -> bool:
        """Whether every stream had a successful run that began after `instant` of the database's clock."""
        streams: int = self.database.value("select count(*) from sync.streams")
        return streams > 0 and self.database.value(_UNREAD_STREAMS, instant) == 0

    def wait_for_progress(self, daemon: Process) -> None:
        """Wait until the daemon has read every stream once more, and stored new tasks and new versions."""
        instant, tasks, versions = (
            self.database.now(),
            self.database.count_tasks(),
            self.database.value(_VERSIONS),
        )
        daemon.wait_until(lambda: self.has_read_since(instant), "a run of every stream")
        daemon.wait_until(lambda: self.database.count_tasks() > tasks, "new tasks")
        daemon.wait_until(lambda: self.database.value(_VERSIONS) > versions, "new versions")

    def assert_recovers(self, daemon: Process, *, tasks: int = BACKLOG) -> None:
        """Wait for progress, stop the daemon, and assert that the database has the true state of all tasks.

        They must be more than `tasks`.
        """
        self.wait_for_progress(daemon)
        self.freeze_and_sweep(daemon)
        assert daemon.terminate().code == 0, daemon.err
        assert self.assert_equals_ground_truth().tasks > tasks

    def check_covered_tasks(self) -> int:
        """Assert that no covered task is missing; return the number of covered tasks."""
        return check_covered_tasks(self.simulator, self.database, self.names)


class ScenarioFactory(Protocol):
    """Creates a scenario with the named lists; further options are the simulator's."""

    def __call__(
        self, *names: str, url: str = "", database: AnalystDatabase | None = None, **options: Any
    ) -> Scenario: ...


@pytest.fixture
def make_scenario_in(tmp_path: Path) -> Iterator[ScenarioFactory]:
    """Factory of scenarios in the database at `url`."""
    with ExitStack() as stack:
        program = stack.enter_context(program_in(tmp_path))

        def make(
            *names: str, url: str = "", database: AnalystDatabase | None = None, **options: Any
        ) -> Scenario:
            simulator = stack.enter_context(Simulator(simulator_options(names, options)))
            database = database or stack.enter_context(open_analyst_database(url))
            scenario = Scenario(simulator, program, database, url, names)
            scenario.configure()
            return scenario

        yield make


@pytest.fixture
def make_scenario(make_scenario_in: ScenarioFactory, migrated_url: str) -> ScenarioFactory:
    """Factory of scenarios in the test's own database."""

    def make(
        *names: str, url: str = migrated_url, database: AnalystDatabase | None = None, **options: Any
    ) -> Scenario:
        return make_scenario_in(*names, url=url, database=database, **options)

    return make


def simulator_options(names: tuple[str, ...], options: Mapping[str, Any]) -> SimulatorOptions:
    """Options of a simulator whose tasks are divided evenly among the named lists."""
    shared = {"backlog": BACKLOG, "arrivals_per_minute": _ARRIVALS, **options}
    list_options = ListOptions(
        backlog=shared.pop("backlog") // len(names),
        arrivals_per_minute=shared.pop("arrivals_per_minute") / len(names),
    )
    lists = {name: list_options if name in names else _EMPTY_LIST for name in LIST_NAMES}
    return SimulatorOptions(**{**_SIMULATOR, "lists": lists, **shared})
