"""What the scans of one run have shown, added up."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from syncer.engine.walk import Walk
from syncer.errors import ProtocolError, SyncerError
from syncer.model import Order, Role


@dataclass
class Findings:
    """Grows scan by scan; the end of the run turns it into a proof, or into an error."""

    #: By list: the orders that may still be believed.
    orders: dict[str, frozenset[Order]] = field(default_factory=dict)
    last_page_at: datetime | None = None
    #: See ScanProgress.shown_for.
    shown_for: timedelta | None = None
    errors: list[SyncerError] = field(default_factory=list)
    #: Names of the scans that are over.
    done: list[str] = field(default_factory=list)
    #: True once a MEMBERS scan came to the bottom of the list: what none has shown is not there.
    read_all_members: bool = False
    #: What the MEMBERS list says it holds.
    members_total: int = 0

    def note(self, walk: Walk) -> None:
        """Take in a scan that came to an end."""
        listing, progress = walk.scan.listing, walk.progress
        kept = self.orders.get(listing.name)
        self.orders[listing.name] = walk.orders if kept is None else kept & walk.orders
        self.last_page_at = max(filter(None, (self.last_page_at, progress.last_page_at)), default=None)
        if listing.role is Role.MEMBERS:
            self.shown_for = max(filter(None, (self.shown_for, progress.shown_for)), default=None)
            self.read_all_members |= walk.reached_bottom
            self.members_total = max(self.members_total, progress.first_total or 0)
        self.done.append(walk.scan.name)
        self.errors.extend(walk.passed_over)
        if not walk.is_complete and not walk.passed_over:
            self.errors.append(
                ProtocolError(
                    f"{walk.scan.name}: the list showed other tasks in each pass, and fewer than it counts; "
                    "nothing read in this run counts as covered, the next run tries again"
                )
            )
