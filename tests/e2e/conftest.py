"""Scenes: a simulated world, the real program reading it, and the database that it fills."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from syncer.simulator import Simulator, SimulatorOptions
from tests.support.analyst_database import open_analyst_database
from tests.support.program import Program, installed
from tests.support.scene import Scene, SceneFactory

#: A small world: a backlog of two days, and lives of seconds.
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
    with installed(tmp_path) as program:
        yield program


@pytest.fixture
def stage(program: Program, migrated_url: str) -> Iterator[SceneFactory]:
    """Makes the scene of a test from options of the simulator, over those of a small world."""
    with ExitStack() as stack:

        def staged(**options: Any) -> Scene:
            simulator = stack.enter_context(Simulator(SimulatorOptions(**{**_SMALL, **options})))
            ledger = stack.enter_context(open_analyst_database(migrated_url))
            scene = Scene(simulator, program, ledger, migrated_url)
            scene.configure()
            return scene

        yield staged
