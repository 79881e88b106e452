"""The rows of exports in Postgres: one day at a time, in one snapshot, through a server-side cursor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import reduce
from operator import xor
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Connection,
    Engine,
    FromClause,
    Select,
    Subquery,
    column,
    func,
    select,
    table,
    text,
    true,
)
from sqlalchemy.sql.elements import ColumnElement

from syncer.reporting.export import (
    Chunk,
    Dataset,
    Day,
    DayFacts,
    ExportColumn,
    PartitionBy,
    RowChecksum,
    Selection,
)
from syncer.storage.connections import transaction, translated
from syncer.storage.read.day_coverage import load_day_coverage
from syncer.storage.read.report_settings import load_time_zone
from syncer.storage.tables import sources

#: Rows per fetch, and the most that are in memory.
_ROWS_PER_FETCH = 5_000
#: The snapshot stays open while a file is written, which can be slow.
_IDLE_TIMEOUT = "15min"
_VIEWS = {Dataset.TASKS: "tasks", Dataset.VERSIONS: "task_versions"}
_KEYS = {Dataset.TASKS: ("task_key",), Dataset.VERSIONS: ("task_key", "version")}
#: Columns that are not exported: an exported version never changes, but these columns change when the next
#: version is observed. Transaction ids mean nothing outside of the database.
_OMITTED_COLUMNS = {
    Dataset.TASKS: {"changed_in"},
    Dataset.VERSIONS: {"is_current", "next_observed_at", "changed_in"},
}
_COLUMNS = text(
    "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
    " WHERE attrelid = to_regclass('reporting.' || :view) AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
)
_tasks = table(
    "tasks", *map(column, ("task_key", "source", "created_at", "first_seen_at")), schema="reporting"
)
_open_tasks = table(
    "open_tasks", *map(column, ("source", "created_at", "first_seen_at", "retired_at")), schema="reporting"
)


class PgExportDatabase:
    """A `syncer.reporting.export.ExportDatabase`: the rows of the reporting views."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def now(self) -> datetime:
        """The current time of the database."""
        with transaction(self._engine) as connection:
            return connection.scalars(select(func.now())).one()

    def time_zone(self) -> ZoneInfo:
        """The reporting time zone."""
        with transaction(self._engine) as connection:
            return load_time_zone(connection)

    def sources(self) -> list[str]:
        """The names of all registered sources, sorted."""
        with transaction(self._engine) as connection:
            return list(connection.scalars(select(sources.c.name).order_by(sources.c.name)))

    def columns(self, selection: Selection) -> tuple[ExportColumn, ...]:
        """The columns of the rows, in the order of the view."""
        with transaction(self._engine) as connection:
            return _columns(connection, selection)

    def first_row_at(self, selection: Selection) -> datetime | None:
        """The instant that decides the day of the earliest row, over all sources; None without rows."""
        earliest = func.min(_day_instant(_tasks, selection))
        with transaction(self._engine) as connection:
            return connection.scalars(select(earliest)).one()

    def count_undated(self, selection: Selection) -> int:
        """The number of tasks without a creation time; 0 if days are by the time of observation."""
        if selection.by is PartitionBy.OBSERVED:
            return 0
        query = select(func.count()).where(
            _tasks.c.created_at.is_(None), _is_selected(_tasks.c.source, selection)
        )
        with transaction(self._engine) as connection:
            return connection.scalars(query).one()

    @contextmanager
    def snapshot(self, selection: Selection, day: Day) -> Iterator[PgExportSnapshot]:
        """The rows of `day` in one read-only transaction, isolation level REPEATABLE READ."""
        with translated(self._engine.url), self._engine.connect() as connection:
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                timeout = func.set_config("idle_in_transaction_session_timeout", _IDLE_TIMEOUT, True)
                connection.execute(select(timeout))
                yield PgExportSnapshot(connection, selection, day)


class PgExportSnapshot:
    """A `syncer.reporting.export.ExportSnapshot`, valid until its transaction ends."""

    def __init__(self, connection: Connection, selection: Selection, day: Day) -> None:
        self._connection, self._selection, self._day = connection, selection, day
        self._names = [column.name for column in _columns(connection, selection)]
        self.facts = DayFacts(
            now_at=connection.scalars(select(func.now())).one(),
            open_tasks=connection.scalars(_count_open_tasks(selection, day)).one(),
            coverage=load_day_coverage(connection, selection.sources, day),
        )

    def row_checksum(self) -> RowChecksum:
        """Number and checksum of the rows, computed by the server: it reads all rows but sends none."""
        rows = _rows(self._selection, self._day, self._names).subquery("r")
        query = select(func.count(), func.coalesce(func.bit_xor(_hash(rows)), 0)).select_from(rows)
        count, checksum = self._connection.execute(query).one()
        return RowChecksum(count, _unsigned(checksum))

    def chunks(self) -> Iterator[Chunk]:
        """All rows in the order of their key, at most `_ROWS_PER_FETCH` at a time."""
        rows = _rows(self._selection, self._day, self._names).subquery("r")
        keys = [rows.c[name] for name in _KEYS[self._selection.dataset]]
        query = select(rows, _hash(rows)).order_by(*keys)
        result = self._connection.execute(query, execution_options={"yield_per": _ROWS_PER_FETCH})
        for hashed_rows in result.partitions():
            checksum = reduce(xor, (row[-1] for row in hashed_rows))
            yield Chunk([row[:-1] for row in hashed_rows], _unsigned(checksum))


def _columns(connection: Connection, selection: Selection) -> tuple[ExportColumn, ...]:
    rows = connection.execute(_COLUMNS, {"view": _VIEWS[selection.dataset]})
    omitted = _OMITTED_COLUMNS[selection.dataset]
    return tuple(ExportColumn(name, type) for name, type in rows if name not in omitted)


def _rows(selection: Selection, day: Day, names: Sequence[str]) -> Select[Any]:
    view = table(_VIEWS[selection.dataset], *map(column, names), schema="reporting")
    query = select(view).where(_is_selected(view.c.source, selection))
    if selection.dataset is Dataset.VERSIONS and selection.by is PartitionBy.OBSERVED:
        return query.where(_within(view.c.observed_at, day))
    # All versions of a task belong to the day of the task, also after a correction of its creation time.
    tasks = view if selection.dataset is Dataset.TASKS else _tasks
    if tasks is _tasks:
        query = query.join_from(view, _tasks, view.c.task_key == _tasks.c.task_key)
    return query.where(_within(_day_instant(tasks, selection), day))


def _day_instant(tasks: FromClause, selection: Selection) -> ColumnElement[datetime]:
    return tasks.c.created_at if selection.by is PartitionBy.CREATED else tasks.c.first_seen_at


def _count_open_tasks(selection: Selection, day: Day) -> Select[Any]:
    """The number of tasks that can still change, of streams that are configured."""
    of_day = _within(_day_instant(_open_tasks, selection), day)
    is_followed = _open_tasks.c.retired_at.is_(None)
    return select(func.count()).where(of_day, is_followed, _is_selected(_open_tasks.c.source, selection))


def _within(instant: ColumnElement[datetime], day: Day) -> ColumnElement[bool]:
    return (instant >= day.started_at) & (instant < day.ended_at)


def _is_selected(source: ColumnElement[str], selection: Selection) -> ColumnElement[bool]:
    return source.in_(selection.sources) if selection.sources else true()


def _hash(rows: Subquery) -> ColumnElement[int]:
    """A hash of each row over all its columns."""
    return func.hash_record_extended(rows.table_valued(), 0)


def _unsigned(number: int) -> int:
    return number % (1 << 64)
