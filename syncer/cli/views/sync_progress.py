"""How far the runs are: bars on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Protocol, TextIO

from syncer.engine import Progress, RunReport

if TYPE_CHECKING:
    from rich.progress import Progress as Drawn
    from rich.progress import TaskID

#: How many rows of a scan pass between two lines.
_ROWS_A_LINE = 10_000


class SyncProgress(Protocol):
    """Is told what happens, by the threads in which it happens."""

    def progress(self, progress: Progress) -> None:
        """A page was read."""

    def ended(self, report: RunReport) -> None:
        """A run ended."""


@contextmanager
def sync_progress(to: TextIO | None = None) -> Iterator[SyncProgress]:
    """Shows progress on `to` (standard error) as fits it."""
    stream = to or sys.stderr
    if not stream.isatty():
        yield SyncLines(stream)
        return
    with _drawn(stream) as drawn:
        yield SyncBars(drawn)


class SyncLines:
    """A line when a scan has come another good way, and one at the end of each run."""

    def __init__(self, to: TextIO) -> None:
        self._to = to
        self._said: dict[tuple[str, str], int] = {}
        self._lock = Lock()

    def progress(self, progress: Progress) -> None:
        """A line, if enough has happened since the last one."""
        scan = (progress.stream.label, progress.scan)
        lines = progress.rows // _ROWS_A_LINE
        with self._lock:
            if self._said.get(scan, 0) < lines:
                total = f" of {progress.total:,}" if progress.total else ""
                self._to.write(f"{scan[0]}: {progress.mode} {scan[1]}: {progress.rows:,}{total}\n")
            self._said[scan] = lines

    def ended(self, report: RunReport) -> None:
        """How the run ended."""
        with self._lock:
            self._to.write(f"{report.stream.label}: {report.mode} {report.status}{outcome(report)}\n")


class SyncBars:
    """One bar a stream, which starts again with every list of it."""

    def __init__(self, drawn: Drawn) -> None:
        self._drawn = drawn
        self._bars: dict[str, TaskID] = {}
        self._lock = Lock()

    def progress(self, progress: Progress) -> None:
        """Move the stream's bar."""
        # The name of a window holds two instants, which would leave no room for the bar.
        words = f"{progress.stream.label} {progress.mode} {progress.scan.partition('@')[0]}"
        # Without a total the bar moves to and fro; a total is a hint, and the list may have grown past it.
        total = max(progress.total, progress.rows) if progress.total is not None else None
        self._drawn.update(
            self._bar(progress.stream.label), description=words, completed=progress.rows, total=total
        )

    def ended(self, report: RunReport) -> None:
        """Fill the stream's bar and say how the run ended."""
        words = f"{report.stream.label} {report.mode} {report.status}"
        self._drawn.update(self._bar(report.stream.label), description=words, total=1, completed=1)

    def _bar(self, label: str) -> TaskID:
        with self._lock:
            if label not in self._bars:
                self._bars[label] = self._drawn.add_task(label, total=None)
            return self._bars[label]


def outcome(report: RunReport) -> str:
    """What a run changed, or what ended it, to be put behind its status."""
    if report.error:
        return f": {report.error}"
    counts = report.counts
    return f": {counts.inserted:,} new, {counts.updated:,} changed, {counts.unchanged:,} unchanged"


def _drawn(stream: TextIO) -> Drawn:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(file=stream),
    )
