"""Registry of the simulated lists: a further vendor is one folder and one line."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import timedelta

import pytest

from syncer.providers import PROVIDERS
from syncer.simulator import LISTS, ListOrder, Simulator, SimulatorOptions, config_toml

MADE_UP = replace(
    LISTS["baidu"],
    name="made-up",
    provider="made_up_vod",
    site="moon",
    weight=100,
    order=ListOrder.BY_ID,
    retention=timedelta(days=2),
    detail_retention=timedelta(days=1),
    has_regions=True,
)


def test_every_list_is_read_by_a_provider() -> None:
    assert {spec.provider for spec in LISTS.values()} <= set(PROVIDERS)


def test_registered_list_needs_no_other_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LISTS, "made-up", MADE_UP)
    simulator = Simulator(SimulatorOptions(backlog=40, arrivals_per_minute=0))
    simulator.endpoints.update({name: f"http://{name}.test" for name in LISTS})
    source = tomllib.loads(config_toml(simulator))["sources"][-1]
    tasks = list(simulator.true_tasks("made-up"))

    assert simulator.options.backlog_of("made-up") == len(tasks) == 20
    assert {task.region for task in tasks} <= set(simulator.options.regions)
    assert all(task.visible_until == task.created_at + timedelta(days=2) for task in tasks)
    assert simulator.options.order_of("made-up") is ListOrder.BY_ID
    assert simulator.options.detail_retention_of("made-up") == timedelta(days=1)
    assert (source["name"], source["provider"], source["site"]) == ("made-up", "made_up_vod", "moon")
    assert source["regions"] == list(simulator.options.regions)
    assert source["endpoint"] == "http://made-up.test"
