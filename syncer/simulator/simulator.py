"""The five task lists as local servers, wired from their parts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any

from syncer.model import Credentials
from syncer.simulator.admin import Admin
from syncer.simulator.credentials import AcceptedCredentials
from syncer.simulator.fault_injection import FaultInjector
from syncer.simulator.generator import GeneratorConfig, TaskGenerator
from syncer.simulator.ground_truth import TrueTask, true_tasks
from syncer.simulator.http_messages import SimRequest, SimResponse
from syncer.simulator.http_server import HttpServer
from syncer.simulator.quotas import RateLimit
from syncer.simulator.request_pipeline import RequestPipeline
from syncer.simulator.simulated_clock import SimulatedClock, to_ms
from syncer.simulator.simulator_options import LIST_NAMES, SimulatorOptions
from syncer.simulator.task_index import Partitions, TaskIndex
from syncer.simulator.vendors.alibaba_aiccs import api as aiccs
from syncer.simulator.vendors.alibaba_aiccs import lifecycle as aiccs_lives
from syncer.simulator.vendors.api import ApiContext, VendorApi
from syncer.simulator.vendors.baidu_vod import api as baidu
from syncer.simulator.vendors.baidu_vod import lifecycle as baidu_lives
from syncer.simulator.vendors.lifecycle import Lifecycle
from syncer.simulator.vendors.tencent_mps import api as mps
from syncer.simulator.vendors.tencent_mps import lifecycle as mps_lives
from syncer.simulator.vendors.tencent_tat import api as tat
from syncer.simulator.vendors.tencent_tat import lifecycle as tat_lives

#: By list: what its tasks are like, where they stand, and how it speaks.
_KINDS: dict[str, tuple[Lifecycle, Partitions, Callable[[ApiContext], VendorApi]]] = {
    "mps-cn": (mps_lives.LIFECYCLE, mps.partitions, mps.MpsApi),
    "mps-intl": (mps_lives.LIFECYCLE, mps.partitions, mps.MpsApi),
    "tat": (tat_lives.LIFECYCLE, tat.partitions, tat.TatApi),
    "aiccs": (aiccs_lives.LIFECYCLE, aiccs.partitions, aiccs.AiccsApi),
    "baidu": (baidu_lives.LIFECYCLE, baidu.partitions, baidu.BaiduApi),
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
        self._accepted_credentials = AcceptedCredentials(self.options.credentials)
        begin_ms = self.clock.begin_ms
        self.services = {name: self._service(name, begin_ms) for name in LIST_NAMES}
        self._servers: list[HttpServer] = []

    @property
    def credentials(self) -> Credentials:
        """The access key that every list accepts at the moment."""
        return self._accepted_credentials.credentials

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
            name: {"actions": service.request_log.counts(), "errors": service.request_log.errors()}
            for name, service in self.services.items()
        }

    def set_faults(self, name: str | None = None, /, **changes: Any) -> None:
        """Change faults of one list or of all. Raises ValueError for what is no list or no fault."""
        if name is not None and name not in self.services:
            raise ValueError(f"There is no list {name!r}. The lists are: {', '.join(self.services)}.")
        for service in [self.services[name]] if name else self.services.values():
            service.injector.faults = service.injector.faults.changed(changes)

    def faults_fired(self, name: str) -> dict[str, int]:
        """How often each fault of the list has fired."""
        return self.services[name].injector.fired()

    def fault_report(self) -> dict[str, dict[str, Any]]:
        """By list: the faults as set, and how often each has fired."""
        return {
            name: {"settings": service.injector.settings(), "fired": service.injector.fired()}
            for name, service in self.services.items()
        }

    def rotate_session_token(self) -> Credentials:
        """Let the session token expire; returns the credentials that are accepted from now on."""
        return self._accepted_credentials.rotate()

    def _service(self, name: str, begin_ms: int) -> RequestPipeline:
        options = self.options
        lifecycle, partitions, api_of = _KINDS[name]
        task_index = TaskIndex(
            TaskGenerator(lifecycle, self._plan(name), begin_ms),
            partitions,
            order=options.order_of(name),
            lag_ms=_ms(options.visibility_lag_of(name)) or 0,
            retention_ms=_ms(options.retention_of(name)),
        )
        task_index.advance(begin_ms)
        injector = FaultInjector(options.faults_of(name), f"{options.seed}/{name}/faults")
        context = ApiContext(
            task_index,
            self._accepted_credentials,
            injector,
            options.regions,
            _ms(options.detail_retention_of(name)),
        )
        api = api_of(context)
        limit = RateLimit(options.quotas_of(name, api.quotas))
        return RequestPipeline(api, task_index, injector, limit, self.clock.now_ms)

    def _plan(self, name: str) -> GeneratorConfig:
        options = self.options
        return GeneratorConfig(
            seed=f"{options.seed}/{name}",
            backlog=options.backlog_of(name),
            span_ms=_ms(options.backlog_span) or 1,
            arrivals_per_minute=options.arrivals_of(name),
            pace=options.pace,
            regions=options.regions if name == "tat" else ("",),
            afterlife_rate=options.afterlife_rate,
        )

    def _respond(self, service: RequestPipeline) -> Callable[[SimRequest], SimResponse]:
        return lambda call: service(call, self._signed_ms())

    def _signed_ms(self) -> int:
        return self.clock.now_ms() if self.options.signs_by_simulated_time else int(time.time() * 1000)

    def _serve(self, name: str, respond: Callable[[SimRequest], SimResponse], port: int) -> None:
        server = HttpServer(respond, lambda: self.clock.now_ms() / 1000, host=self.options.host, port=port)
        server.start()
        self._servers.append(server)
        self.endpoints[name] = server.url


def _ms(duration: timedelta | None) -> int | None:
    return None if duration is None else duration // timedelta(milliseconds=1)
