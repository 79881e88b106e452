"""Random scenarios: the simulator's tasks, orders and permanent faults, and syncer's settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from syncer.simulator import LIST_NAMES, ListOrder

#: By list: the choices for each permanent fault.
_PERMANENT_FAULTS: Mapping[str, Mapping[str, tuple[Any, ...]]] = {
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
    """Everything that a seed determines before the start."""

    seed: int
    orders: Mapping[str, ListOrder]
    #: How long lists show a task.
    retention: timedelta
    #: How long after its creation lists first show a task.
    lag: timedelta
    #: The visibility lag in syncer's configuration.
    configured_lag: timedelta
    #: Whether the configuration states the retention of lists whose vendor documents none.
    is_retention_configured: bool
    backlog: int
    arrivals_per_minute: float
    pace: float
    change_after_end_rate: float
    page_size: int
    requests_per_second: int
    permanent_faults: Mapping[str, Mapping[str, Any]]

    @property
    def is_lag_within_limit(self) -> bool:
        """Whether lists show tasks within the configured lag, so that polls miss none."""
        return self.lag <= self.configured_lag

    @property
    def lists_without_outcome(self) -> frozenset[str]:
        """Lists whose filter does not show which tasks failed."""
        return frozenset(
            name for name, faults in self.permanent_faults.items() if faults.get("failed_filter") != "works"
        )

    def arguments(self) -> list[str]:
        """The arguments of `syncer simulate`."""
        return [
            *("--seed", str(self.seed)),
            *("--backlog", str(self.backlog)),
            *("--span", _duration(2 * self.retention)),
            *("--arrivals", str(self.arrivals_per_minute)),
            *("--retention", _duration(self.retention)),
            *("--lag", _duration(self.lag)),
            *("--pace", str(self.pace)),
            *("--afterlife", str(self.change_after_end_rate)),
            "--no-rate-limits",
            *(word for name, order in self.orders.items() for word in ("--order", f"{name}={order}")),
            *(word for setting in self._faults() for word in ("--fault", setting)),
        ]

    def sources(self) -> dict[str, Any]:
        """The settings of all sources."""
        return {
            "retention": _duration(self.retention),
            "visibility_lag": _duration(self.configured_lag),
            "page_size": self.page_size,
            "requests_per_second": self.requests_per_second,
        }

    def lists(self) -> dict[str, dict[str, Any]]:
        """By list: settings of single sources."""
        return (
            {} if self.is_retention_configured else {name: {"retention": None} for name in ("tat", "aiccs")}
        )

    def _faults(self) -> Iterator[str]:
        for name, faults in self.permanent_faults.items():
            for fault, value in faults.items():
                if value is not None:
                    yield f"{name}:{fault}={str(value).lower()}"


def make_scenario(seed: int) -> SoakScenario:
    """The scenario of a seed."""
    random = Random(seed)
    lag = timedelta(milliseconds=random.choice([0, 0, 300, 1_000]))
    # In some scenarios the lag is longer than configured.
    configured_lag = timedelta(0) if random.random() < 0.2 else lag + timedelta(milliseconds=500)
    return SoakScenario(
        seed=seed,
        orders={name: random.choice(list(ListOrder)) for name in LIST_NAMES},
        retention=timedelta(seconds=random.randint(60, 120)),
        lag=lag,
        configured_lag=configured_lag,
        is_retention_configured=random.random() < 0.5,
        backlog=random.randint(150, 400),
        arrivals_per_minute=random.choice([120.0, 240.0, 360.0]),
        pace=random.choice([0.01, 0.05, 0.2]),
        change_after_end_rate=random.choice([0.0, 0.5]),
        page_size=random.choice([5, 10, 25]),
        requests_per_second=random.choice([60, 120, 300]),
        permanent_faults={name: _draw(random, choices) for name, choices in _PERMANENT_FAULTS.items()},
    )


def _draw(random: Random, choices: Mapping[str, tuple[Any, ...]]) -> dict[str, Any]:
    return {fault: random.choice(values) for fault, values in choices.items()}


def _duration(duration: timedelta) -> str:
    return f"{duration // timedelta(milliseconds=1)}ms"
