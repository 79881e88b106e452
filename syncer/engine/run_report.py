"""Progress events, run hooks and run reports."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from syncer.errors import SyncerError
from syncer.model import Counts, Mode, RunStatus, Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How much of a scan has been read, after a page."""

    stream: Stream
    mode: Mode
    #: The name of the scan.
    scan: str
    rows: int
    #: The number of rows that the list claims to have: exact enough for a progress bar.
    total: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHooks:
    """Callbacks of a run. By default they do nothing."""

    #: Called after each page.
    progress: Callable[[Progress], None] = lambda _: None
    #: Called between two pages, with a function that commits all that was read. A hook that writes to the
    #: stream, such as a poll during a long sweep, calls it first. Raises Stopped to end the run.
    between_pages: Callable[[Callable[[], None]], None] = lambda _: None
    #: Called with the error of a run that failed; returns the level at which it is logged.
    failure_level: Callable[[SyncerError], int] = lambda _: logging.WARNING


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """What a run stored, and how it ended."""

    stream: Stream
    mode: Mode
    run_id: int
    status: RunStatus
    counts: Counts
    pages: int
    requests: int
    error: SyncerError | None = None

    @property
    def is_notable(self) -> bool:
        """Whether the success is worth a line in the log: a sweep, or anything but unchanged tasks."""
        counts = self.counts
        changed = counts.inserted + counts.updated + counts.rejected + counts.late + counts.lost
        return self.mode is Mode.SWEEP or changed > 0

    @property
    def figures(self) -> dict[str, object]:
        """The counters and the error, by the keys of the log line of the run's end."""
        counts = self.counts
        figures: dict[str, object] = {
            "inserted": counts.inserted,
            "updated": counts.updated,
            "unchanged": counts.unchanged,
            "rejected": counts.rejected,
            "late": counts.late,
            "lost": counts.lost,
            "requests": self.requests,
        }
        if self.error:
            figures["error"] = str(self.error)
        return figures
