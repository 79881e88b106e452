"""What analysts find is what was true, whatever the order of the lists."""

from __future__ import annotations

import pytest

from syncer.simulator import ListOrder
from tests.support.scene import SceneFactory


@pytest.mark.parametrize("order", list(ListOrder), ids=str)
def test_database_equals_truth_in_order(stage: SceneFactory, order: ListOrder) -> None:
    scene = stage(order=order, arrivals_per_minute=1_500.0)
    daemon = scene.program.daemon()
    scene.watch(daemon, new=120, moved=40)
    scene.settle(daemon)
    assert daemon.terminate().code == 0
    assert scene.compare().tasks >= 520
