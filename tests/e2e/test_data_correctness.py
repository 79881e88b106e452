"""The database equals the ground truth, whatever the order of the lists."""

from __future__ import annotations

import pytest

from syncer.simulator import LIST_NAMES, ListOptions, ListOrder
from tests.support.system_under_test import SystemFactory


@pytest.mark.parametrize("first", range(0, len(ListOrder), 2))
def test_database_equals_truth_in_order(make_system: SystemFactory, first: int) -> None:
    """Each list has another order than its neighbour; every order occurs in two lists or three."""
    orders = [*ListOrder][first:] + [*ListOrder][:first]
    lists = {name: ListOptions(order=order) for name, order in zip(LIST_NAMES, orders, strict=False)}
    system = make_system(lists=lists, arrivals_per_minute=1_500.0)
    daemon = system.program.start_daemon()
    system.wait_for_changes(daemon, new=120, changed=40)
    system.freeze_and_sweep(daemon)
    assert daemon.terminate().code == 0
    assert system.assert_equals_ground_truth().tasks >= 520
