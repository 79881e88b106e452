"""The system under test of end-to-end tests: a simulator, the real program and a database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syncer.simulator import Simulator, SimulatorOptions
from tests.support.analyst_database import open_analyst_database
from tests.support.program import Program, program_in
from tests.support.system_under_test import SystemFactory, SystemUnderTest

#: A small simulator: a backlog of two days, and tasks that end within seconds.
_SMALL: dict[str, Any] = {
    "backlog": 400,
    "backlog_span": timedelta(days=2),
    "arrivals_per_minute": 0.0,
    "pace": 0.01,
    "has_rate_limits": False,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The program's working folder."""
    return tmp_path


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    """The program in an empty folder."""
    with program_in(tmp_path) as program:
        yield program


@pytest.fixture
def make_system(program: Program, migrated_url: str) -> Iterator[SystemFactory]:
    """Creates the system of a test; the options of the simulator override those of a small one."""
    with ExitStack() as stack:

        def create(**options: Any) -> SystemUnderTest:
            simulator = stack.enter_context(Simulator(SimulatorOptions(**{**_SMALL, **options})))
            database = stack.enter_context(open_analyst_database(migrated_url))
            system = SystemUnderTest(simulator, program, database, migrated_url)
            system.configure()
            return system

        yield create
