"""The simulator: creates the lists, their HTTP servers and the admin port, and controls them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from types import TracebackType
from typing import Any

from syncer.model import Credentials
from syncer.simulator.accepted_credentials import AcceptedCredentials
from syncer.simulator.admin import AdminApi
from syncer.simulator.fault_injection import FaultInjector
from syncer.simulator.generator import GeneratorConfig, TaskGenerator
from syncer.simulator.ground_truth import TrueTask, true_tasks
from syncer.simulator.http_messages import SimRequest, SimResponse
from syncer.simulator.http_server import HttpServer
from syncer.simulator.quotas import RateLimit
from syncer.simulator.request_pipeline import RequestPipeline
from syncer.simulator.simulated_clock import SimulatedClock, to_ms
from syncer.simulator.simulator_options import SimulatorOptions
from syncer.simulator.task_index import TaskIndex
from syncer.simulator.vendor_api import ApiContext
from syncer.simulator.vendors import LISTS


class Simulator:
    """All simulated lists, each on its own port, and the admin port. A context manager.

    The constructor generates the backlog; `start` opens the ports.
    """

    def __init__(self, options: SimulatorOptions | None = None) -> None:
        self.options = options or SimulatorOptions()
        self.clock = SimulatedClock(begin_at=self.options.begin_at, speed=self.options.speed)
        #: By list, and "admin": the URL; empty before the start.
        self.endpoints: dict[str, str] = {}
        self._accepted_credentials = AcceptedCredentials(self.options.credentials)
        #: By list.
        self.pipelines = {name: self._create_pipeline(name) for name in LISTS}
        self._servers: list[HttpServer] = []

    @property
    def credentials(self) -> Credentials:
        """The credentials that all lists accept at present."""
        return self._accepted_credentials.credentials

    @property
    def list_names(self) -> tuple[str, ...]:
        return tuple(self.pipelines)

    def start(self) -> None:
        """Open all ports. Raises OSError, which names the port that cannot be opened."""
        for name, pipeline in self.pipelines.items():
            self._serve(name, partial(self._respond, pipeline), self.options.list_options(name).port)
        self._serve("admin", AdminApi(self).respond, self.options.admin_port)

    def stop(self) -> None:
        """Close all ports; the ground truth can still be read."""
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
        """Let the simulated time continue."""
        self.clock.thaw()

    def advance(self, duration: timedelta) -> None:
        """Move the simulated time ahead, frozen or not."""
        self.clock.advance(duration)

    def true_tasks(
        self, name: str, *, now: datetime | None = None, future: bool = False
    ) -> Iterator[TrueTask]:
        """Every task of the list created by `now` (default: the clock's), with its states up to then.

        With `future` also the later states of these tasks.
        """
        now_ms = self.clock.now_ms() if now is None else to_ms(now)
        return true_tasks(self.pipelines[name], now_ms, future=future)

    def requests(self) -> dict[str, dict[str, Any]]:
        """By list: the counts of each action, and of each error code."""
        return {
            name: {"actions": pipeline.request_log.counts(), "errors": pipeline.request_log.errors()}
            for name, pipeline in self.pipelines.items()
        }

    def set_faults(self, name: str | None = None, /, **changes: Any) -> None:
        """Change faults of one list or of all. Raises ValueError for an unknown list or fault."""
        if name is not None and name not in self.pipelines:
            raise ValueError(f"There is no list {name!r}. The lists are: {', '.join(self.pipelines)}.")
        for pipeline in [self.pipelines[name]] if name else self.pipelines.values():
            pipeline.injector.faults = pipeline.injector.faults.with_changes(changes)

    def faults_fired(self, name: str) -> dict[str, int]:
        """How often each fault of the list has fired."""
        return self.pipelines[name].injector.fired()

    def fault_report(self) -> dict[str, dict[str, Any]]:
        """By list: the fault settings, and how often each fault has fired."""
        return {
            name: {"settings": pipeline.injector.settings(), "fired": pipeline.injector.fired()}
            for name, pipeline in self.pipelines.items()
        }

    def rotate_session_token(self) -> Credentials:
        """Expire the session token; return the credentials that are accepted from now on."""
        return self._accepted_credentials.rotate()

    def signature_time_ms(self) -> int:
        """The epoch millisecond against which signatures are checked."""
        return self.clock.now_ms() if self.options.signs_by_simulated_time else int(time.time() * 1000)

    def _create_pipeline(self, name: str) -> RequestPipeline:
        """Create one list, with its backlog indexed at the first instant."""
        options, spec, begin_ms = self.options, LISTS[name], self.clock.begin_ms
        task_index = TaskIndex(
            TaskGenerator(spec.lifecycle, self._generator_config(name), begin_ms),
            spec.filter_keys,
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
        api = spec.create_api(context)
        rate_limit = RateLimit(options.quotas_of(name, api.quotas))
        return RequestPipeline(api, task_index, injector, rate_limit, self.clock.now_ms)

    def _generator_config(self, name: str) -> GeneratorConfig:
        options = self.options
        return GeneratorConfig(
            seed=f"{options.seed}/{name}",
            backlog=options.backlog_of(name),
            span_ms=_ms(options.backlog_span) or 1,
            arrivals_per_minute=options.arrivals_of(name),
            pace=options.pace,
            regions=options.regions if LISTS[name].has_regions else ("",),
            change_after_end_rate=options.change_after_end_rate,
        )

    def _respond(self, pipeline: RequestPipeline, request: SimRequest) -> SimResponse:
        return pipeline.respond(request, self.signature_time_ms())

    def _serve(self, name: str, respond: Callable[[SimRequest], SimResponse], port: int) -> None:
        try:
            server = HttpServer(
                respond, lambda: self.clock.now_ms() / 1000, host=self.options.host, port=port
            )
        except (OSError, OverflowError) as error:
            self.stop()
            reason = getattr(error, "strerror", None) or str(error)
            raise OSError(f"{name} cannot listen on {self.options.host}:{port}: {reason}") from error
        server.start()
        self._servers.append(server)
        self.endpoints[name] = server.url


def _ms(duration: timedelta | None) -> int | None:
    return None if duration is None else duration // timedelta(milliseconds=1)
