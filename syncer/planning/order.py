"""Finding out which order a list is in, and when that allows a poll to stop.

No vendor documents an order, so one is believed only where it was learned and while nothing contradicts it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from syncer.model import Order, Task

#: Strict steps that a scan must have seen before it may rely on an order. Equal stamps are no step.
ENOUGH_STEPS = 3

_STAMP: Mapping[Order, Callable[[Task], datetime | None]] = {
    Order.CREATED_DESC: lambda task: task.created_at,
    Order.CREATED_ASC: lambda task: task.created_at,
    Order.FINISHED_DESC: lambda task: task.finished_at,
    Order.UPDATED_DESC: lambda task: task.updated_at,
}


@dataclass(frozen=True, slots=True)
class Boundary:
    """How far back a poll must read: it may stop only where everything further down lies beyond."""

    #: The frontier: tasks created before it were read by earlier runs.
    created_at: datetime
    #: Tasks that finished or changed before it were seen so by an earlier run.
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class OrderEvidence:
    """What the rows of one scan say of each order that they have not contradicted yet."""

    #: Strict steps seen in favour; an order that was contradicted is gone.
    steps: Mapping[Order, int]
    last: Mapping[Order, datetime] = field(default_factory=dict)

    @classmethod
    def begin(cls, *, terminal: bool) -> OrderEvidence:
        """No evidence yet. A list that shows open tasks can have no finish order: where would it put them?"""
        orders = [order for order in Order if terminal or order is not Order.FINISHED_DESC]
        return cls(dict.fromkeys(orders, 0))

    def observe(self, tasks: Iterable[Task]) -> OrderEvidence:
        """The evidence after `tasks`, the next rows of the list.

        A row without the stamp contradicts: nobody can say where the list puts others like it.
        """
        steps, last = dict(self.steps), dict(self.last)
        for task in tasks:
            for order in tuple(steps):
                stamp = _STAMP[order](task)
                previous = last.get(order, stamp)
                if stamp is None or previous is None or _is_against(order, previous, stamp):
                    del steps[order]
                else:
                    steps[order] += stamp != previous
                    last[order] = stamp
        return OrderEvidence(steps, last)

    @property
    def proven(self) -> frozenset[Order]:
        """The orders that a complete scan with this evidence teaches."""
        return frozenset(order for order, steps in self.steps.items() if steps >= ENOUGH_STEPS)

    def to_json(self) -> dict[str, Any]:
        return {
            "steps": {order.name: steps for order, steps in self.steps.items()},
            "last": {order.name: stamp.isoformat() for order, stamp in self.last.items()},
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> OrderEvidence:
        return cls(
            {Order[name]: steps for name, steps in value["steps"].items()},
            {Order[name]: datetime.fromisoformat(stamp) for name, stamp in value["last"].items()},
        )


def _is_against(order: Order, previous: datetime, stamp: datetime) -> bool:
    return stamp < previous if order is Order.CREATED_ASC else stamp > previous


def is_beyond(task: Task, order: Order, boundary: Boundary) -> bool:
    """Whether everything below `task` in a list of this order is too old to matter."""
    stamp = _STAMP[order](task)
    limit = boundary.created_at if order is Order.CREATED_DESC else boundary.changed_at
    return stamp is not None and stamp < limit and order is not Order.CREATED_ASC


def may_stop(
    learned: frozenset[Order], evidence: OrderEvidence, page: Sequence[Task], boundary: Boundary
) -> bool:
    """Whether a poll may stop after `page`.

    Where several learned orders are still possible, it must be allowed in each of them: a list of late
    finishers looks sorted by creation too until one of them is not.
    """
    possible = learned & evidence.steps.keys()
    return (
        bool(possible and page)
        and possible <= evidence.proven
        and all(is_beyond(task, order, boundary) for order in possible for task in page)
    )
