"""What became of one task: each state it was seen in, by which run and which answer of the provider."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, Table, select, union_all

from syncer.model import stream_label
from syncer.storage.connections import transaction
from syncer.storage.read.coverage import CoverageAnswer, coverage_at, stream_query
from syncer.storage.tables import runs, sources, streams, task_versions, tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskVersion:
    """A state the task was seen in. It came about after `observed_after`, and at `observed_at` it was so."""

    version: int
    status: str
    provider_status: str | None
    #: What differs from the state before.
    changed_fields: Sequence[str]
    observed_after: datetime | None
    observed_at: datetime
    #: When the task was found to have left the list unfinished.
    lost_at: datetime | None
    run_id: int
    #: Of that run; None where it is no longer on record.
    mode: str | None
    run_started_at: datetime | None
    #: The provider's name for the answer that showed it; "" where none did.
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskHistory:
    """One task, from its creation to now."""

    source: str
    provider: str
    region: str
    task_id: str
    name: str | None
    task_type: str | None
    created_at: datetime | None
    finished_at: datetime | None
    first_seen_at: datetime
    #: Of the stream's newest complete run.
    last_run_at: datetime | None
    #: The oldest first; the last one is the current one.
    states: Sequence[TaskVersion]
    #: How the time it was created at was read; None where the provider does not tell that time.
    reading: CoverageAnswer | None

    @property
    def label(self) -> str:
        """The stream's name for people, as `syncer.model.Stream` has it."""
        return stream_label(self.source, self.region)

    @property
    def now(self) -> TaskVersion:
        """The current state."""
        return self.states[-1]


def load_task_histories(engine: Engine, task_id: str, *, region: str | None = None) -> list[TaskHistory]:
    """Every task with that id: none, or one of each stream that has shown it."""
    query = stream_query().add_columns(*_TOLD).join(tasks, tasks.c.stream_id == streams.c.stream_id)
    query = query.where(tasks.c.task_id == task_id).order_by(sources.c.name, streams.c.region)
    if region is not None:
        query = query.where(streams.c.region == region)
    with transaction(engine) as connection:
        return [_story(connection, row) for row in connection.execute(query).all()]


def load_source_names(engine: Engine) -> Sequence[str]:
    """The names of all sources that were ever registered, sorted."""
    with transaction(engine) as connection:
        return connection.scalars(select(sources.c.name).order_by(sources.c.name)).all()


_TOLD = tuple(
    tasks.c[name]
    for name in (
        "task_key",
        "task_id",
        "name",
        "task_type",
        "created_at",
        "finished_at",
        "first_seen_at",
    )
)


def _story(connection: Connection, row: Row[Any]) -> TaskHistory:
    states = connection.execute(_states(row.task_key)).mappings()
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
        states=[
            TaskVersion(**{**state, "changed_fields": state["changed_fields"] or ()}) for state in states
        ],
        reading=coverage_at(connection, row, row.created_at) if row.created_at else None,
    )


def _states(task_key: int) -> Select[Any]:
    seen = union_all(_seen(task_versions, task_key), _seen(tasks, task_key)).subquery("seen")
    return (
        select(seen, runs.c.mode, runs.c.started_at.label("run_started_at"))
        .outerjoin(runs, runs.c.run_id == seen.c.run_id)
        .order_by(seen.c.version)
    )


def _seen(table: Table, task_key: int) -> Select[Any]:
    columns = (
        *("version", "status", "provider_status", "changed_fields", "observed_after", "observed_at"),
        *("lost_at", "run_id", "request_id"),
    )
    return select(*(table.c[name] for name in columns)).where(table.c.task_key == task_key)
