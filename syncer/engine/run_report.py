"""What the engine tells those who look on, and what it hands back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from syncer.errors import SyncerError
from syncer.model import Counts, Mode, RunStatus, Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a scan has come, after a page."""

    stream: Stream
    mode: Mode
    #: The name of the scan.
    scan: str
    rows: int
    #: What the list says it holds: good enough for a bar.
    total: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHooks:
    """Who looks on, and what may happen between two pages."""

    progress: Callable[[Progress], None] = lambda _: None
    #: What is to be done now, if anything. It is done after all that was read has been committed: so a poll
    #: passes through a long sweep. Raises Stopped where the run is to end.
    between_pages: Callable[[], Callable[[], None] | None] = lambda: None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """What a run did, and how it ended."""

    stream: Stream
    mode: Mode
    run_id: int
    status: RunStatus
    counts: Counts
    pages: int
    requests: int
    error: SyncerError | None = None

    @property
    def figures(self) -> dict[str, object]:
        """The report as the fixed keys of a log line."""
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
