"""Protocols: what the engine needs from providers, network, clock and database.

`tests/support` has a fake of each.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any, Protocol

from syncer.model import (
    Batch,
    Counts,
    Credentials,
    Envelope,
    Facts,
    Mode,
    OpenTask,
    Page,
    ProviderExample,
    Query,
    Request,
    Response,
    Run,
    Stream,
    StreamState,
    Task,
)


class Provider(Protocol):
    """One vendor API as one source uses it. Pure: values in, values out; no I/O, no clock.

    `syncer.providers.base.BaseProvider` has every part that a provider may omit.
    """

    @property
    def name(self) -> str:
        """Its key in the registry, and the value of `provider` in the configuration: `baidu_vod`."""

    @property
    def title(self) -> str:
        """Its name in prose: `Baidu VOD`."""

    @property
    def facts(self) -> Facts:
        """What is known of the API before the first call."""

    @property
    def site(self) -> str:
        """Which of the vendor's separate clouds is read; "" where the vendor has only one."""

    @property
    def regions(self) -> tuple[str, ...] | None:
        """The regions to read, `("global",)` where the API has none; None: all that the account has."""

    def request(self, query: Query) -> Request:
        """The unsigned request for `query`."""

    def sign(self, request: Request, credentials: Credentials, now: datetime, nonce: str) -> Request:
        """`request` with the headers that authenticate it at `now`; `nonce` is new for every attempt."""

    def parse(self, query: Query, response: Response) -> Envelope:
        """The records in `response`, as the vendor sent them.

        An id that is unknown to the vendor gives an empty envelope, not an error.
        Raises the class of `syncer.errors` that names the reaction, with the vendor's request id.
        """

    def task(self, query: Query, record: Mapping[str, Any], observed_at: datetime) -> Task:
        """The task in one record, which was received at `observed_at` on the provider's clock.

        Instants that no task can have are None. Raises RecordError only where the record has no usable id.
        """

    def reduce(self, record: dict[str, Any]) -> dict[str, Any]:
        """`record` without what must not be stored, by the source's options."""

    def identity_request(self) -> Request | None:
        """The unsigned request for the account of the credentials; None where the vendor has no such call."""

    def parse_identity(self, response: Response) -> str:
        """The id of the account in `response`, which does not change when keys do.

        Called only where `identity_request` returns a request. Raises as `parse` does.
        """

    def regions_request(self) -> Request:
        """The unsigned request for the regions of the account. Called only where `regions` is None."""

    def parse_regions(self, response: Response) -> tuple[str, ...]:
        """The names of the regions in `response` that can be used."""


class ProviderClass(Protocol):
    """The class of a provider, as the registry holds it. Calling it creates a Provider."""

    @property
    def name(self) -> str:
        """See Provider."""

    @property
    def title(self) -> str:
        """See Provider."""

    @property
    def options_class(self) -> type[Any]:
        """A frozen dataclass: its fields are the configuration keys that only this provider has."""

    @property
    def example(self) -> ProviderExample:
        """Its configuration and a response, for `syncer init`, the documentation and the contract tests."""

    def __call__(self, *, options: Any, endpoint: str | None = None) -> Provider:
        """Create the provider for one source; `endpoint` replaces the vendor's own scheme and host.

        Raises ConfigurationError where `endpoint` is more, or less, than scheme and host.
        """


class Fetch(Protocol):
    """Sends the requests of one source: signs, limits the rate, retries, parses."""

    def __call__(self, query: Query) -> Page:
        """Fetch one page; return it parsed. Raises the SyncerError that retries did not resolve."""

    def now(self) -> datetime:
        """The time on the provider's clock."""

    def resume(self) -> None:
        """Send requests again although a pause that the vendor asked for has not ended."""


class Clock(Protocol):
    """The time of this machine. Only `syncer.app` creates a real one."""

    def now(self) -> datetime:
        """The wall clock, in UTC."""

    def monotonic(self) -> float:
        """Seconds since a fixed point, those of a suspension included. Setting the clock changes nothing."""

    def sleep(self, duration: timedelta) -> None:
        """Return after `duration`. Raises Stopped as soon as the process is asked to stop."""


class StreamStore(Protocol):
    """The data of one stream, under a lease. Every method raises LeaseLost once the lease is lost."""

    def state(self) -> StreamState:
        """Coverage of the stream, and what earlier runs have learned about its lists."""

    def open_tasks(self) -> Mapping[str, OpenTask]:
        """The tasks that can still change and are not lost, by id."""

    def count_since(self, created_at: datetime, at_most: int) -> int:
        """Number of tasks created at `created_at` or later; `at_most` where there are more."""

    def without_outcome(self, run: Run) -> Mapping[str, datetime | None]:
        """Creation times, by id, of the tasks that this run has stored as `finished` without an outcome."""

    def succeeded_among(self, task_ids: Collection[str]) -> set[str]:
        """Those of `task_ids` whose stored status is `succeeded`."""

    def start(self, mode: Mode, now: datetime) -> Run:
        """Start a run at `now`, or resume the interrupted run of this mode; return it."""

    def commit(self, batch: Batch) -> Counts:
        """Store the batch in one transaction; return the counts."""


class Store(Protocol):
    """The database, as the engine uses it."""

    def claim(self, stream: Stream) -> AbstractContextManager[StreamStore]:
        """Acquire the lease of `stream` for a `with` block. Raises LeaseLost if another process holds it."""
