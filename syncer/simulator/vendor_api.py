"""The protocol of a vendor's simulated API, and the page faults that all of them share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from syncer.model import Response
from syncer.simulator.accepted_credentials import AcceptedCredentials
from syncer.simulator.fault_injection import FaultInjector, Total
from syncer.simulator.http_messages import ApiError, SimRequest
from syncer.simulator.simulated_tasks import SimTask
from syncer.simulator.task_index import TaskIndex

JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ApiContext:
    """Dependencies of a simulated API: its tasks, the accepted credentials and the faults."""

    task_index: TaskIndex
    accepted_credentials: AcceptedCredentials
    injector: FaultInjector
    #: The regions in which the account has tasks, if the API has regions.
    regions: tuple[str, ...] = ()
    #: How long after its creation a task is found by id; None: as long as the list shows it.
    detail_retention_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ApiResult:
    """The body of a successful response, and the number of its rows."""

    body: JsonObject
    rows: int


class PageFailure(Exception):
    """A fault makes the page fail; the client gets the vendor's internal error."""


class VendorApi(Protocol):
    """One vendor's API: the formats of its requests, responses and errors."""

    @property
    def quotas(self) -> Mapping[str, float]:
        """By action: the documented calls a second."""

    def action(self, request: SimRequest) -> str:
        """The action that is requested; "?" where the request names none."""

    def authenticate(self, request: SimRequest, signature_time_ms: int) -> None:
        """Check signature, token and address. Raises ApiError for a request that is refused."""

    def execute(self, request: SimRequest) -> ApiResult:
        """The result at the instant of the task index. Raises ApiError and PageFailure."""

    def response(self, result: ApiResult, request: SimRequest) -> Response:
        """The HTTP response with this result."""

    def error_response(self, error: ApiError, request: SimRequest) -> Response:
        """The HTTP response with this error."""

    def throttled(self, quota: float) -> ApiError:
        """The error for too many calls a second."""

    def internal_error(self) -> ApiError: ...

    def permission_denied(self) -> ApiError: ...

    def record(self, task: SimTask, index: int) -> JsonObject:
        """The row of a task in its state number `index`, as the list shows it."""

    def detail(self, task: SimTask, index: int) -> JsonObject:
        """The task in its state number `index`, as a call by id shows it."""


def with_total_faults(injector: FaultInjector, page: JsonObject, name: str) -> JsonObject:
    """`page` of a list with the total that the faults demand in its field `name`."""
    faults, total = injector.faults, page[name]
    if faults.total_cap is not None and total > faults.total_cap:
        injector.count("total_cap")
        page = {**page, name: faults.total_cap}
    if faults.total is Total.EXACT:
        return page
    injector.count(f"total_{faults.total.value}")
    if faults.total is Total.ABSENT:
        return {field: value for field, value in page.items() if field != name}
    totals = {Total.ZERO: 0, Total.NULL: None, Total.SHRINKING: injector.random_below(page[name] + 1)}
    return {**page, name: totals[faults.total]}


def is_too_deep(injector: FaultInjector, start: int) -> bool:
    """Whether a page that begins behind `start` rows is refused; count that fault."""
    deepest_row = injector.faults.deepest_row
    if deepest_row is None or start <= deepest_row:
        return False
    injector.count("deepest_row")
    return True


def with_page_faults(injector: FaultInjector, tasks: list[SimTask], limit: int) -> list[SimTask]:
    """The rows of a page requested with `limit`, one of them twice if that fault fires.

    Raises PageFailure where the page is too large or has a poisoned task.
    """
    faults = injector.faults
    if faults.largest_page is not None and limit > faults.largest_page:
        injector.count("largest_page")
        raise PageFailure
    if faults.poisoned_ids and any(task.task_id in faults.poisoned_ids for task in tasks):
        injector.count("poisoned_ids")
        raise PageFailure
    if tasks and injector.fires("duplicate_rate"):
        tasks = [*tasks, tasks[injector.random_below(len(tasks))]]
    return tasks
