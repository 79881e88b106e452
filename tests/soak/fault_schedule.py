"""The faults of a round: some at random, or none; they end with the round."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from syncer.simulator import LIST_NAMES
from tests.soak.simulator_client import SimulatorClient

_REQUEST_FAULTS = (
    *("throttle_rate", "error_rate", "gateway_rate", "html_rate"),
    *("cut_rate", "reset_rate", "slow_rate", "unsuccessful_rate"),
)
_PAGE_FAULTS = ("expired_cursor_rate", "blank_rate", "duplicate_rate", "repeat_rate")
_NO_FAULTS: Mapping[str, Any] = {
    **dict.fromkeys((*_REQUEST_FAULTS, *_PAGE_FAULTS), 0.0),
    "slow_seconds": 0.2,
    "endless": False,
    "down": False,
    "denied": False,
}


def start_round_faults(random: Random, simulator: SimulatorClient) -> None:
    """End the faults of the last round, and start those of the next one."""
    end_round_faults(simulator)
    if random.random() < 0.8:
        random.choice(_KINDS)(random, simulator)


def end_round_faults(simulator: SimulatorClient) -> None:
    """End all faults but the permanent ones of the scenario."""
    simulator.set_faults(**_NO_FAULTS)


def _request_faults(random: Random, simulator: SimulatorClient) -> None:
    """Some requests fail in four ways: in the network, a gateway or the API."""
    simulator.set_faults(**{fault: random.uniform(0.02, 0.15) for fault in random.sample(_REQUEST_FAULTS, 4)})


def _page_faults(random: Random, simulator: SimulatorClient) -> None:
    """Some pages and cursors are wrong in two ways."""
    simulator.set_faults(**{fault: random.uniform(0.05, 0.3) for fault in random.sample(_PAGE_FAULTS, 2)})


def _outage(random: Random, simulator: SimulatorClient) -> None:
    """One list fails all requests."""
    simulator.set_faults(random.choice(LIST_NAMES), **{random.choice(["down", "denied"]): True})


def _endless(random: Random, simulator: SimulatorClient) -> None:
    """One list always claims that more pages follow."""
    simulator.set_faults(random.choice(["mps-cn", "mps-intl", "baidu"]), endless=True)


_KINDS: tuple[Callable[[Random, SimulatorClient], None], ...] = (
    _request_faults,
    _request_faults,
    _page_faults,
    _page_faults,
    _outage,
    _endless,
)
