"""The faults of a round: for a while something goes wrong, then something else, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from syncer.simulator import LIST_NAMES
from tests.soak.simulator_client import SimulatorClient

_ON_THE_WAY = (
    *("throttle_rate", "error_rate", "gateway_rate", "html_rate"),
    *("cut_rate", "reset_rate", "slow_rate", "unsuccessful_rate"),
)
_IN_PAGES = ("expired_cursor_rate", "blank_rate", "duplicate_rate", "repeat_rate")
_CALM: Mapping[str, Any] = {
    **dict.fromkeys((*_ON_THE_WAY, *_IN_PAGES), 0.0),
    "slow_seconds": 0.2,
    "endless": False,
    "down": False,
    "denied": False,
}


def change_weather(chance: Random, remote: SimulatorClient) -> None:
    """Let the faults of the next round begin, and those of the last one end."""
    clear_up(remote)
    if chance.random() < 0.8:
        chance.choice(_WEATHERS)(chance, remote)


def clear_up(remote: SimulatorClient) -> None:
    """End all faults that are not a habit of the world."""
    remote.set_faults(**_CALM)


def _storm(chance: Random, remote: SimulatorClient) -> None:
    """The network and the vendors are at their worst."""
    remote.set_faults(**{fault: chance.uniform(0.02, 0.15) for fault in chance.sample(_ON_THE_WAY, 4)})


def _disorder(chance: Random, remote: SimulatorClient) -> None:
    """Pages and cursors are not what they should be."""
    remote.set_faults(**{fault: chance.uniform(0.05, 0.3) for fault in chance.sample(_IN_PAGES, 2)})


def _outage(chance: Random, remote: SimulatorClient) -> None:
    """One list cannot be read at all."""
    remote.set_faults(chance.choice(LIST_NAMES), **{chance.choice(["down", "denied"]): True})


def _circle(chance: Random, remote: SimulatorClient) -> None:
    """One list promises more for ever."""
    remote.set_faults(chance.choice(["mps-cn", "mps-intl", "baidu"]), endless=True)


_WEATHERS: tuple[Callable[[Random, SimulatorClient], None], ...] = (
    _storm,
    _storm,
    _disorder,
    _disorder,
    _outage,
    _circle,
)
