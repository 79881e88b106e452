"""The rows of exports: read a day at a time, each from one snapshot, through a cursor on the server."""

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
    or_,
    select,
    table,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import TSTZMULTIRANGE, Range
from sqlalchemy.sql.elements import ColumnElement

from syncer.model import Interval, stream_label
from syncer.reporting.export import (
    Chunk,
    Dataset,
    Day,
    DayBasis,
    DayFacts,
    ExportColumn,
    RowChecksum,
    Selection,
    StreamCoverage,
)
from syncer.storage.connections import transaction, translated
from syncer.storage.tables import settings, sources, streams

#: Rows fetched at a time: all that is held of a day, however many it has.
_ROWS = 5_000
#: A day is read as fast as its file is written, which a slow disk may take its time for.
_PATIENCE = "15min"
_VIEWS = {Dataset.TASKS: "tasks", Dataset.VERSIONS: "task_versions"}
_KEYS = {Dataset.TASKS: ("task_key",), Dataset.VERSIONS: ("task_key", "version")}
#: A version that has been exported shall stay true, and the last one does not stay the last.
_LEFT_OUT = {Dataset.TASKS: set[str](), Dataset.VERSIONS: {"is_current", "next_observed_at"}}
_COLUMNS = text(
    "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
    " WHERE attrelid = to_regclass('reporting.' || :view) AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
)
_tasks = table(
    "tasks",
    *map(column, ("task_key", "source", "created_at", "first_seen_at", "is_open")),
    schema="reporting",
)


class PgExportSource:
    """A `reporting.export.Ledger`: what analysts see in the views, as files hold it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def now(self) -> datetime:
        """The database's time."""
        with transaction(self._engine) as connection:
            return connection.scalars(select(func.now())).one()

    def time_zone(self) -> ZoneInfo:
        """The zone whose days the views have."""
        with transaction(self._engine) as connection:
            return ZoneInfo(connection.scalars(select(settings.c.time_zone)).one())

    def sources(self) -> list[str]:
        """The names of all sources that were ever read."""
        with transaction(self._engine) as connection:
            return list(connection.scalars(select(sources.c.name).order_by(sources.c.name)))

    def columns(self, selection: Selection) -> tuple[ExportColumn, ...]:
        """What each row holds, as the view has it."""
        with transaction(self._engine) as connection:
            return _columns(connection, selection)

    def begins_at(self, selection: Selection) -> datetime | None:
        """The moment of the first row of all sources, by which its day is found; None where there is none."""
        earliest = func.min(_moment(_tasks, selection))
        with transaction(self._engine) as connection:
            return connection.scalars(select(earliest)).one()

    def undated(self, selection: Selection) -> int:
        """How many of the tasks have no time of creation, where that is what makes the days."""
        if selection.by is DayBasis.OBSERVED:
            return 0
        query = select(func.count()).where(_tasks.c.created_at.is_(None), _of_sources(_tasks, selection))
        with transaction(self._engine) as connection:
            return connection.scalars(query).one()

    @contextmanager
    def day(self, selection: Selection, day: Day) -> Iterator[PgExportSnapshot]:
        """The rows of `day`, all of one moment."""
        with translated(self._engine.url), self._engine.connect() as connection:
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                patience = func.set_config("idle_in_transaction_session_timeout", _PATIENCE, True)
                connection.execute(select(patience))
                yield PgExportSnapshot(connection, selection, day)


class PgExportSnapshot:
    """A `reporting.export.Snapshot`, for as long as its transaction lasts."""

    def __init__(self, connection: Connection, selection: Selection, day: Day) -> None:
        self._connection, self._selection, self._day = connection, selection, day
        self._names = [each.name for each in _columns(connection, selection)]
        self.facts = DayFacts(
            now_at=connection.scalars(select(func.now())).one(),
            open_tasks=connection.scalars(_open_tasks(selection, day)).one(),
            coverage=tuple(StreamCoverage(**row) for row in _coverage(connection, selection, day)),
        )

    def row_checksum(self) -> RowChecksum:
        """Counted by the server: as much work as reading the rows, but none of it is sent."""
        rows = _rows(self._selection, self._day, self._names).subquery("r")
        query = select(func.count(), func.coalesce(func.bit_xor(_hash(rows)), 0)).select_from(rows)
        count, checksum = self._connection.execute(query).one()
        return RowChecksum(count, _unsigned(checksum))

    def chunks(self) -> Iterator[Chunk]:
        """All rows by their key, at most some thousands at a time."""
        rows = _rows(self._selection, self._day, self._names).subquery("r")
        keys = [rows.c[name] for name in _KEYS[self._selection.dataset]]
        query = select(rows, _hash(rows)).order_by(*keys)
        answer = self._connection.execute(query, execution_options={"yield_per": _ROWS})
        for part in answer.partitions():
            checksum = reduce(xor, (row[-1] for row in part))
            yield Chunk([row[:-1] for row in part], _unsigned(checksum))


def _columns(connection: Connection, selection: Selection) -> tuple[ExportColumn, ...]:
    found = connection.execute(_COLUMNS, {"view": _VIEWS[selection.dataset]})
    left_out = _LEFT_OUT[selection.dataset]
    return tuple(ExportColumn(name, kind) for name, kind in found if name not in left_out)


def _rows(selection: Selection, day: Day, names: Sequence[str]) -> Select[Any]:
    view = table(_VIEWS[selection.dataset], *map(column, names), schema="reporting")
    query = select(view).where(_of_sources(view, selection))
    if selection.dataset is Dataset.VERSIONS and selection.by is DayBasis.OBSERVED:
        return query.where(_within(view.c.observed_at, day))
    # All versions of a task are in the day of the task, also where its time of creation was corrected.
    tasks = view if selection.dataset is Dataset.TASKS else _tasks
    if tasks is _tasks:
        query = query.join_from(view, _tasks, view.c.task_key == _tasks.c.task_key)
    return query.where(_within(_moment(tasks, selection), day))


def _moment(tasks: FromClause, selection: Selection) -> ColumnElement[datetime]:
    return tasks.c.created_at if selection.by is DayBasis.CREATED else tasks.c.first_seen_at


def _open_tasks(selection: Selection, day: Day) -> Select[Any]:
    moment = _within(_moment(_tasks, selection), day)
    return select(func.count()).where(moment, _tasks.c.is_open, _of_sources(_tasks, selection))


def _within(moment: ColumnElement[datetime], day: Day) -> ColumnElement[bool]:
    return (moment >= day.started_at) & (moment < day.ended_at)


def _of_sources(tasks: FromClause, selection: Selection) -> ColumnElement[bool]:
    return tasks.c.source.in_(selection.sources) if selection.sources else true()


def _hash(rows: Subquery) -> ColumnElement[int]:
    """Of each row as a whole: another value in any column makes another one."""
    return func.hash_record_extended(rows.table_valued(), 0)


def _unsigned(number: int) -> int:
    return number % (1 << 64)


def _coverage(connection: Connection, selection: Selection, day: Day) -> Iterator[dict[str, Any]]:
    """What each stream has confirmed of `day`, as the fields of a `StreamCoverage`."""
    whole = func.tstzmultirange(func.tstzrange(day.started_at, day.ended_at), type_=TSTZMULTIRANGE())
    query = (
        select(
            sources.c.name,
            streams.c.region,
            func.lower(streams.c.polled + streams.c.swept).label("begins_at"),
            (whole - streams.c.swept).label("unconfirmed"),
            (whole - streams.c.swept - streams.c.polled).label("unread"),
            streams.c.retention,
            streams.c.retired_at,
        )
        .join_from(streams, sources, streams.c.source_id == sources.c.source_id)
        .where(or_(streams.c.retired_at.is_(None), ~func.isempty(streams.c.polled + streams.c.swept)))
        .order_by(sources.c.name, streams.c.region)
    )
    if selection.sources:
        query = query.where(sources.c.name.in_(selection.sources))
    for row in connection.execute(query):
        yield {
            "stream": stream_label(row.name, row.region),
            "begins_at": row.begins_at,
            "unconfirmed": tuple(map(_interval, row.unconfirmed)),
            "unread": tuple(map(_interval, row.unread)),
            "retention": row.retention,
            "retired_at": row.retired_at,
        }


def _interval(part: Range[datetime]) -> Interval:
    assert part.lower is not None and part.upper is not None  # a part of a day has two ends
    return Interval(part.lower, part.upper)
