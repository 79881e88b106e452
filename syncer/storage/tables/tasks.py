"""What was read: the current state of each task in `tasks`, every state before it in `task_versions`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    and_,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from syncer.model import Status
from syncer.storage.tables.metadata import identity, instant, metadata, number, words

#: The statuses of tasks that can still change, in the order the partial index names them.
OPEN_STATUSES = tuple(status.value for status in Status if status.is_open)


def _identity() -> Iterator[Column[Any]]:
    yield number("stream_id", nullable=False)
    yield words("task_id", nullable=False)


def _state() -> Iterator[Column[Any]]:
    """The columns a state of a task has, be it current or former."""
    yield words("name")
    yield words("task_type")
    yield Column("sub_types", ARRAY(Text))
    yield words("status", nullable=False)
    yield words("provider_status")
    yield instant("created_at")
    yield instant("started_at")
    yield instant("finished_at")
    yield instant("updated_at")
    yield number("progress_done")
    yield number("progress_total")
    yield words("parent_id")
    yield words("resource_id")
    yield words("error_code")
    yield words("error_message")
    yield Column("raw", JSONB, nullable=False)
    yield Column("detail", JSONB)
    yield Column("fingerprint", LargeBinary, nullable=False)
    yield number("rank")
    yield Column("raw_altered", Boolean, nullable=False)
    yield Column("version", Integer, nullable=False)
    yield Column("changed_fields", ARRAY(Text))
    yield instant("observed_after")
    yield instant("observed_at", nullable=False)
    yield instant("status_seen_at")
    yield words("former_status")
    yield instant("former_seen_at")
    yield instant("lost_at")
    yield number("run_id", nullable=False)
    yield words("request_id", nullable=False)


#: One row a task. No foreign key: the lease vouches for the stream, and a check a row would cost too much.
tasks = Table(
    "tasks",
    metadata,
    *_identity(),
    identity("task_key"),
    *_state(),
    instant("first_seen_at", nullable=False),
    instant("changed_at", nullable=False),
    PrimaryKeyConstraint("stream_id", "task_id"),
    CheckConstraint("version >= 1", name="version"),
)
Index(None, tasks.c.task_key, unique=True)
Index(None, tasks.c.created_at)
Index(None, tasks.c.finished_at)
Index(None, tasks.c.observed_at)
Index(
    "ix_tasks_open",
    tasks.c.stream_id,
    tasks.c.task_id,
    postgresql_where=and_(tasks.c.status.in_(OPEN_STATUSES), tasks.c.lost_at.is_(None)),
)
Index(
    "ix_tasks_undecided",
    tasks.c.stream_id,
    tasks.c.run_id,
    postgresql_where=tasks.c.status == Status.FINISHED.value,
)
Index("ix_tasks_lost", tasks.c.lost_at, postgresql_where=tasks.c.lost_at.is_not(None))

#: Append-only; filled by a trigger on `tasks`. Its monthly partitions live in the schema `sync_history`.
task_versions = Table(
    "task_versions",
    metadata,
    *_identity(),
    number("task_key", nullable=False),
    *_state(),
    instant("next_observed_at", nullable=False),
    instant("replaced_at", nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("task_key", "version", "replaced_at"),
    postgresql_partition_by="RANGE (replaced_at)",
)
Index(
    "ix_task_versions_observed_at",
    task_versions.c.observed_at,
    task_versions.c.next_observed_at,
    postgresql_using="brin",
)
