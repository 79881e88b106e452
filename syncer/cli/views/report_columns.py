"""Answers to the shipped reports as people read them: headings, cells, and what there is room for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from syncer.cli.views.text_table import cell_text, duration_text, width

if TYPE_CHECKING:
    from syncer.reporting.reports import ShippedReport
    from syncer.storage.read.reports import ReportResult

#: Between two columns on a terminal.
GAP = 2
#: What the bars are called among the columns that can be spared.
BAR = "bar"
#: In the name of a column of durations: `age_seconds`, `queue_seconds_p95`.
_SECONDS = re.compile(r"(^|_)seconds(?=_|$)")
#: Narrower than that, words or a bar say nothing.
_FEWEST_LETTERS, _SHORTEST_BAR, _LONGEST_BAR = 16, 8, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportColumn:
    """One column, ready to be written."""

    name: str
    heading: str
    cells: tuple[str, ...]
    is_right: bool
    #: Whether its cells may be cut short.
    is_words: bool


@dataclass(frozen=True, slots=True)
class ReportBar:
    """A length from 0 to 1, and how much of it, from its beginning, is marked."""

    length: float
    marked: float = 0.0
    #: Whether it can still grow.
    is_open: bool = False


def columns_of(report: ShippedReport, answer: ReportResult) -> tuple[ReportColumn, ...]:
    """The columns of `answer`, with its values as people read them."""
    return tuple(
        ReportColumn(
            name=name,
            heading=heading(name),
            cells=tuple(cell(name, row[at]) for row in answer.rows),
            is_right=_is_number(name, [row[at] for row in answer.rows]),
            is_words=name in report.shortened_columns,
        )
        for at, name in enumerate(answer.columns)
    )


def heading(name: str) -> str:
    """What stands above a column: without its unit where the cells say it."""
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
            return _one_line(cell_text(value))


def _one_line(words: str) -> str:
    """What vendors tell may hold line breaks, and codes that a terminal would obey."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())


def _is_number(name: str, values: Sequence[object]) -> bool:
    if _SECONDS.search(name) or name.endswith("_rate"):
        return True
    told = [value for value in values if value is not None]
    return bool(told) and all(isinstance(value, int) and not isinstance(value, bool) for value in told)


def bars_of(report: ShippedReport, answer: ReportResult) -> tuple[ReportBar, ...]:
    """A bar for each row, as long as its share of the longest; none where the report has none."""
    if not report.bar:
        return ()
    whole, *part = (answer.columns.index(name) for name in report.bar)
    most = max((row[whole] or 0 for row in answer.rows), default=0)
    if not most:
        return ()
    final = answer.columns.index("is_complete") if "is_complete" in answer.columns else None
    return tuple(
        ReportBar(
            length=(row[whole] or 0) / most,
            marked=(row[part[0]] or 0) / most if part else 0.0,
            is_open=final is not None and not row[final],
        )
        for row in answer.rows
    )


@dataclass(frozen=True, slots=True)
class TableLayout:
    """Which columns stand beside each other, and how long the longest bar is; 0 for no bars."""

    columns: tuple[ReportColumn, ...]
    bar: int


def fit_layout(
    columns: Sequence[ReportColumn], *, spare: Sequence[str], room: int, has_bars: bool
) -> TableLayout | None:
    """What fits into so many places; None where not even the columns do that cannot be spared.

    Spare columns go first, the bars in their turn where `spare` names them, and before all others where not.
    """
    least = {column.name: _least_width(column) for column in columns}
    if has_bars:
        least[BAR] = _SHORTEST_BAR
    kept = columns_that_fit(least, spare if BAR in spare else (BAR, *spare), room)
    if not kept:
        return None
    shown = tuple(column for column in columns if column.name in kept)
    left = room - needed_width([full_width(column) for column in shown]) - GAP
    return TableLayout(shown, max(_SHORTEST_BAR, min(left, _LONGEST_BAR)) if BAR in kept else 0)


def columns_that_fit(widths: Mapping[str, int], spare: Iterable[str], room: int) -> tuple[str, ...]:
    """The columns that there is room for: spare ones go first. None at all where the rest is too wide."""
    kept = dict(widths)
    for name in (*spare, ""):
        if needed_width(kept.values()) <= room:
            return tuple(kept)
        kept.pop(name, None)
    return ()


def needed_width(widths: Collection[int]) -> int:
    """How wide columns are beside each other."""
    return sum(widths) + GAP * (len(widths) - 1)


def full_width(column: ReportColumn) -> int:
    """How many places the widest of its cells takes."""
    return max(map(width, (column.heading, *column.cells)))


def _least_width(column: ReportColumn) -> int:
    full = full_width(column)
    return min(full, max(_FEWEST_LETTERS, width(column.heading))) if column.is_words else full
