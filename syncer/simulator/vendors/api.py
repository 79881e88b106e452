"""What the server needs from each vendor's format, and what their pages have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from syncer.model import Response
from syncer.simulator.credentials import AcceptedCredentials
from syncer.simulator.fault_injection import FaultInjector
from syncer.simulator.http_messages import ApiError, SimRequest
from syncer.simulator.simulated_tasks import SimTask
from syncer.simulator.task_index import TaskIndex

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ApiContext:
    """What an API plays on: the tasks, the key that opens them, and the faults."""

    task_index: TaskIndex
    accepted_credentials: AcceptedCredentials
    injector: FaultInjector
    #: Where the account has tasks, if the API has regions.
    regions: tuple[str, ...] = ()
    #: How long a call by id answers, from the creation; None: as long as the list.
    detail_retention_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ApiPage:
    """A good answer's body and how many rows are in it."""

    body: Record
    rows: int


class InternalApiError(Exception):
    """The vendor fails to make the page: an internal error, in the vendor's own words."""


class VendorApi(Protocol):
    """One vendor API. Raises Refusal for what the vendor refuses, Broken where it fails."""

    @property
    def quotas(self) -> Mapping[str, float]:
        """Documented calls a second, by action."""

    def action(self, call: SimRequest) -> str:
        """What is asked for, as far as it can be told; "?" otherwise."""

    def authenticate(self, call: SimRequest, now_ms: int) -> None:
        """Return if the call may be answered."""

    def answer(self, call: SimRequest) -> ApiPage:
        """The answer, at the instant the catalogue stands at."""

    def render(self, page: ApiPage, call: SimRequest) -> Response: ...

    def refuse(self, refusal: ApiError, call: SimRequest) -> Response:
        """The error answer."""

    def throttled(self, quota: float) -> ApiError: ...

    def broken(self) -> ApiError: ...

    def denied(self) -> ApiError: ...

    def record(self, task: SimTask, index: int) -> Record:
        """The row of a task in its state number `index`, as the list shows it."""

    def detail(self, task: SimTask, index: int) -> Record:
        """What a call by id tells of the task."""


def checked(injector: FaultInjector, tasks: list[SimTask], limit: int) -> list[SimTask]:
    """The rows of a page asked with `limit`, with the faults a page can have. Raises Broken."""
    faults = injector.faults
    if faults.largest_page is not None and limit > faults.largest_page:
        injector.note("largest_page")
        raise InternalApiError
    if faults.poisoned_ids and any(task.task_id in faults.poisoned_ids for task in tasks):
        injector.note("poisoned_ids")
        raise InternalApiError
    if tasks and injector.fires("duplicate_rate"):
        tasks = [*tasks, tasks[injector.pick(len(tasks))]]
    return tasks
