"""Results of sample queries as tables that fit a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from syncer.cli.views.formatting import shortened
from syncer.cli.views.report_columns import cell, heading, is_right_aligned
from syncer.cli.views.text_table import TextTable

if TYPE_CHECKING:
    from syncer.storage.read.sample_queries import SampleQueryResult


def sample_query_table(
    result: SampleQueryResult,
    *,
    rows: int = 8,
    leave_out: Sequence[str] = (),
    in_title: Sequence[str] = (),
    instants: str = "%m-%d %H:%MZ",
) -> TextTable:
    """The first `rows` of `result`, with ids shortened and instants in the format `instants`.

    The columns of `leave_out` are omitted, those of `in_title` too: their first value is added to the title.
    """
    kept = [index for index, name in enumerate(result.columns) if name not in {*leave_out, *in_title}]
    names = [result.columns[index] for index in kept]
    shown = result.rows[:rows]
    cells = [
        tuple(_cell(name, row[index], instants) for name, index in zip(names, kept, strict=True))
        for row in shown
    ]
    right = frozenset(
        position
        for position, (name, index) in enumerate(zip(names, kept, strict=True))
        if is_right_aligned(name, [row[index] for row in shown])
    )
    wrapped = frozenset(
        position
        for position, index in enumerate(kept)
        if any(isinstance(row[index], str) and " " in row[index] for row in shown)
    )
    common = [str(row[result.columns.index(name)]) for row in result.rows[:1] for name in in_title]
    title = ": ".join(filter(None, (result.title, " ".join(common))))
    return TextTable(tuple(map(heading, names)), cells, title=title, right=right, wrapped=wrapped)


def _cell(name: str, value: object, instants: str) -> object:
    match value:
        case str() if name == "task_id":
            return shortened(value)
        case datetime():
            return value.strftime(instants)
        case float():
            return cell(name, value)
        case _:
            return value


def cross_table(result: SampleQueryResult, row: str, column: str, value: str) -> TextTable:
    """`result` with a row for each `row` value and a column for each `column` value, largest sum first."""
    keys = [result.columns.index(name) for name in (row, column, value)]
    values = {(line[keys[0]], line[keys[1]]): line[keys[2]] for line in result.rows}
    columns = tuple(sorted({second for _, second in values}, key=lambda name: -_column_sum(values, name)))
    first_keys = dict.fromkeys(first for first, _ in values)
    rows = [(first, *(values.get((first, name), 0) for name in columns)) for first in first_keys]
    return TextTable((row, *columns), rows, title=result.title)


def _column_sum(values: Mapping[tuple[Any, Any], Any], column: Any) -> int:
    return sum(value for (_, second), value in values.items() if second == column)
