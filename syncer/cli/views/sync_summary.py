"""Summary of a sync: a table of its runs, and one line for each failure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from syncer.cli.views.text_table import TextTable
from syncer.engine import RunReport

if TYPE_CHECKING:
    from syncer.app import SyncResult

_COLUMNS = (
    "source",
    "region",
    "mode",
    "result",
    "new",
    "changed",
    "unchanged",
    "rejected",
    "late",
    "lost",
    "pages",
    "requests",
)


def run_table(reports: Iterable[RunReport]) -> TextTable:
    """One row for each run, ordered by source and region."""
    rows = sorted(map(_row, reports), key=lambda row: (str(row[0]), str(row[1])))
    return TextTable(_COLUMNS, rows)


def _row(report: RunReport) -> tuple[object, ...]:
    counts = report.counts
    return (
        report.stream.source.name,
        report.stream.region,
        report.mode,
        report.status,
        counts.inserted,
        counts.updated,
        counts.unchanged,
        counts.rejected,
        counts.late,
        counts.lost,
        report.pages,
        report.requests,
    )


def failure_lines(result: SyncResult) -> list[str]:
    """One line for each stream that could not be read: its label, the error and what to do."""
    failed_runs = [f"{report.stream.label}: {report.error}" for report in result.reports if report.error]
    return [*failed_runs, *(f"{failure.label}: {failure.error}" for failure in result.failures)]
