"""Layout of a report on a terminal: which columns fit, and how long the bars are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from syncer.cli.views.formatting import text_width
from syncer.cli.views.report_columns import ReportColumn

#: Spaces between two columns.
GAP = 2
#: The name of the bars among the columns that may be omitted.
BAR = "bar"
#: Shortened cells and bars are at least this wide, else they show nothing; longer bars show nothing more.
SHORTEST_TEXT, _SHORTEST_BAR, _LONGEST_BAR = 16, 8, 40


@dataclass(frozen=True, slots=True)
class TableLayout:
    """The columns that are shown, and the width of the longest bar; 0 means no bars."""

    columns: tuple[ReportColumn, ...]
    bar_width: int


def fit_layout(
    columns: Sequence[ReportColumn], *, optional: Sequence[str], width: int, has_bars: bool
) -> TableLayout | None:
    """The layout for a terminal of this width; None where the columns that must be shown do not fit.

    Columns are omitted in the order of `optional`; the bars before them unless it contains "bar".
    """
    widths = {column.name: _least_width(column) for column in columns}
    if has_bars:
        widths[BAR] = _SHORTEST_BAR
    kept = columns_that_fit(widths, optional if BAR in optional else (BAR, *optional), width)
    if not kept:
        return None
    shown = tuple(column for column in columns if column.name in kept)
    left = width - table_width([full_width(column) for column in shown]) - GAP
    return TableLayout(shown, max(_SHORTEST_BAR, min(left, _LONGEST_BAR)) if BAR in kept else 0)


def columns_that_fit(widths: Mapping[str, int], optional: Iterable[str], width: int) -> tuple[str, ...]:
    """The columns that fit, after omitting those of `optional` in order; empty where the rest is too wide."""
    kept = dict(widths)
    for name in (*optional, ""):
        if table_width(kept.values()) <= width:
            return tuple(kept)
        kept.pop(name, None)
    return ()


def table_width(widths: Collection[int]) -> int:
    """The width of columns side by side."""
    return sum(widths) + GAP * (len(widths) - 1)


def full_width(column: ReportColumn) -> int:
    """The width of the heading or of the widest cell."""
    return max(map(text_width, (column.heading, *column.cells)))


def _least_width(column: ReportColumn) -> int:
    full = full_width(column)
    return min(full, max(SHORTEST_TEXT, text_width(column.heading))) if column.is_shortenable else full
