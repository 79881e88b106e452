"""Progress of a sync: a bar for each stream on a terminal, lines of text elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Protocol, TextIO

from syncer.cli.views.progress_bar import make_progress_bar
from syncer.engine import Progress, RunReport

if TYPE_CHECKING:
    from rich.progress import Progress as Display
    from rich.progress import TaskID

#: A scan prints a line each time it has read this many rows.
_ROWS_PER_LINE = 10_000


class SyncProgress(Protocol):
    """Shows the progress of a sync; its methods are called from the threads of the streams."""

    def progress(self, progress: Progress) -> None:
        """Show that a page was read."""

    def ended(self, report: RunReport) -> None:
        """Show that a run ended."""


@contextmanager
def sync_progress(to: TextIO | None = None) -> Iterator[SyncProgress]:
    """Show progress on `to` (standard error): bars if that is a terminal, else lines."""
    stream = to or sys.stderr
    if not stream.isatty():
        yield SyncLines(stream)
        return
    with make_progress_bar(stream) as display:
        yield SyncBars(display)


class SyncLines:
    """Writes a line for every 10,000 rows of a scan, and one at the end of each run."""

    def __init__(self, to: TextIO) -> None:
        self._to = to
        #: By stream and scan: the number of lines that its rows are worth.
        self._lines: dict[tuple[str, str], int] = {}
        self._lock = Lock()

    def progress(self, progress: Progress) -> None:
        """Write a line if the scan has passed another 10,000 rows."""
        scan = (progress.stream.label, progress.scan)
        lines = progress.rows // _ROWS_PER_LINE
        with self._lock:
            if self._lines.get(scan, 0) < lines:
                total = f" of {progress.total:,}" if progress.total else ""
                self._to.write(f"{scan[0]}: {progress.mode} {scan[1]}: {progress.rows:,}{total}\n")
            self._lines[scan] = lines

    def ended(self, report: RunReport) -> None:
        """Write how the run ended."""
        with self._lock:
            self._to.write(f"{report.stream.label}: {report.mode} {report.status}{_outcome_text(report)}\n")


class SyncBars:
    """Draws one bar for each stream; the bar starts again with every scan."""

    def __init__(self, display: Display) -> None:
        self._display = display
        self._bars: dict[str, TaskID] = {}
        self._lock = Lock()

    def progress(self, progress: Progress) -> None:
        """Move the stream's bar."""
        # The name of a window contains two instants, which would leave no room for the bar.
        text = f"{progress.stream.label} {progress.mode} {progress.scan.partition('@')[0]}"
        # Without a total the bar pulses. A total is a hint: the list may have grown past it.
        total = max(progress.total, progress.rows) if progress.total is not None else None
        self._display.update(
            self._bar(progress.stream.label), description=text, completed=progress.rows, total=total
        )

    def ended(self, report: RunReport) -> None:
        """Fill the stream's bar and show the status of the run."""
        text = f"{report.stream.label} {report.mode} {report.status}"
        self._display.update(self._bar(report.stream.label), description=text, total=1, completed=1)

    def _bar(self, label: str) -> TaskID:
        with self._lock:
            if label not in self._bars:
                self._bars[label] = self._display.add_task(label, total=None)
            return self._bars[label]


def _outcome_text(report: RunReport) -> str:
    """The counts of a run, to follow its status. The summary has the error of one that failed."""
    if report.error:
        return ""
    counts = report.counts
    return f": {counts.inserted:,} new, {counts.updated:,} changed, {counts.unchanged:,} unchanged"
