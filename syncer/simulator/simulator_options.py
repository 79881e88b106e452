"""Options of the simulator: number of tasks, their changes, the order of lists, rate limits and faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from syncer.model import Credentials
from syncer.simulator.fault_injection import Faults
from syncer.simulator.sort_orders import ListOrder
from syncer.simulator.vendors import LISTS

LIST_NAMES = tuple(LISTS)

DEFAULT_CREDENTIALS = Credentials("AKIDsimulator0000000000000000000000", "simulated-secret-key-0000000000")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOptions:
    """Options of one list; None: as the whole simulator."""

    backlog: int | None = None
    arrivals_per_minute: float | None = None
    order: ListOrder | None = None
    retention: timedelta | None = None
    detail_retention: timedelta | None = None
    visibility_lag: timedelta | None = None
    #: Calls a second for every action of the list; 0: unlimited.
    requests_per_second: float | None = None
    faults: Faults | None = None
    #: 0: any free port.
    port: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorOptions:
    """Options of the whole simulator. The tasks depend only on these, among them the first instant.

    Raises ValueError for options of an unknown list.
    """

    seed: int = 1
    #: Tasks that exist at the first instant, divided among the lists by weight.
    backlog: int = 10_000
    #: The backlog was created within this time before the first instant.
    backlog_span: timedelta = timedelta(days=7)
    #: Batches of tasks submitted each minute from then on, divided likewise.
    arrivals_per_minute: float = 60.0
    #: None: each list's own default.
    order: ListOrder | None = None
    #: None: as documented; lists with no documented retention show every task.
    retention: timedelta | None = None
    detail_retention: timedelta | None = None
    #: How long after its creation a list first shows a task.
    visibility_lag: timedelta = timedelta(0)
    #: Whether the documented rate limits apply.
    has_rate_limits: bool = True
    faults: Faults = field(default_factory=Faults)
    lists: Mapping[str, ListOptions] = field(default_factory=dict)
    regions: tuple[str, ...] = ("ap-guangzhou", "ap-shanghai", "ap-singapore")
    #: Simulated seconds in a real second.
    speed: float = 1.0
    #: Factor on how long tasks wait and run.
    pace: float = 1.0
    #: The share of campaigns (aiccs) that resume, or whose counters change, after their end.
    change_after_end_rate: float = 0.0
    #: The first instant; None: now. The backlog was created before it.
    begin_at: datetime | None = None
    credentials: Credentials = DEFAULT_CREDENTIALS
    #: Signatures are checked against the simulated time; False: the machine's, as official SDKs sign.
    signs_by_simulated_time: bool = True
    host: str = "127.0.0.1"
    #: 0: any free port.
    admin_port: int = 0

    def __post_init__(self) -> None:
        unknown = set(self.lists) - set(LISTS)
        if unknown:
            raise ValueError(f"There is no list {sorted(unknown)}. The lists are: {', '.join(LISTS)}.")

    def list_options(self, name: str) -> ListOptions:
        """The list's own options."""
        return self.lists.get(name, ListOptions())

    def backlog_of(self, name: str) -> int:
        """Tasks of the list that exist at the first instant."""
        own = self.list_options(name).backlog
        return self._backlog_share(name) if own is None else own

    def arrivals_of(self, name: str) -> float:
        """Batches of tasks that the list gets each minute."""
        own = self.list_options(name).arrivals_per_minute
        return self.arrivals_per_minute * LISTS[name].weight / _total_weight() if own is None else own

    def order_of(self, name: str) -> ListOrder:
        """The order in which the list shows its tasks."""
        return self.list_options(name).order or self.order or LISTS[name].order

    def retention_of(self, name: str) -> timedelta | None:
        """How long the list shows a task; None: for ever."""
        return self.list_options(name).retention or self.retention or LISTS[name].retention

    def detail_retention_of(self, name: str) -> timedelta | None:
        """How long a call by id finds a task, at most as long as the list shows it; None: for ever."""
        own = self.list_options(name).detail_retention or self.detail_retention
        bounds = (own or LISTS[name].detail_retention, self.retention_of(name))
        return min((bound for bound in bounds if bound is not None), default=None)

    def visibility_lag_of(self, name: str) -> timedelta:
        """How long after its creation the list first shows a task."""
        own = self.list_options(name).visibility_lag
        return self.visibility_lag if own is None else own

    def faults_of(self, name: str) -> Faults:
        """The faults of the list at the start."""
        return self.list_options(name).faults or self.faults

    def quotas_of(self, name: str, documented: Mapping[str, float]) -> Mapping[str, float]:
        """By action: calls a second; actions without a limit are left out."""
        own = self.list_options(name).requests_per_second
        if own is None:
            return documented if self.has_rate_limits else {}
        return dict.fromkeys(documented, own) if own else {}

    def _backlog_share(self, name: str) -> int:
        """The list's share of the backlog; the shares add up to the whole."""
        names = list(LISTS)
        before = sum(LISTS[other].weight for other in names[: names.index(name)])
        upto = before + LISTS[name].weight
        return self.backlog * upto // _total_weight() - self.backlog * before // _total_weight()


def _total_weight() -> int:
    return sum(spec.weight for spec in LISTS.values())
