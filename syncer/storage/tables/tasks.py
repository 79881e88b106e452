"""The current state of each task (`tasks`), and its former states (`task_versions`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
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
    cast,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from syncer.model import Status
from syncer.storage.tables.metadata import (
    bigint_column,
    identity_column,
    instant_column,
    metadata,
    text_column,
)

#: Statuses of tasks that can still change, in the order of the partial index.
OPEN_STATUSES = tuple(status.value for status in Status if status.is_open)

#: The id of this transaction, as text: xid8 has no other cast to bigint.
transaction_id = cast(func.pg_current_xact_id(), Text)


def _identity() -> Iterator[Column[Any]]:
    yield bigint_column("stream_id", nullable=False)
    yield text_column("task_id", nullable=False)


def _state() -> Iterator[Column[Any]]:
    """Columns of a state of a task, current or former."""
    yield text_column("name")
    yield text_column("task_type")
    yield Column("sub_types", ARRAY(Text))
    yield text_column("status", nullable=False)
    yield text_column("provider_status")
    yield instant_column("created_at")
    yield instant_column("started_at")
    yield instant_column("finished_at")
    yield instant_column("updated_at")
    yield bigint_column("progress_done")
    yield bigint_column("progress_total")
    yield text_column("parent_id")
    yield text_column("resource_id")
    yield text_column("error_code")
    yield text_column("error_message")
    yield Column("raw", JSONB, nullable=False)
    yield Column("detail", JSONB)
    yield Column("fingerprint", LargeBinary, nullable=False)
    yield bigint_column("rank")
    yield Column("raw_altered", Boolean, nullable=False)
    yield Column("version", Integer, nullable=False)
    yield Column("changed_fields", ARRAY(Text))
    yield instant_column("observed_after")
    #: When the request of the first observation was sent, and when its answer had been received.
    yield instant_column("requested_at", nullable=False)
    yield instant_column("observed_at", nullable=False)
    yield instant_column("status_seen_at")
    yield text_column("former_status")
    yield instant_column("former_seen_at")
    yield instant_column("lost_at")
    yield bigint_column("run_id", nullable=False)
    yield text_column("request_id", nullable=False)
    #: The id of the transaction that wrote the row.
    yield bigint_column("changed_in", nullable=False, server_default=cast(transaction_id, BigInteger))


#: One row per task. No foreign key to streams: the writer has locked the stream's lease row, and a check for
#: each row would cost more than the rest of the insert.
tasks = Table(
    "tasks",
    metadata,
    *_identity(),
    identity_column("task_key"),
    *_state(),
    instant_column("first_seen_at", nullable=False),
    PrimaryKeyConstraint("stream_id", "task_id"),
    CheckConstraint("version >= 1", name="version"),
)
Index(None, tasks.c.task_key, unique=True)
Index(None, tasks.c.created_at)
Index(None, tasks.c.finished_at)
Index(None, tasks.c.observed_at)
Index(None, tasks.c.changed_in)
Index(
    "ix_tasks_open",
    tasks.c.stream_id,
    tasks.c.task_id,
    postgresql_where=and_(tasks.c.status.in_(OPEN_STATUSES), tasks.c.lost_at.is_(None)),
)
Index(
    "ix_tasks_without_outcome",
    tasks.c.stream_id,
    tasks.c.run_id,
    postgresql_where=tasks.c.status == Status.FINISHED.value,
)
Index("ix_tasks_lost", tasks.c.lost_at, postgresql_where=tasks.c.lost_at.is_not(None))

#: Append-only, filled by a trigger on `tasks`. Its monthly partitions are in the schema `sync_history`.
task_versions = Table(
    "task_versions",
    metadata,
    *_identity(),
    bigint_column("task_key", nullable=False),
    *_state(),
    instant_column("next_observed_at", nullable=False),
    instant_column("replaced_at", nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("task_key", "version", "replaced_at"),
    postgresql_partition_by="RANGE (replaced_at)",
)
Index(
    "ix_task_versions_observed_at",
    task_versions.c.observed_at,
    task_versions.c.next_observed_at,
    postgresql_using="brin",
)
Index("ix_task_versions_changed_in", task_versions.c.changed_in, postgresql_using="brin")
