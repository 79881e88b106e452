"""Summary of an export: what was exported, which days were written, which days are not complete."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from syncer.cli.views.text_table import TextTable

if TYPE_CHECKING:
    from syncer.reporting.export import DayReport, ExportFolder

_DAY_OF = {"created": "creation", "observed": "observation"}


def headline(folder: ExportFolder) -> str:
    """The dataset, its sources, what its days are made by, and the folder."""
    selection = folder.spec.selection
    of = f" of {', '.join(selection.sources)}" if selection.sources else ""
    day_of = _DAY_OF[selection.by]
    return f"{selection.dataset}{of} by day of {day_of} ({folder.spec.time_zone}) in {folder.path}"


def day_table(reports: Sequence[DayReport]) -> TextTable:
    """One row for each day: what an export would write (`--dry-run`)."""
    columns = ("day", "rows", "would be", "state", "because")
    return TextTable(
        columns,
        [
            (
                str(report.day),
                report.rows,
                report.action,
                report.completeness.state,
                report.completeness.reason or None,
            )
            for report in reports
        ],
        wrapped=frozenset({columns.index("because")}),
    )


def incomplete_days_table(reports: Sequence[DayReport]) -> TextTable:
    """The days that are not complete; consecutive days with the same reason are one row."""
    rows = []
    for completeness, group in groupby(reports, lambda report: report.completeness):
        days = list(group)
        if completeness.reason:
            rows.append(
                (str(days[0].day), str(days[-1].day), len(days), completeness.state, completeness.reason)
            )
    columns = ("from", "to", "days", "state", "because")
    return TextTable(columns, rows, wrapped=frozenset({columns.index("because")}))


def total_line(reports: Sequence[DayReport], *, is_dry: bool) -> str:
    """The number of days and rows that were written, or with `is_dry` that would be."""
    written = [report.rows for report in reports if report.action == "written"]
    unchanged = len(reports) - len(written)
    verb = "to write" if is_dry else "written"
    return f"days: {len(written):,} {verb} ({sum(written):,} rows), {unchanged:,} unchanged"
