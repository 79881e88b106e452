"""Result of one sync, and its progress callbacks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from syncer.engine import Progress, RunReport
from syncer.errors import SyncerError


@dataclass(frozen=True, slots=True)
class StreamFailure:
    """A source or stream whose run could not start."""

    #: The name of the source, or the label of the stream.
    label: str
    error: SyncerError


@dataclass(frozen=True, slots=True)
class SyncResult:
    """Result of one sync: the runs that ended, and those that could not start."""

    reports: tuple[RunReport, ...]
    failures: tuple[StreamFailure, ...]

    @property
    def is_success(self) -> bool:
        """Whether every stream's run succeeded."""
        return not self.failures and all(report.error is None for report in self.reports)


@dataclass(frozen=True, slots=True)
class SyncCallbacks:
    """Progress callbacks of a sync, called from the threads of its streams. By default they do nothing."""

    progress: Callable[[Progress], None] = lambda _: None
    ended: Callable[[RunReport], None] = lambda _: None
