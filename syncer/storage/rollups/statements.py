"""The statements that compute one day of the rollups.

Each reads the tasks, or the runs, of the day once, by index, and writes the rows of the day that differ:
where nothing changed for a row, nothing is written.
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
    of_runs,
    of_tasks,
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

#: The rows of a table for the day, of what was measured: all its columns but the day.
Rows = Callable[[CTE], Select[Any]]


@dataclass(frozen=True, slots=True)
class RollupStatement:
    """What a day is counted of, and the tables that hold what comes of it."""

    measured: Select[Any]
    tables: tuple[tuple[Table, Rows], ...]

    def statement(self) -> Select[int]:
        """Computes the day of some sources anew; answers how many rows it wrote or removed."""
        measured = self.measured.cte("measured")
        changes = [part for table, rows in self.tables for part in _replace(table, rows(measured))]
        counted = union_all(*(select(change.c.n) for change in changes)).subquery()
        return select(func.count()).select_from(counted)


def _replace(table: Table, rows: Select[Any]) -> tuple[CTE, CTE]:
    """The rows of the day that are gone, and those that are new or differ."""
    key = list(table.primary_key.columns)
    computed = rows.add_columns(DAY.label("day")).cte(f"{table.name}_now")
    same = and_(*(computed.c[column.name] == column for column in key))
    gone = delete(table).where(
        table.c.day == DAY, table.c.source_id == any_(SOURCES), not_(select(1).where(same).exists())
    )
    names = [column.name for column in table.c]
    written = insert(table).from_select(names, select(*(computed.c[name] for name in names)))
    others = {name: written.excluded[name] for name in names if name not in table.primary_key.columns}
    written_or_same = written.on_conflict_do_update(
        index_elements=key,
        set_=others,
        where=or_(*(table.c[name].is_distinct_from(value) for name, value in others.items())),
    )
    one: ColumnElement[int] = literal_column("1")
    return (
        gone.returning(one.label("n")).cte(f"{table.name}_gone"),
        written_or_same.returning(one.label("n")).cte(f"{table.name}_written"),
    )


def _counted(
    table: Table, measures: Callable[[CTE], dict[str, ColumnElement[Any]]], status: str | None = None
) -> tuple[Table, Rows]:
    """`table`, and its rows: of its columns, what is no measure is what is counted by."""

    def rows(measured: CTE) -> Select[Any]:
        values = measures(measured)
        names = [column.name for column in table.c if column.name != "day"]
        by = {name: measured.c[name] for name in names if name not in values}
        counted = select(*((values | by)[name].label(name) for name in names)).group_by(*by.values())
        return counted if status is None else counted.where(measured.c.status == status)

    return table, rows


#: By the word in the queue.
ROLLUPS = {
    "arrivals": RollupStatement(
        measured_tasks(tasks.c.created_at),
        (
            _counted(arrivals_daily, of_tasks),
            _counted(arrivals_hourly, of_tasks),
            _counted(failures_daily, of_tasks, status="failed"),
        ),
    ),
    "completions": RollupStatement(
        measured_tasks(tasks.c.finished_at),
        (
            _counted(completions_daily, of_tasks),
            _counted(completions_hourly, of_tasks),
            _counted(slo_daily, of_tasks),
            (durations_daily, durations),
        ),
    ),
    "runs": RollupStatement(measured_runs(), (_counted(runs_hourly, of_runs),)),
}
