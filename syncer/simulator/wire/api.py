"""What the server needs from each vendor's format, and what their pages have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from syncer.model import Answer
from syncer.simulator.catalogue import Catalogue
from syncer.simulator.exchange import Call, Refusal
from syncer.simulator.faults import Mischief
from syncer.simulator.signatures.keyring import Keyring
from syncer.simulator.tasks import SimTask

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stage:
    """What an API plays on: the tasks, the key that opens them, and the faults."""

    catalogue: Catalogue
    keyring: Keyring
    mischief: Mischief
    #: Where the account has tasks, if the API has regions.
    regions: tuple[str, ...] = ()
    #: How long a call by id answers, from the creation; None: as long as the list.
    detail_retention_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A good answer's body and how many rows are in it."""

    body: Record
    rows: int


class Broken(Exception):
    """The vendor fails to make the page: an internal error, in the vendor's own words."""


class Api(Protocol):
    """One vendor API. Raises Refusal for what the vendor refuses, Broken where it fails."""

    @property
    def quotas(self) -> Mapping[str, float]:
        """Documented calls a second, by action."""

    def action(self, call: Call) -> str:
        """What is asked for, as far as it can be told; "?" otherwise."""

    def authenticate(self, call: Call, now_ms: int) -> None:
        """Return if the call may be answered."""

    def answer(self, call: Call) -> Page:
        """The answer, at the instant the catalogue stands at."""

    def render(self, page: Page, call: Call) -> Answer: ...

    def refuse(self, refusal: Refusal, call: Call) -> Answer:
        """The error answer."""

    def throttled(self, quota: float) -> Refusal: ...

    def broken(self) -> Refusal: ...

    def denied(self) -> Refusal: ...

    def record(self, task: SimTask, index: int) -> Record:
        """The row of a task in its state number `index`, as the list shows it."""

    def detail(self, task: SimTask, index: int) -> Record:
        """What a call by id tells of the task."""


def checked(mischief: Mischief, tasks: list[SimTask], limit: int) -> list[SimTask]:
    """The rows of a page asked with `limit`, with the faults a page can have. Raises Broken."""
    faults = mischief.faults
    if faults.largest_page is not None and limit > faults.largest_page:
        mischief.note("largest_page")
        raise Broken
    if faults.poisoned_ids and any(task.task_id in faults.poisoned_ids for task in tasks):
        mischief.note("poisoned_ids")
        raise Broken
    if tasks and mischief.strikes("duplicate_rate"):
        tasks = [*tasks, tasks[mischief.pick(len(tasks))]]
    return tasks
