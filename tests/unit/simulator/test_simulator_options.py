"""Options of the simulator and the configuration it prints."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from typing import Any

import pytest

from syncer.simulator import LIST_NAMES, ListOptions, ListOrder, Simulator, SimulatorOptions, config_toml


def test_options_of_a_list_come_first() -> None:
    options = SimulatorOptions(
        order=ListOrder.SHUFFLED,
        retention=timedelta(hours=1),
        lists={"tat": ListOptions(order=ListOrder.BY_ID, backlog=3, requests_per_second=0)},
    )

    assert (options.order_of("tat"), options.order_of("aiccs")) == (ListOrder.BY_ID, ListOrder.SHUFFLED)
    assert options.backlog_of("tat") == 3
    assert options.quotas_of("tat", {"List": 20}) == {}
    assert options.quotas_of("aiccs", {"List": 20}) == {"List": 20}
    assert options.detail_retention_of("mps-intl") == timedelta(hours=1)


def test_documented_retentions_are_the_default() -> None:
    options = SimulatorOptions()

    assert [options.retention_of(name) for name in LIST_NAMES] == [
        timedelta(days=7),
        timedelta(days=7),
        None,
        None,
        timedelta(days=7),
    ]
    assert options.detail_retention_of("mps-intl") == timedelta(days=3)


@pytest.mark.parametrize("backlog", [0, 1, 99, 10_000])
def test_shares_of_the_lists_add_up_to_the_backlog(backlog: int) -> None:
    options = SimulatorOptions(backlog=backlog)

    assert sum(options.backlog_of(name) for name in LIST_NAMES) == backlog


def test_lists_share_the_arrivals_by_weight() -> None:
    options = SimulatorOptions(arrivals_per_minute=60.0)

    assert [options.arrivals_of(name) for name in LIST_NAMES] == [21.0, 9.0, 15.0, 3.0, 12.0]


def test_options_of_an_unknown_list_are_refused() -> None:
    with pytest.raises(ValueError, match="no list"):
        SimulatorOptions(lists={"mps": ListOptions()})


def test_printed_configuration_reads_all_lists() -> None:
    lists: dict[str, Any] = {"tat": ListOptions(retention=timedelta(minutes=1))}
    simulator = Simulator(SimulatorOptions(backlog=0, lists=lists))
    simulator.endpoints.update({name: f"http://127.0.0.1:{9000 + n}" for n, name in enumerate(LIST_NAMES)})
    simulator.rotate_session_token()

    sources = tomllib.loads(config_toml(simulator, poll_every="1s"))["sources"]

    assert [source["name"] for source in sources] == list(LIST_NAMES)
    assert [source["provider"] for source in sources] == [
        *("tencent_mps", "tencent_mps", "tencent_tat", "alibaba_aiccs", "baidu_vod")
    ]
    assert {source["poll_every"] for source in sources} == {"1s"}
    assert sources[2]["regions"] == list(simulator.options.regions)
    assert sources[2]["retention"] == "60000ms"
    assert "retention" not in sources[0]
    assert sources[4]["session_token"] == simulator.credentials.session_token
