"""Random worlds: how many tasks there are, how they live, in what order they stand, and how they are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from syncer.simulator import LIST_NAMES, ListOrder

#: Faults that go on for as long as their world does, by list.
_HABITS: Mapping[str, Mapping[str, tuple[Any, ...]]] = {
    "mps-cn": {
        "moved_token": ("continue", "empty", "refused"),
        "failed_filter": ("works", "works", "works", "ignored", "rejected"),
    },
    "mps-intl": {
        "moved_token": ("continue", "empty", "refused"),
        "failed_filter": ("works", "works", "works", "ignored", "rejected"),
    },
    "tat": {},
    "aiccs": {"page_cap": (None, None, 7)},
    "baidu": {"inclusive_marker": (False, True)},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SoakScenario:
    """What follows from a seed before anything has begun."""

    seed: int
    orders: Mapping[str, ListOrder]
    #: How long lists show a task, and how late they begin to.
    retention: timedelta
    lag: timedelta
    #: How late syncer is told that they do.
    expected_lag: timedelta
    #: Whether syncer is told the retention of lists whose vendor documents none.
    is_retention_told: bool
    backlog: int
    arrivals_per_minute: float
    pace: float
    change_after_end_rate: float
    page_size: int
    requests_per_second: int
    habits: Mapping[str, Mapping[str, Any]]

    @property
    def is_punctual(self) -> bool:
        """Whether lists show tasks no later than syncer was told, so that polls miss none."""
        return self.lag <= self.expected_lag

    @property
    def untold(self) -> frozenset[str]:
        """Lists whose filter does not tell how tasks ended."""
        return frozenset(n for n, habits in self.habits.items() if habits.get("failed_filter") != "works")

    def arguments(self) -> list[str]:
        """Those of `syncer simulate`."""
        return [
            *("--seed", str(self.seed)),
            *("--backlog", str(self.backlog)),
            *("--span", _written(2 * self.retention)),
            *("--arrivals", str(self.arrivals_per_minute)),
            *("--retention", _written(self.retention)),
            *("--lag", _written(self.lag)),
            *("--pace", str(self.pace)),
            *("--afterlife", str(self.change_after_end_rate)),
            "--no-rate-limits",
            *(word for name, order in self.orders.items() for word in ("--order", f"{name}={order}")),
            *(word for setting in self._faults() for word in ("--fault", setting)),
        ]

    def sources(self) -> dict[str, Any]:
        """The settings of every source."""
        return {
            "retention": _written(self.retention),
            "visibility_lag": _written(self.expected_lag),
            "page_size": self.page_size,
            "requests_per_second": self.requests_per_second,
        }

    def lists(self) -> dict[str, dict[str, Any]]:
        """The settings of single sources."""
        return {} if self.is_retention_told else {name: {"retention": None} for name in ("tat", "aiccs")}

    def _faults(self) -> Iterator[str]:
        for name, habits in self.habits.items():
            for fault, value in habits.items():
                if value is not None:
                    yield f"{name}:{fault}={str(value).lower()}"


def make_scenario(seed: int) -> SoakScenario:
    """The world of a seed."""
    chance = Random(seed)
    lag = timedelta(milliseconds=chance.choice([0, 0, 300, 1_000]))
    # Now and then lists are later than anybody expects.
    allowance = timedelta(0) if chance.random() < 0.2 else lag + timedelta(milliseconds=500)
    return SoakScenario(
        seed=seed,
        orders={name: chance.choice(list(ListOrder)) for name in LIST_NAMES},
        retention=timedelta(seconds=chance.randint(60, 120)),
        lag=lag,
        expected_lag=allowance,
        is_retention_told=chance.random() < 0.5,
        backlog=chance.randint(150, 400),
        arrivals_per_minute=chance.choice([120.0, 240.0, 360.0]),
        pace=chance.choice([0.01, 0.05, 0.2]),
        change_after_end_rate=chance.choice([0.0, 0.5]),
        page_size=chance.choice([5, 10, 25]),
        requests_per_second=chance.choice([60, 120, 300]),
        habits={name: _chosen(chance, habits) for name, habits in _HABITS.items()},
    )


def _chosen(chance: Random, habits: Mapping[str, tuple[Any, ...]]) -> dict[str, Any]:
    return {fault: chance.choice(values) for fault, values in habits.items()}


def _written(duration: timedelta) -> str:
    return f"{duration // timedelta(milliseconds=1)}ms"
