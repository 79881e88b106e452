"""The simulator of an integration test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from syncer.simulator import Simulator
from tests.support.simulator_calls import frozen_simulator


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A started simulator with a frozen clock."""
    with frozen_simulator(seed=3, backlog=600) as simulator:
        yield simulator
