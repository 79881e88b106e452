"""What analysts find is what was true, whatever the order of the lists."""

from __future__ import annotations

import pytest

from syncer.simulator import ListOrder
from tests.acceptance.conftest import Staging


@pytest.mark.parametrize("order", list(ListOrder), ids=str)
def test_database_equals_truth_in_order(stage: Staging, order: ListOrder) -> None:
    scene = stage(order=order, arrivals_per_minute=1_500.0)
    scene.sync()
    before = scene.ledger.tasks()
    daemon = scene.program.daemon()
    daemon.until(lambda: scene.ledger.tasks() > before + 150, "150 new tasks")
    scene.settle(daemon)
    assert daemon.terminate().code == 0
    verdict = scene.compare()
    assert verdict.tasks > before + 150
    assert verdict.moved > 60
