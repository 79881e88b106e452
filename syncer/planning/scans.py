"""One scan: the pages of one query, what they have shown, and whether the end of the list is credible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from syncer.model import Listing, Page, Query, Task, in_bounds
from syncer.planning.order import OrderEvidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One query whose pages are read: a list, to its end or to the boundary, possibly within a window."""

    listing: Listing
    #: May not stop at the boundary.
    reads_to_end: bool
    created_from: datetime | None = None
    created_to: datetime | None = None

    @property
    def name(self) -> str:
        """The scan's name, unique within a run; a resumed run has the same names."""
        if self.created_from is None and self.created_to is None:
            return self.listing.name
        ends = (t.isoformat() if t else "" for t in (self.created_from, self.created_to))
        return f"{self.listing.name}@{'/'.join(ends)}"

    def begin(self) -> ScanProgress:
        """The progress of this scan before its first page."""
        return ScanProgress(order=OrderEvidence.begin(terminal=self.listing.terminal))

    def query(self, region: str, cursor: str | None, limit: int, *, longest_page: int = 0) -> Query:
        """The query for the page at `cursor`; `longest_page` as in Query."""
        return Query(
            list_name=self.listing.name,
            region=region,
            cursor=cursor,
            limit=limit,
            longest_page=longest_page,
            created_from=self.created_from,
            created_to=self.created_to,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanProgress:
    """What an unfinished scan has learned. The checkpoint holds it as JSON."""

    order: OrderEvidence
    rows: int = 0
    #: Rows that may have existed when the first page was read, and so are in its total.
    due: int = 0
    pages: int = 0
    #: The total that the first page gave.
    first_total: int | None = None
    #: When the first and the last page were requested.
    first_page_at: datetime | None = None
    last_page_at: datetime | None = None
    #: When the last page had been received.
    last_answer_at: datetime | None = None
    #: How long the list shows a task at least: the highest age of the last timestamp of an ended task.
    shown_for: timedelta | None = None
    #: The oldest creation time of the rows so far. In a checkpoint: of all rows of the run.
    oldest_created_at: datetime | None = None

    def observe(
        self, page: Page, new: Sequence[Task], listing: Listing, *, rejected: int = 0
    ) -> ScanProgress:
        """The progress after `page`; `new` and `rejected` rows are those not shown in this scan before."""
        began_at = self.first_page_at or page.requested_at
        return replace(
            self,
            order=self.order.observe(new),
            rows=self.rows + len(new),
            due=self.due + rejected + sum(not entered_after(task, listing, began_at) for task in new),
            pages=self.pages + 1,
            first_total=page.total if self.pages == 0 else self.first_total,
            first_page_at=began_at,
            last_page_at=page.requested_at,
            last_answer_at=page.observed_at,
            shown_for=_longest([self.shown_for, *(_age(task, page.requested_at) for task in new)]),
            oldest_created_at=earliest(
                self.oldest_created_at, *(in_bounds(task.created_at, page.observed_at) for task in new)
            ),
        )

    @property
    def is_below_total(self) -> bool:
        """Whether the list has shown fewer rows than its first total."""
        return self.first_total is not None and self.due < self.first_total

    def to_json(self) -> dict[str, Any]:
        return {
            "order": self.order.to_json(),
            "rows": self.rows,
            "due": self.due,
            "pages": self.pages,
            "first_total": self.first_total,
            "shown_for": self.shown_for.total_seconds() if self.shown_for is not None else None,
            **{name: instant.isoformat() for name in _INSTANTS if (instant := getattr(self, name))},
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ScanProgress:
        return cls(
            order=OrderEvidence.from_json(value["order"]),
            rows=value["rows"],
            due=value["due"],
            pages=value["pages"],
            first_total=value["first_total"],
            shown_for=timedelta(seconds=age) if (age := value["shown_for"]) is not None else None,
            **{name: datetime.fromisoformat(value[name]) for name in _INSTANTS if name in value},
        )


#: Margin at the oldest end of what a list shows, where rows disappear while the list is read.
_EDGE = timedelta(seconds=30)

#: How far our estimate of a provider's clock may be behind the timestamps of its tasks.
_CLOCK_ERROR = timedelta(seconds=3)

_INSTANTS = ("first_page_at", "last_page_at", "last_answer_at", "oldest_created_at")


def earliest(*instants: datetime | None) -> datetime | None:
    """The earliest of the instants that are not None; None where there is none."""
    return min(filter(None, instants), default=None)


def last_timestamp(task: Task) -> datetime | None:
    """The latest timestamp of an ended task; None while the task is open.

    Whichever timestamp's age a list drops tasks by, this one reaches that age last.
    """
    if task.is_open:
        return None
    return max(filter(None, (task.created_at, task.finished_at, task.updated_at)), default=None)


def _age(task: Task, now: datetime) -> timedelta | None:
    """The age of the last timestamp of an ended task; None while the task is open."""
    timestamp = last_timestamp(task)
    return now - timestamp if timestamp else None


def _longest(ages: Iterable[timedelta | None]) -> timedelta | None:
    return max((age for age in ages if age is not None), default=None)


def shown_from(retention: timedelta, last_answer_at: datetime) -> datetime:
    """The oldest creation time that a list certainly still showed on its last page."""
    return last_answer_at - retention + max(_CLOCK_ERROR, min(_EDGE, retention / 20))


def may_have_expired(task: Task, last_answer_at: datetime | None, retention: timedelta | None) -> bool:
    """Whether the list may have dropped `task` before its last page was read."""
    if last_answer_at is None or retention is None:
        return False
    return task.created_at is None or task.created_at < shown_from(retention, last_answer_at)


def entered_after(task: Task, listing: Listing, instant: datetime) -> bool:
    """Whether `task` certainly entered the list at `instant` or later."""
    entered_at = _entered_at(task, listing)
    return entered_at is not None and entered_at >= instant + _CLOCK_ERROR


def was_listed_at(task: Task, listing: Listing, instant: datetime) -> bool:
    """Whether the list had to show `task` at `instant`."""
    entered_at = _entered_at(task, listing)
    return entered_at is not None and entered_at < instant


def _entered_at(task: Task, listing: Listing) -> datetime | None:
    return task.finished_at if listing.terminal else task.created_at
