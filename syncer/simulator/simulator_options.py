"""What a simulator can be told: how much there is, how it moves, in what order, and what goes wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from syncer.model import Credentials
from syncer.simulator.fault_injection import Faults
from syncer.simulator.sort_orders import ListOrder

#: Each list's share of the tasks, in percent. The names are those of sources and of admin calls.
SHARES: Mapping[str, int] = {"mps-cn": 35, "mps-intl": 15, "tat": 25, "aiccs": 5, "baidu": 20}

LIST_NAMES = tuple(SHARES)

_DOCUMENTED_RETENTION = {"mps-cn": 7, "mps-intl": 7, "baidu": 7}
_DOCUMENTED_DETAIL_RETENTION = {"mps-cn": 7, "mps-intl": 3, "baidu": 7}

DEFAULT_CREDENTIALS = Credentials("AKIDsimulator0000000000000000000000", "simulated-secret-key-0000000000")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOptions:
    """What one list does differently; None: as the whole simulator."""

    backlog: int | None = None
    arrivals_per_minute: float | None = None
    order: ListOrder | None = None
    retention: timedelta | None = None
    detail_retention: timedelta | None = None
    visibility_lag: timedelta | None = None
    #: Calls a second for every action of the list; 0: unlimited.
    requests_per_second: float | None = None
    faults: Faults | None = None
    port: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorOptions:
    """The whole simulator. Everything about the tasks follows from the seed and the first instant."""

    seed: int = 1
    #: Tasks that exist when the simulator starts, shared out over the lists.
    backlog: int = 10_000
    #: Over how long a time before the start the backlog was created.
    backlog_span: timedelta = timedelta(days=7)
    #: Batches of tasks that come in each minute, likewise shared out.
    arrivals_per_minute: float = 60.0
    order: ListOrder = ListOrder.CREATED_DESC
    #: None: as documented; lists with no documented retention show everything.
    retention: timedelta | None = None
    detail_retention: timedelta | None = None
    visibility_lag: timedelta = timedelta(0)
    #: The documented limits, or none.
    has_rate_limits: bool = True
    faults: Faults = field(default_factory=Faults)
    lists: Mapping[str, ListOptions] = field(default_factory=dict)
    regions: tuple[str, ...] = ("ap-guangzhou", "ap-shanghai", "ap-singapore")
    #: Simulated seconds in a real one.
    speed: float = 1.0
    #: Multiplies how long tasks wait and run.
    pace: float = 1.0
    #: The share of campaigns (aiccs) that go on, or whose counters change, after they have ended.
    afterlife_rate: float = 0.0
    #: The first instant; None: now. The backlog lies before it.
    begin_at: datetime | None = None
    credentials: Credentials = DEFAULT_CREDENTIALS
    #: Whether signatures must bear the simulated time or the machine's, the only one official SDKs know.
    signs_by_simulated_time: bool = True
    host: str = "127.0.0.1"
    admin_port: int = 0

    def __post_init__(self) -> None:
        unknown = set(self.lists) - set(LIST_NAMES)
        if unknown:
            raise ValueError(f"There is no list {sorted(unknown)}. The lists are: {', '.join(LIST_NAMES)}.")

    def of(self, name: str) -> ListOptions:
        return self.lists.get(name, ListOptions())

    def backlog_of(self, name: str) -> int:
        own = self.of(name).backlog
        return self._share(name) if own is None else own

    def arrivals_of(self, name: str) -> float:
        own = self.of(name).arrivals_per_minute
        return self.arrivals_per_minute * SHARES[name] / 100 if own is None else own

    def order_of(self, name: str) -> ListOrder:
        return self.of(name).order or self.order

    def retention_of(self, name: str) -> timedelta | None:
        return self.of(name).retention or self.retention or _days(_DOCUMENTED_RETENTION.get(name))

    def detail_retention_of(self, name: str) -> timedelta | None:
        """How long a call by id answers: as told, else as documented, but never longer than the list."""
        own = self.of(name).detail_retention or self.detail_retention
        bounds = (own or _days(_DOCUMENTED_DETAIL_RETENTION.get(name)), self.retention_of(name))
        return min((bound for bound in bounds if bound is not None), default=None)

    def visibility_lag_of(self, name: str) -> timedelta:
        own = self.of(name).visibility_lag
        return self.visibility_lag if own is None else own

    def faults_of(self, name: str) -> Faults:
        return self.of(name).faults or self.faults

    def quotas_of(self, name: str, documented: Mapping[str, float]) -> Mapping[str, float]:
        """Calls a second, by action."""
        own = self.of(name).requests_per_second
        if own is None:
            return documented if self.has_rate_limits else {}
        return dict.fromkeys(documented, own) if own else {}

    def _share(self, name: str) -> int:
        """The list's part of the backlog; the parts add up to the whole."""
        before = sum(SHARES[other] for other in LIST_NAMES[: LIST_NAMES.index(name)])
        return self.backlog * (before + SHARES[name]) // 100 - self.backlog * before // 100


def _days(days: int | None) -> timedelta | None:
    return None if days is None else timedelta(days=days)
