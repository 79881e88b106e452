"""What an export shows of itself: how far it is, and how final what it wrote."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import TYPE_CHECKING, Protocol, TextIO

from syncer.cli.views.text_table import TextTable

if TYPE_CHECKING:
    from rich.progress import Progress as Drawn

    from syncer.reporting.export import Day, DayReport, ExportFolder

_MOMENTS = {"created": "creation", "observed": "observation"}


class ExportProgress(Protocol):
    """Is told what happens to each day."""

    def writing(self, day: Day, rows: int) -> None:
        """So many rows of `day` have been written by now."""

    def ended(self, report: DayReport) -> None:
        """A day is done."""


@contextmanager
def export_progress(days: int, to: TextIO | None = None) -> Iterator[ExportProgress]:
    """Shows progress on `to` (standard error): a bar on a terminal, a line a day elsewhere."""
    stream = to or sys.stderr
    if not stream.isatty():
        yield ExportLines(stream)
        return
    with _drawn(stream) as drawn:
        yield ExportBar(drawn, days)


class ExportLines:
    """A line a day."""

    def __init__(self, to: TextIO) -> None:
        self._to = to

    def writing(self, day: Day, rows: int) -> None:
        """Nothing: the next line says it."""

    def ended(self, report: DayReport) -> None:
        """What came of the day."""
        reason = f" ({report.completeness.reason})" if report.completeness.reason else ""
        state = f"{report.completeness.state}{reason}"
        self._to.write(f"{report.day}: {report.rows:,} rows {report.action}, {state}\n")
        self._to.flush()


class ExportBar:
    """One bar for all days."""

    def __init__(self, drawn: Drawn, days: int) -> None:
        self._drawn = drawn
        self._task = drawn.add_task("", total=days)

    def writing(self, day: Day, rows: int) -> None:
        """Say which day it is, and how far."""
        self._drawn.update(self._task, description=f"{day}  {rows:,} rows")

    def ended(self, report: DayReport) -> None:
        """Move the bar."""
        words = f"{report.day}  {report.rows:,} rows {report.action}"
        self._drawn.update(self._task, description=words, advance=1)


def headline(folder: ExportFolder) -> str:
    """Which rows are where."""
    selection = folder.spec.selection
    of = f" of {', '.join(selection.sources)}" if selection.sources else ""
    moment = _MOMENTS[selection.by]
    return f"{selection.dataset}{of} by day of {moment} ({folder.spec.time_zone}) in {folder.path}"


def day_table(reports: Sequence[DayReport]) -> TextTable:
    """One row a day, for those who want to know before anything is written."""
    columns = ("day", "rows", "would be", "state", "because")
    return TextTable(
        columns,
        [
            (str(each.day), each.rows, each.action, each.completeness.state, each.completeness.reason or None)
            for each in reports
        ],
    )


def stretch_table(reports: Sequence[DayReport]) -> TextTable:
    """The days that are not complete, one row for neighbours with the same lack."""
    rows = []
    for completeness, group in groupby(reports, lambda report: report.completeness):
        days = list(group)
        if completeness.reason:
            rows.append(
                (str(days[0].day), str(days[-1].day), len(days), completeness.state, completeness.reason)
            )
    return TextTable(("from", "to", "days", "state", "because"), rows)


def total_line(reports: Sequence[DayReport], *, is_dry: bool) -> str:
    """How much was done."""
    written = [report.rows for report in reports if report.action == "written"]
    unchanged = len(reports) - len(written)
    verb = "to write" if is_dry else "written"
    return f"days: {len(written):,} {verb} ({sum(written):,} rows), {unchanged:,} unchanged"


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
