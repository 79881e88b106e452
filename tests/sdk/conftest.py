"""A simulator whose time stands still, for the vendors' own SDKs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from syncer.simulator import Simulator, SimulatorOptions


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    """2,000 tasks over the five lists, frozen; the SDKs sign with the machine's time."""
    options = SimulatorOptions(
        seed=11, backlog=2_000, signs_by_simulated_time=False, has_rate_limits=False, pace=10.0
    )
    simulator = Simulator(options)
    simulator.freeze()
    with simulator:
        yield simulator
