"""Runs, checkpoints of interrupted runs, and unusual records."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    func,
    or_,
)
from sqlalchemy.dialects.postgresql import JSONB

from syncer.storage.tables.metadata import (
    bigint_column,
    counter_column,
    identity_column,
    instant_column,
    metadata,
    text_column,
)

#: `started_at` is on the provider's clock, and the ceiling of a complete run is computed from it; `begun_at`
#: and `ended_at` are on the database's clock.
runs = Table(
    "runs",
    metadata,
    identity_column("run_id", primary_key=True),
    Column("stream_id", ForeignKey("sync.streams.stream_id"), nullable=False),
    text_column("mode", nullable=False),
    text_column("status", nullable=False),
    #: Epoch of the lease under which the run last continued; a run of a dead process has an older one.
    bigint_column("epoch", nullable=False),
    instant_column("started_at", nullable=False),
    instant_column("begun_at", nullable=False, server_default=func.clock_timestamp()),
    instant_column("ended_at"),
    text_column("error"),
    counter_column("inserted"),
    counter_column("updated"),
    counter_column("unchanged"),
    counter_column("rejected"),
    counter_column("late"),
    counter_column("lost"),
    counter_column("pages"),
    counter_column("requests"),
    #: End of the creation times that the run claimed; null unless it succeeded.
    instant_column("ceiling_at"),
)
Index("ix_runs_started_at", runs.c.started_at, postgresql_using="brin")
Index("ix_runs_stream_id", runs.c.stream_id, runs.c.run_id)
Index(None, runs.c.begun_at)
#: The few runs that reports list one by one.
Index(
    "ix_runs_notable",
    runs.c.begun_at,
    postgresql_where=or_(runs.c.status == "failed", runs.c.late > 0, runs.c.lost > 0),
)
Index("ix_runs_late", runs.c.stream_id, postgresql_where=runs.c.late > 0)

#: At most one per stream and mode; see `syncer.model.Checkpoint`.
checkpoints = Table(
    "checkpoints",
    metadata,
    bigint_column("stream_id", nullable=False),
    text_column("mode", nullable=False),
    Column("run_id", ForeignKey("sync.runs.run_id"), nullable=False),
    instant_column("started_at", nullable=False),
    instant_column("saved_at", nullable=False),
    Column("done", ARRAY(Text), nullable=False),
    text_column("scan"),
    text_column("cursor"),
    Column("evidence", JSONB, nullable=False),
    PrimaryKeyConstraint("stream_id", "mode"),
)

#: Records that cannot be stored as tasks, each once: reading the same page again adds nothing.
rejected_records = Table(
    "rejected_records",
    metadata,
    Column("stream_id", ForeignKey("sync.streams.stream_id"), nullable=False),
    Column("record_hash", LargeBinary, nullable=False),
    text_column("record", nullable=False),
    text_column("reason", nullable=False),
    instant_column("observed_at", nullable=False),
    bigint_column("run_id", nullable=False),
    text_column("request_id", nullable=False),
    PrimaryKeyConstraint("stream_id", "record_hash"),
)

#: Undocumented fields and values, each once per source. The key is a hash: a value may have any length.
quirks = Table(
    "quirks",
    metadata,
    Column("source_id", ForeignKey("sync.sources.source_id"), nullable=False),
    Column("quirk_hash", LargeBinary, nullable=False),
    text_column("path", nullable=False),
    text_column("value"),
    text_column("sample", nullable=False),
    instant_column("first_seen_at", nullable=False, server_default=func.now()),
    instant_column("last_seen_at", nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("source_id", "quirk_hash"),
)
