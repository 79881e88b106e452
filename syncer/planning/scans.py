"""One scan: a walk through the pages of one query, what it has seen, and whether its end can be believed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from syncer.model import Listing, Page, Query, Task
from syncer.planning.order import OrderEvidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One query to be walked through: a list, whole or to the boundary, perhaps within a window."""

    listing: Listing
    #: May not stop at the boundary.
    reads_to_end: bool
    created_from: datetime | None = None
    created_to: datetime | None = None

    @property
    def name(self) -> str:
        """Names the scan within its run, also after a resume."""
        if self.created_from is None and self.created_to is None:
            return self.listing.name
        ends = (t.isoformat() if t else "" for t in (self.created_from, self.created_to))
        return f"{self.listing.name}@{'/'.join(ends)}"

    def begin(self) -> ScanProgress:
        """The progress of this scan before its first page."""
        return ScanProgress(order=OrderEvidence.begin(terminal=self.listing.terminal))

    def query(self, region: str, cursor: str | None, limit: int) -> Query:
        return Query(
            list_name=self.listing.name,
            region=region,
            cursor=cursor,
            limit=limit,
            created_from=self.created_from,
            created_to=self.created_to,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanProgress:
    """What an unfinished scan has learned; survives a pause inside the checkpoint."""

    order: OrderEvidence
    rows: int = 0
    #: Rows that may have been there when the first page was read, and so are in its total.
    due: int = 0
    pages: int = 0
    #: What the first page said the list holds.
    first_total: int | None = None
    first_page_at: datetime | None = None
    last_page_at: datetime | None = None
    #: For how long the list certainly shows a task: the highest age of the last stamp of an ended one.
    shown_for: timedelta | None = None

    def observe(
        self, page: Page, new: Sequence[Task], listing: Listing, *, rejected: int = 0
    ) -> ScanProgress:
        """The progress after `page`; `new` and `rejected` rows are those not shown in this scan before."""
        began_at = self.first_page_at or page.observed_at
        return replace(
            self,
            order=self.order.observe(new),
            rows=self.rows + len(new),
            due=self.due + rejected + sum(not came_after(task, listing, began_at) for task in new),
            pages=self.pages + 1,
            first_total=page.total if self.pages == 0 else self.first_total,
            first_page_at=began_at,
            last_page_at=page.observed_at,
            shown_for=_longest([self.shown_for, *(_age(task, page.observed_at) for task in new)]),
        )

    @property
    def is_doubtful(self) -> bool:
        """Whether the list ended with fewer rows than it had promised."""
        return self.first_total is not None and self.due < self.first_total

    def to_json(self) -> dict[str, Any]:
        return {
            "order": self.order.to_json(),
            "rows": self.rows,
            "due": self.due,
            "pages": self.pages,
            "first_total": self.first_total,
            "shown_for": self.shown_for.total_seconds() if self.shown_for is not None else None,
            **{name: stamp.isoformat() for name in _STAMPS if (stamp := getattr(self, name))},
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
            **{name: datetime.fromisoformat(value[name]) for name in _STAMPS if name in value},
        )


#: Cut off the oldest edge of what a list shows, where rows vanish while they are read.
_EDGE = timedelta(seconds=30)

#: How far a provider's clock, as we know it, may be behind the stamps of its tasks.
_CLOCK_ERROR = timedelta(seconds=3)

_STAMPS = ("first_page_at", "last_page_at")


def last_stamp(task: Task) -> datetime | None:
    """The latest stamp of an ended task: whichever stamp a list forgets by, it forgets this one last."""
    if task.is_open:
        return None
    return max(filter(None, (task.created_at, task.finished_at, task.updated_at)), default=None)


def _age(task: Task, observed_at: datetime) -> timedelta | None:
    """How long ago `task` was stamped last when it was observed; None while it may be stamped again."""
    stamp = last_stamp(task)
    return observed_at - stamp if stamp else None


def _longest(ages: Iterable[timedelta | None]) -> timedelta | None:
    return max((age for age in ages if age is not None), default=None)


def shown_from(retention: timedelta, last_page_at: datetime) -> datetime:
    """The oldest creation time that a list certainly still showed on its last page."""
    return last_page_at - retention + max(_CLOCK_ERROR, min(_EDGE, retention / 20))


def is_expiring(task: Task, last_page_at: datetime | None, retention: timedelta | None) -> bool:
    """Whether the list may have forgotten `task` before its last page was read."""
    if last_page_at is None or retention is None:
        return False
    return task.created_at is None or task.created_at < shown_from(retention, last_page_at)


def came_after(task: Task, listing: Listing, moment: datetime) -> bool:
    """Whether `task` entered the list certainly not before `moment`."""
    stamp = _entered_at(task, listing)
    return stamp is not None and stamp >= moment + _CLOCK_ERROR


def was_there(task: Task, listing: Listing, moment: datetime) -> bool:
    """Whether the list had to show `task` already at `moment`."""
    stamp = _entered_at(task, listing)
    return stamp is not None and stamp < moment


def _entered_at(task: Task, listing: Listing) -> datetime | None:
    return task.finished_at if listing.terminal else task.created_at
