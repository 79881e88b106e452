"""Progress of an export: one bar on a terminal, a line for each day elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TextIO

from syncer.cli.views.progress_bar import make_progress_bar

if TYPE_CHECKING:
    from rich.progress import Progress as Display

    from syncer.reporting.export import Day, DayReport


class ExportProgress(Protocol):
    """Shows the progress of an export."""

    def writing(self, day: Day, rows: int) -> None:
        """Show that `rows` rows of `day` have been written so far."""

    def ended(self, report: DayReport) -> None:
        """Show that a day is done."""


@contextmanager
def export_progress(days: int, to: TextIO | None = None) -> Iterator[ExportProgress]:
    """Show progress on `to` (standard error): a bar if that is a terminal, else a line for each day."""
    stream = to or sys.stderr
    if not stream.isatty():
        yield ExportLines(stream)
        return
    with make_progress_bar(stream) as display:
        yield ExportBar(display, days)


class ExportLines:
    """Writes a line for each day."""

    def __init__(self, to: TextIO) -> None:
        self._to = to

    def writing(self, day: Day, rows: int) -> None:
        """Write nothing: the line follows when the day is done."""

    def ended(self, report: DayReport) -> None:
        """Write the line of a day."""
        reason = f" ({report.completeness.reason})" if report.completeness.reason else ""
        state = f"{report.completeness.state}{reason}"
        self._to.write(f"{report.day}: {report.rows:,} rows {report.action}, {state}\n")
        self._to.flush()


class ExportBar:
    """Draws one bar for all days."""

    def __init__(self, display: Display, days: int) -> None:
        self._display = display
        self._task = display.add_task("", total=days)

    def writing(self, day: Day, rows: int) -> None:
        """Show the day and its rows beside the bar."""
        self._display.update(self._task, description=f"{day}  {rows:,} rows")

    def ended(self, report: DayReport) -> None:
        """Move the bar by one day."""
        text = f"{report.day}  {report.rows:,} rows {report.action}"
        self._display.update(self._task, description=text, advance=1)
