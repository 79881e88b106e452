"""Fault settings, and the injector that draws and counts faults."""

from __future__ import annotations

import pytest

from syncer.simulator import FailedFilter, Faults
from syncer.simulator.fault_injection import FaultInjector
from tests.support.simulator_calls import frozen_simulator


def test_fault_fires_at_its_rate_and_is_counted() -> None:
    injector = FaultInjector(Faults(error_rate=0.25), "seed")
    fired = sum(injector.fires("error_rate") for _ in range(2_000))

    assert 400 < fired < 600
    assert not injector.fires("cut_rate")
    assert injector.fired() == {"error_rate": fired}


def test_faults_are_changed_by_json_values() -> None:
    faults = Faults().with_changes({"throttle_rate": 0.5, "failed_filter": "ignored", "poisoned_ids": ["a"]})

    assert (faults.throttle_rate, faults.failed_filter) == (0.5, FailedFilter.IGNORED)
    assert faults.poisoned_ids == ("a",)


def test_error_for_an_unknown_fault_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"no fault 'typo_rate'.*throttle_rate"):
        Faults().with_changes({"typo_rate": 1})


def test_faults_of_one_list_do_not_affect_the_others() -> None:
    simulator = frozen_simulator(backlog=10)
    simulator.set_faults("tat", error_rate=1.0)

    report = simulator.fault_report()

    assert report["tat"]["settings"]["error_rate"] == 1.0
    assert report["baidu"]["settings"]["error_rate"] == 0.0
    with pytest.raises(ValueError, match="no list"):
        simulator.set_faults("vod", error_rate=1.0)
