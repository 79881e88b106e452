"""Answers to sample queries as tables that fit a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from syncer.cli.views.text_table import TextTable, shortened

if TYPE_CHECKING:
    from syncer.storage.read.sample_queries import SampleQueryResult


def sample_query_table(
    report: SampleQueryResult,
    *,
    rows: int = 8,
    leave_out: Sequence[str] = (),
    in_title: Sequence[str] = (),
    instants: str = "%m-%d %H:%MZ",
) -> TextTable:
    """The first `rows` of `report`, with ids shortened and `instants` as told.

    Without the columns to `leave_out`, and without those `in_title`, whose values are all the same.
    """
    kept = [at for at, name in enumerate(report.columns) if name not in {*leave_out, *in_title}]
    columns = tuple(report.columns[at].replace("_", " ") for at in kept)
    cells = [tuple(_cell(row[at], instants) for at in kept) for row in report.rows[:rows]]
    same = [str(row[report.columns.index(name)]) for row in report.rows[:1] for name in in_title]
    return TextTable(columns, cells, title=": ".join(filter(None, (report.title, " ".join(same)))))


def crossed_table(report: SampleQueryResult, row: str, column: str, value: str) -> TextTable:
    """`report` with a line for each of its `row` values, a column for each of `column`, and their `value`."""
    at = [report.columns.index(name) for name in (row, column, value)]
    told = {(line[at[0]], line[at[1]]): line[at[2]] for line in report.rows}
    columns = tuple(sorted({second for _, second in told}, key=lambda name: -_sum(told, name)))
    rows = [(first, *(told.get((first, name), 0) for name in columns)) for first in _firsts(told)]
    return TextTable((row, *columns), rows, title=report.title)


def _sum(told: dict[tuple[Any, Any], Any], column: Any) -> int:
    return sum(value for (_, second), value in told.items() if second == column)


def _firsts(told: dict[tuple[Any, Any], Any]) -> list[Any]:
    return list(dict.fromkeys(first for first, _ in told))


def _cell(value: object, instants: str) -> object:
    match value:
        case str() if " " not in value:
            return shortened(value)
        case datetime():
            return value.strftime(instants)
        case _:
            return value
