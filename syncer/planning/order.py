"""The order of a list, learned from its rows, and when it allows a poll to stop.

No vendor documents an order. One is relied on only where a complete scan showed it and no row contradicts it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from syncer.model import Order, Task

#: How many strict steps a scan must see before it may rely on an order. Equal timestamps are no step.
ENOUGH_STEPS = 3

_TIMESTAMP: Mapping[Order, Callable[[Task], datetime | None]] = {
    Order.CREATED_DESC: lambda task: task.created_at,
    Order.CREATED_ASC: lambda task: task.created_at,
    Order.FINISHED_DESC: lambda task: task.finished_at,
    Order.UPDATED_DESC: lambda task: task.updated_at,
}


@dataclass(frozen=True, slots=True)
class Boundary:
    """How far back a poll must read: it may stop only where every row further down is older."""

    #: The frontier: earlier runs have read the tasks created before it.
    created_at: datetime
    #: An earlier run has read the last state of tasks that finished or changed before it.
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class OrderEvidence:
    """For each order that the rows of one scan have not contradicted: how strongly they support it."""

    #: Strict steps in favour. An order that was contradicted is removed.
    steps: Mapping[Order, int]
    last: Mapping[Order, datetime] = field(default_factory=dict)

    @classmethod
    def begin(cls, *, terminal: bool) -> OrderEvidence:
        """No evidence yet. A list with open tasks cannot be in finish order, as those have no finish time."""
        orders = [order for order in Order if terminal or order is not Order.FINISHED_DESC]
        return cls(dict.fromkeys(orders, 0))

    def observe(self, tasks: Iterable[Task]) -> OrderEvidence:
        """The evidence after `tasks`, the next rows of the list.

        A row without the timestamp contradicts the order: the place of such rows in it is unknown.
        """
        steps, last = dict(self.steps), dict(self.last)
        for task in tasks:
            for order in tuple(steps):
                timestamp = _TIMESTAMP[order](task)
                previous = last.get(order, timestamp)
                if timestamp is None or previous is None or _contradicts(order, previous, timestamp):
                    del steps[order]
                else:
                    steps[order] += timestamp != previous
                    last[order] = timestamp
        return OrderEvidence(steps, last)

    @property
    def proven(self) -> frozenset[Order]:
        """The orders that a complete scan with this evidence teaches."""
        return frozenset(order for order, steps in self.steps.items() if steps >= ENOUGH_STEPS)

    def to_json(self) -> dict[str, Any]:
        return {
            "steps": {order.name: steps for order, steps in self.steps.items()},
            "last": {order.name: timestamp.isoformat() for order, timestamp in self.last.items()},
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> OrderEvidence:
        return cls(
            {Order[name]: steps for name, steps in value["steps"].items()},
            {Order[name]: datetime.fromisoformat(timestamp) for name, timestamp in value["last"].items()},
        )


def _contradicts(order: Order, previous: datetime, timestamp: datetime) -> bool:
    return timestamp < previous if order is Order.CREATED_ASC else timestamp > previous


def is_beyond(task: Task, order: Order, boundary: Boundary) -> bool:
    """Whether `task`, and so every row below it in a list of this order, is older than the boundary."""
    timestamp = _TIMESTAMP[order](task)
    limit = boundary.created_at if order is Order.CREATED_DESC else boundary.changed_at
    return timestamp is not None and timestamp < limit and order is not Order.CREATED_ASC


def may_stop(
    learned: frozenset[Order], evidence: OrderEvidence, page: Sequence[Task], boundary: Boundary
) -> bool:
    """Whether a poll may stop after `page`.

    Where several learned orders are still possible, each of them must allow it: a list in finish order looks
    sorted by creation until a row contradicts that.
    """
    possible = learned & evidence.steps.keys()
    return (
        bool(possible and page)
        and possible <= evidence.proven
        and all(is_beyond(task, order, boundary) for order in possible for task in page)
    )
