"""Columns of a report: headings, cells and bars, as text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from syncer.cli.views.formatting import cell_text, duration_text, printable

if TYPE_CHECKING:
    from syncer.reporting.reports import ShippedReport
    from syncer.storage.read.reports import ReportResult

#: In the name of a column of durations: `age_seconds`, `queue_seconds_p95`.
_SECONDS = re.compile(r"(^|_)seconds(?=_|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportColumn:
    """One column: its heading and its cells as text."""

    name: str
    heading: str
    cells: tuple[str, ...]
    is_right: bool
    #: Whether its cells may be shortened.
    is_shortenable: bool


@dataclass(frozen=True, slots=True)
class ReportBar:
    """The bar of a row: its length from 0 to 1, and the length of its first part, which is marked."""

    length: float
    marked: float = 0.0
    #: Whether the numbers of the row are not final yet.
    is_open: bool = False


def report_columns(report: ShippedReport, result: ReportResult) -> tuple[ReportColumn, ...]:
    """The columns of `result`, with its values as text."""
    return tuple(
        ReportColumn(
            name=name,
            heading=heading(name),
            cells=tuple(cell(name, row[index]) for row in result.rows),
            is_right=is_right_aligned(name, [row[index] for row in result.rows]),
            is_shortenable=name in report.shortened_columns,
        )
        for index, name in enumerate(result.columns)
    )


def heading(name: str) -> str:
    """The heading of a column: its name without the unit, which the cells contain, and without `is_`."""
    words = _SECONDS.sub("", name).removeprefix("is_").replace("_", " ").strip()
    return words.removesuffix(" rate") + " %" if name.endswith("_rate") else words


def cell(name: str, value: object) -> str:
    """A value of the column `name`: seconds as a duration, a rate in percent, an instant to the minute."""
    match value:
        case None:
            return "-"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case int() | float() if _SECONDS.search(name):
            return duration_text(timedelta(seconds=value))
        case float() if name.endswith("_rate"):
            return f"{100 * value:.1f}"
        case _:
            return _printable(cell_text(value))


def _printable(text: str) -> str:
    """`text` on one line: vendors' messages may contain line breaks and control codes of terminals."""
    return " ".join(printable(text).split())


def is_right_aligned(name: str, values: Sequence[object]) -> bool:
    """Whether the column has numbers, durations or rates."""
    if _SECONDS.search(name) or name.endswith("_rate"):
        return True
    known = [value for value in values if value is not None]
    return bool(known) and all(isinstance(value, int) and not isinstance(value, bool) for value in known)


def report_bars(report: ShippedReport, result: ReportResult) -> tuple[ReportBar, ...]:
    """A bar for each row, relative to the largest value; empty where the report has no bars."""
    if not report.bar:
        return ()
    whole, *part = (result.columns.index(name) for name in report.bar)
    largest = max((row[whole] or 0 for row in result.rows), default=0)
    if not largest:
        return ()
    final = result.columns.index("is_complete") if "is_complete" in result.columns else None
    return tuple(
        ReportBar(
            length=(row[whole] or 0) / largest,
            marked=(row[part[0]] or 0) / largest if part else 0.0,
            is_open=final is not None and not row[final],
        )
        for row in result.rows
    )
