"""What syncing once comes to, and who sees it come along."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from syncer.engine import Progress, RunReport
from syncer.errors import SyncerError


@dataclass(frozen=True, slots=True)
class StreamFailure:
    """A stream that could not even be begun."""

    label: str
    error: SyncerError


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What syncing once has come to."""

    reports: tuple[RunReport, ...]
    failures: tuple[StreamFailure, ...]

    @property
    def is_good(self) -> bool:
        """Whether every stream's run succeeded."""
        return not self.failures and all(report.error is None for report in self.reports)


@dataclass(frozen=True, slots=True)
class SyncCallbacks:
    """Who is shown how syncing comes along, from the threads it happens in."""

    progress: Callable[[Progress], None] = lambda _: None
    ended: Callable[[RunReport], None] = lambda _: None
