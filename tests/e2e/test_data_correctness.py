"""The database equals the ground truth, whatever the order of the lists."""

from __future__ import annotations

import pytest

from syncer.simulator import ListOrder
from tests.support.system_under_test import SystemFactory


@pytest.mark.parametrize("order", list(ListOrder), ids=str)
def test_database_equals_truth_in_order(make_system: SystemFactory, order: ListOrder) -> None:
    system = make_system(order=order, arrivals_per_minute=1_500.0)
    daemon = system.program.start_daemon()
    system.wait_for_changes(daemon, new=120, changed=40)
    system.freeze_and_sweep(daemon)
    assert daemon.terminate().code == 0
    assert system.assert_equals_ground_truth().tasks >= 520
