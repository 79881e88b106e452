"""A simulator with a frozen clock, read by the vendors' own SDKs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from syncer.simulator import Simulator, SimulatorOptions


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    """A started simulator with 2,000 tasks and a frozen clock; signatures have the machine's time."""
    options = SimulatorOptions(
        seed=11,
        backlog=2_000,
        begin_at=datetime(2026, 3, 1, 9, tzinfo=UTC),
        pace=40.0,
        has_rate_limits=False,
        signs_by_simulated_time=False,
    )
    simulator = Simulator(options)
    simulator.freeze()
    with simulator:
        yield simulator
