"""Sum of what the scans of one run have shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from syncer.engine.scan_reader import ScanReader
from syncer.errors import ProtocolError, SyncerError
from syncer.model import Checkpoint, Order, Role
from syncer.planning.scans import ScanProgress, earliest


@dataclass
class ScanResults:
    """Results of the scans that have ended. With errors, the run proves nothing."""

    #: By list: the orders that no scan has contradicted.
    orders: dict[str, frozenset[Order]] = field(default_factory=dict)
    #: When the last page was requested, and when it had been received.
    last_page_at: datetime | None = None
    last_answer_at: datetime | None = None
    #: See ScanProgress.shown_for.
    shown_for: timedelta | None = None
    #: The oldest creation time that any list has shown; also in the part of the run before an interruption.
    oldest_created_at: datetime | None = None
    errors: list[SyncerError] = field(default_factory=list)
    #: Names of the scans that have ended.
    done: list[str] = field(default_factory=list)
    #: True once a PRIMARY scan has read its list to the end: a task that no scan has shown is not in it.
    read_all_primary: bool = False
    #: The number of rows that the PRIMARY list claims to have.
    primary_total: int = 0

    def resume(self, checkpoint: Checkpoint) -> None:
        """Add the scans that had ended before the run was interrupted."""
        self.done.extend(checkpoint.done)
        if checkpoint.evidence:
            self.oldest_created_at = ScanProgress.from_json(checkpoint.evidence).oldest_created_at

    def add(self, reader: ScanReader) -> None:
        """Add a scan that has ended."""
        listing, progress = reader.scan.listing, reader.progress
        kept = self.orders.get(listing.name)
        self.orders[listing.name] = reader.orders if kept is None else kept & reader.orders
        self.last_page_at = _later(self.last_page_at, progress.last_page_at)
        self.last_answer_at = _later(self.last_answer_at, progress.last_answer_at)
        self.oldest_created_at = earliest(self.oldest_created_at, progress.oldest_created_at)
        if listing.role is Role.PRIMARY:
            self.shown_for = max(filter(None, (self.shown_for, progress.shown_for)), default=None)
            self.read_all_primary |= reader.reached_bottom
            self.primary_total = max(self.primary_total, progress.first_total or 0)
        self.done.append(reader.scan.name)
        self.errors.extend(reader.skipped)
        if not reader.is_complete and not reader.skipped:
            self.errors.append(
                ProtocolError(
                    f"{reader.scan.name}: the list showed other tasks in each pass, and fewer than its "
                    "total; this run claims no coverage, the next run tries again"
                )
            )


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(filter(None, (one, other)), default=None)
