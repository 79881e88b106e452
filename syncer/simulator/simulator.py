"""The five task lists as local servers, wired from their parts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any

from syncer.model import Credentials
from syncer.simulator.admin import Admin
from syncer.simulator.catalogue import Catalogue, Shelves
from syncer.simulator.clock import SimulatedClock, to_ms
from syncer.simulator.exchange import Call, Reply
from syncer.simulator.faults import Mischief
from syncer.simulator.lives import aiccs as aiccs_lives
from syncer.simulator.lives import baidu as baidu_lives
from syncer.simulator.lives import mps as mps_lives
from syncer.simulator.lives import tat as tat_lives
from syncer.simulator.lives.species import Species
from syncer.simulator.options import LIST_NAMES, SimulatorOptions
from syncer.simulator.rates import RateLimit
from syncer.simulator.server import Server
from syncer.simulator.service import Service
from syncer.simulator.signatures.keyring import Keyring
from syncer.simulator.truth import TrueTask, true_tasks
from syncer.simulator.wire import aiccs, baidu, mps, tat
from syncer.simulator.wire.api import Api, Stage
from syncer.simulator.world import Plan, Population

#: By list: what its tasks are like, where they stand, and how it speaks.
_KINDS: dict[str, tuple[Species, Shelves, Callable[[Stage], Api]]] = {
    "mps-cn": (mps_lives.SPECIES, mps.shelves, mps.MpsApi),
    "mps-intl": (mps_lives.SPECIES, mps.shelves, mps.MpsApi),
    "tat": (tat_lives.SPECIES, tat.shelves, tat.TatApi),
    "aiccs": (aiccs_lives.SPECIES, aiccs.shelves, aiccs.AiccsApi),
    "baidu": (baidu_lives.SPECIES, baidu.shelves, baidu.BaiduApi),
}


class Simulator:
    """Five task lists on loopback, each on its own port, and an admin port. Also a context manager.

    The tasks of the backlog are made at once; the ports open with `start`.
    """

    def __init__(self, options: SimulatorOptions | None = None) -> None:
        self.options = options or SimulatorOptions()
        self.clock = SimulatedClock(begin_at=self.options.begin_at, speed=self.options.speed)
        #: Where each list is served, and "admin"; empty before the start.
        self.endpoints: dict[str, str] = {}
        self._keyring = Keyring(self.options.credentials)
        begin_ms = self.clock.begin_ms
        self.services = {name: self._service(name, begin_ms) for name in LIST_NAMES}
        self._servers: list[Server] = []

    @property
    def credentials(self) -> Credentials:
        """The access key that every list accepts at the moment."""
        return self._keyring.credentials

    def start(self) -> None:
        for name, service in self.services.items():
            self._serve(name, self._respond(service), self.options.of(name).port)
        self._serve("admin", Admin(self), self.options.admin_port)

    def stop(self) -> None:
        """Close the ports; the truth stays."""
        while self._servers:
            self._servers.pop().stop()

    def __enter__(self) -> Simulator:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def freeze(self) -> None:
        """Stop the simulated time."""
        self.clock.freeze()

    def thaw(self) -> None:
        """Let the simulated time go on."""
        self.clock.thaw()

    def advance(self, duration: timedelta) -> None:
        """Move the simulated time ahead, frozen or not."""
        self.clock.advance(duration)

    def truth(self, name: str, *, now: datetime | None = None, future: bool = False) -> Iterator[TrueTask]:
        """Every task of the list created by `now` (default: the clock's), with what has happened to it.

        With `future` also with what is still to come.
        """
        now_ms = self.clock.now_ms() if now is None else to_ms(now)
        return true_tasks(self.services[name], now_ms, future=future)

    def requests(self) -> dict[str, dict[str, Any]]:
        """By list: the counts of each action, and of each error code."""
        return {
            name: {"actions": service.ledger.counts(), "errors": service.ledger.errors()}
            for name, service in self.services.items()
        }

    def set_faults(self, name: str | None = None, /, **changes: Any) -> None:
        """Change faults of one list or of all. Raises ValueError for what is no list or no fault."""
        if name is not None and name not in self.services:
            raise ValueError(f"There is no list {name!r}. The lists are: {', '.join(self.services)}.")
        for service in [self.services[name]] if name else self.services.values():
            service.mischief.faults = service.mischief.faults.changed(changes)

    def faults_fired(self, name: str) -> dict[str, int]:
        """How often each fault of the list has fired."""
        return self.services[name].mischief.fired()

    def fault_report(self) -> dict[str, dict[str, Any]]:
        """By list: the faults as set, and how often each has fired."""
        return {
            name: {"settings": service.mischief.settings(), "fired": service.mischief.fired()}
            for name, service in self.services.items()
        }

    def rotate_session_token(self) -> Credentials:
        """Let the session token expire; returns the credentials that are accepted from now on."""
        return self._keyring.rotate()

    def _service(self, name: str, begin_ms: int) -> Service:
        options = self.options
        species, shelves, api_of = _KINDS[name]
        catalogue = Catalogue(
            Population(species, self._plan(name), begin_ms),
            shelves,
            order=options.order_of(name),
            lag_ms=_ms(options.visibility_lag_of(name)) or 0,
            retention_ms=_ms(options.retention_of(name)),
        )
        catalogue.advance(begin_ms)
        mischief = Mischief(options.faults_of(name), f"{options.seed}/{name}/faults")
        stage = Stage(
            catalogue, self._keyring, mischief, options.regions, _ms(options.detail_retention_of(name))
        )
        api = api_of(stage)
        limit = RateLimit(options.quotas_of(name, api.quotas))
        return Service(api, catalogue, mischief, limit, self.clock.now_ms)

    def _plan(self, name: str) -> Plan:
        options = self.options
        return Plan(
            seed=f"{options.seed}/{name}",
            backlog=options.backlog_of(name),
            span_ms=_ms(options.backlog_span) or 1,
            arrivals_per_minute=options.arrivals_of(name),
            pace=options.pace,
            regions=options.regions if name == "tat" else ("",),
            afterlife_rate=options.afterlife_rate,
        )

    def _respond(self, service: Service) -> Callable[[Call], Reply]:
        return lambda call: service(call, self._signed_ms())

    def _signed_ms(self) -> int:
        return self.clock.now_ms() if self.options.signs_by_simulated_time else int(time.time() * 1000)

    def _serve(self, name: str, respond: Callable[[Call], Reply], port: int) -> None:
        server = Server(respond, lambda: self.clock.now_ms() / 1000, host=self.options.host, port=port)
        server.start()
        self._servers.append(server)
        self.endpoints[name] = server.url


def _ms(duration: timedelta | None) -> int | None:
    return None if duration is None else duration // timedelta(milliseconds=1)
