"""Scenes for faults: a small living world, a daemon that can be caught on its way, and what it may claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest

from syncer.simulator import LIST_NAMES, ListOptions, Simulator, SimulatorOptions
from tests.resilience.coverage_check import check_claims
from tests.support import crash_points
from tests.support.analyst_database import AnalystDatabase, open_analyst_database
from tests.support.program import Process, installed
from tests.support.scene import Scene
from tests.support.simulator_config import configuration

#: Two days of tasks, lives of seconds, and more tasks all the time.
_WORLD: dict[str, Any] = {
    "backlog_span": timedelta(days=2),
    "pace": 0.01,
    "has_rate_limits": False,
}
BACKLOG, _ARRIVALS = 150, 480.0
#: What is held is free soon, and what is missed is found soon.
_BRISK = {"lease": "1s", "sweep_every": "1s", "page_size": 50}
_NOTHING = ListOptions(backlog=0, arrivals_per_minute=0.0)

#: Runs that ended well and began after an instant, by stream.
_UNREAD = """
select count(*) from sync.streams s where not exists (
    select from sync.runs r where r.stream_id = s.stream_id and r.status = 'succeeded' and r.begun_at > %s)
"""
_VERSIONS = "select count(*) from sync.task_versions"


@dataclass(frozen=True, slots=True)
class Scenario(Scene):
    """A scene of which only some lists are configured, and whose daemon is impatient."""

    names: tuple[str, ...]

    def configure(self, **settings: Any) -> None:
        """Write the configuration anew; see `configured.configuration`."""
        text = configuration(self.simulator, self.database_url, **{**_BRISK, **settings})
        head, *sources = text.split("[[sources]]\n")
        kept = [text for name, text in zip(LIST_NAMES, sources, strict=True) if name in self.names]
        self.program.configure("[[sources]]\n".join([head, *kept]))

    def daemon(self, trap: Mapping[str, str] | None = None) -> Process:
        """Start the impatient daemon, logging JSON, with a trap of `trap_setting` if given."""
        environment = {crash_points.IMPATIENCE_VARIABLE: "1", **(trap or {})}
        words = ("run", "--log-format", "json")
        return self.program.start(*words, module=crash_points.__name__, **environment)

    def has_read_since(self, instant: object) -> bool:
        """Whether every stream had a run begun after `instant` of the database's clock that ended well."""
        streams: int = self.ledger.value("select count(*) from sync.streams")
        return streams > 0 and self.ledger.value(_UNREAD, instant) == 0

    def goes_on(self, daemon: Process) -> None:
        """Wait until the daemon has, by itself, read every stream, found new tasks and seen others move."""
        instant, tasks, versions = self.ledger.now(), self.ledger.tasks(), self.ledger.value(_VERSIONS)
        daemon.until(lambda: self.has_read_since(instant), "a run of every stream")
        daemon.until(lambda: self.ledger.tasks() > tasks, "new tasks")
        daemon.until(lambda: self.ledger.value(_VERSIONS) > versions, "tasks that have moved on")

    def assert_ends_well(self, daemon: Process, *, tasks: int = BACKLOG) -> None:
        """See it go on, and stop it; the database must equal the truth, and hold more than so many tasks."""
        self.goes_on(daemon)
        self.settle(daemon)
        assert daemon.terminate().code == 0, daemon.err
        assert self.compare().tasks > tasks

    def check_claims(self) -> int:
        """Check that nothing is missing which is claimed to be read; how many tasks are."""
        return check_claims(self.simulator, self.ledger, self.names)


class ScenarioFactory(Protocol):
    """Makes scenes of the named lists, in a database of the test's own or the given one."""

    def __call__(
        self, *names: str, url: str = "", ledger: AnalystDatabase | None = None, **options: Any
    ) -> Scenario: ...


@pytest.fixture
def stages(tmp_path: Path) -> Iterator[ScenarioFactory]:
    """Makes the scene of a test; options are the simulator's."""
    with ExitStack() as stack:
        program = stack.enter_context(installed(tmp_path))

        def staged(
            *names: str, url: str = "", ledger: AnalystDatabase | None = None, **options: Any
        ) -> Scenario:
            simulator = stack.enter_context(Simulator(SimulatorOptions(**world(names, options))))
            ledger = ledger or stack.enter_context(open_analyst_database(url))
            scene = Scenario(simulator, program, ledger, url, names)
            scene.configure()
            return scene

        yield staged


@pytest.fixture
def stage(stages: ScenarioFactory, migrated_url: str) -> ScenarioFactory:
    """Makes the scene of a test in a database of its own."""

    def staged(
        *names: str, url: str = migrated_url, ledger: AnalystDatabase | None = None, **options: Any
    ) -> Scenario:
        return stages(*names, url=url, ledger=ledger, **options)

    return staged


def world(names: tuple[str, ...], options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a simulator of which only the named lists have tasks, each as many."""
    shared = {"backlog": BACKLOG, "arrivals_per_minute": _ARRIVALS, **options}
    each = ListOptions(
        backlog=shared.pop("backlog") // len(names),
        arrivals_per_minute=shared.pop("arrivals_per_minute") / len(names),
    )
    lists = {name: each if name in names else _NOTHING for name in LIST_NAMES}
    return {**_WORLD, "lists": lists, **shared}
