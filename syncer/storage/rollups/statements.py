"""The statements that compute one day of the rollups.

Each reads the tasks, or the runs, of the day once, by index, and writes only the rows of the day that differ.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    Table,
    and_,
    any_,
    delete,
    func,
    literal_column,
    not_,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert

from syncer.storage.rollups.measures import (
    DAY,
    SOURCES,
    durations,
    measured_runs,
    measured_tasks,
    run_measures,
    task_measures,
)
from syncer.storage.tables import (
    arrivals_daily,
    arrivals_hourly,
    completions_daily,
    completions_hourly,
    durations_daily,
    failures_daily,
    runs_hourly,
    slo_daily,
    tasks,
)

#: Makes the query for a table's rows of the day, without the column `day`, from the measured tasks or runs.
Rows = Callable[[CTE], Select[Any]]


@dataclass(frozen=True, slots=True)
class RollupStatement:
    """The tasks or runs of a day, and the tables that are computed from them."""

    measured: Select[Any]
    tables: tuple[tuple[Table, Rows], ...]

    def statement(self) -> Select[int]:
        """The statement that computes a day of some sources; it returns the number of changed rows."""
        measured = self.measured.cte("measured")
        changes = [change for table, rows in self.tables for change in _replace(table, rows(measured))]
        counted = union_all(*(select(change.c.n) for change in changes)).subquery()
        return select(func.count()).select_from(counted)


def _replace(table: Table, rows: Select[Any]) -> tuple[CTE, CTE]:
    """A DELETE of the day's obsolete rows, and an upsert of the rows that are new or differ."""
    key = list(table.primary_key.columns)
    computed = rows.add_columns(DAY.label("day")).cte(f"{table.name}_now")
    same = and_(*(computed.c[column.name] == column for column in key))
    deleted = delete(table).where(
        table.c.day == DAY, table.c.source_id == any_(SOURCES), not_(select(1).where(same).exists())
    )
    names = [column.name for column in table.c]
    written = insert(table).from_select(names, select(*(computed.c[name] for name in names)))
    others = {name: written.excluded[name] for name in names if name not in table.primary_key.columns}
    upsert = written.on_conflict_do_update(
        index_elements=key,
        set_=others,
        where=or_(*(table.c[name].is_distinct_from(value) for name, value in others.items())),
    )
    constant_one: ColumnElement[int] = literal_column("1")
    return (
        deleted.returning(constant_one.label("n")).cte(f"{table.name}_deleted"),
        upsert.returning(constant_one.label("n")).cte(f"{table.name}_written"),
    )


def _grouped(
    table: Table, measures: Callable[[CTE], dict[str, ColumnElement[Any]]], status: str | None = None
) -> tuple[Table, Rows]:
    """`table` and its rows: its columns that are no measures are the grouping columns."""

    def rows(measured: CTE) -> Select[Any]:
        aggregates = measures(measured)
        names = [column.name for column in table.c if column.name != "day"]
        grouping = {name: measured.c[name] for name in names if name not in aggregates}
        counted = select(*((aggregates | grouping)[name].label(name) for name in names)).group_by(
            *grouping.values()
        )
        return counted if status is None else counted.where(measured.c.status == status)

    return table, rows


#: By the value of `fact` in the queue.
ROLLUPS = {
    "arrivals": RollupStatement(
        measured_tasks(tasks.c.created_at),
        (
            _grouped(arrivals_daily, task_measures),
            _grouped(arrivals_hourly, task_measures),
            _grouped(failures_daily, task_measures, status="failed"),
        ),
    ),
    "completions": RollupStatement(
        measured_tasks(tasks.c.finished_at),
        (
            _grouped(completions_daily, task_measures),
            _grouped(completions_hourly, task_measures),
            _grouped(slo_daily, task_measures),
            (durations_daily, durations),
        ),
    ),
    "runs": RollupStatement(measured_runs(), (_grouped(runs_hourly, run_measures),)),
}
