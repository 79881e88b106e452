"""The history of one task: each observed version, with the run and the request that showed it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Engine, Row, Select, Table, select, union_all

from syncer.storage.connections import transaction
from syncer.storage.read.coverage import CoverageExplanation, coverage_at, stream_query
from syncer.storage.read.stream_row import StreamRow
from syncer.storage.tables import runs, sources, streams, task_versions, tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskVersion:
    """An observed state of a task. It began after `observed_after` and at the latest at `observed_at`."""

    version: int
    status: str
    provider_status: str | None
    #: The fields that differ from the version before.
    changed_fields: Sequence[str]
    observed_after: datetime | None
    observed_at: datetime
    #: When the task was marked as lost.
    lost_at: datetime | None
    run_id: int
    #: Of that run; None if its row was deleted.
    mode: str | None
    run_started_at: datetime | None
    #: The provider's id of the response that showed it; "" without one.
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskHistory(StreamRow):
    """A task and its versions. Also the JSON of `explain`."""

    provider: str
    task_id: str
    name: str | None
    task_type: str | None
    created_at: datetime | None
    finished_at: datetime | None
    first_seen_at: datetime
    #: Start of the stream's newest complete run.
    last_run_at: datetime | None
    #: Since when the stream is no longer configured; None while it is.
    retired_at: datetime | None = None
    #: The oldest first; the last is the current version.
    versions: Sequence[TaskVersion]
    #: The coverage at the creation time; None if the provider does not state that time.
    coverage: CoverageExplanation | None

    @property
    def current(self) -> TaskVersion:
        """The current version."""
        return self.versions[-1]


def load_task_histories(engine: Engine, task_id: str, *, region: str | None = None) -> list[TaskHistory]:
    """The histories of all tasks with that id: at most one per stream."""
    columns = tasks.c.task_key, *_columns(tasks, TaskHistory)
    query = stream_query().add_columns(*columns).join(tasks, tasks.c.stream_id == streams.c.stream_id)
    query = query.where(tasks.c.task_id == task_id).order_by(sources.c.name, streams.c.region)
    if region is not None:
        query = query.where(streams.c.region == region)
    with transaction(engine) as connection:
        return [_history(connection, row) for row in connection.execute(query).all()]


def load_source_names(engine: Engine) -> Sequence[str]:
    """The names of all registered sources, sorted."""
    with transaction(engine) as connection:
        return connection.scalars(select(sources.c.name).order_by(sources.c.name)).all()


def _columns(table: Table, value_type: type) -> list[Column[Any]]:
    """The columns of `table` that have the name of a field of the dataclass `value_type`."""
    return [table.c[field.name] for field in fields(value_type) if field.name in table.c]


def _history(connection: Connection, row: Row[Any]) -> TaskHistory:
    versions = connection.execute(_versions(row.task_key)).mappings()
    return TaskHistory(
        source=row.source,
        provider=row.provider,
        region=row.region,
        task_id=row.task_id,
        name=row.name,
        task_type=row.task_type,
        created_at=row.created_at,
        finished_at=row.finished_at,
        first_seen_at=row.first_seen_at,
        last_run_at=row.last_run_at,
        retired_at=row.retired_at,
        versions=[
            TaskVersion(**{**version, "changed_fields": version["changed_fields"] or ()})
            for version in versions
        ],
        coverage=coverage_at(connection, row, row.created_at) if row.created_at else None,
    )


def _versions(task_key: int) -> Select[Any]:
    versions = union_all(_stored(task_versions, task_key), _stored(tasks, task_key)).subquery("versions")
    return (
        select(versions, runs.c.mode, runs.c.started_at.label("run_started_at"))
        .outerjoin(runs, runs.c.run_id == versions.c.run_id)
        .order_by(versions.c.version)
    )


def _stored(table: Table, task_key: int) -> Select[Any]:
    return select(*_columns(table, TaskVersion)).where(table.c.task_key == task_key)
