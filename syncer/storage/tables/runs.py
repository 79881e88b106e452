"""How it was read: runs, where an interrupted one goes on, and what was odd in the records."""

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

from syncer.storage.tables.metadata import counter, identity, instant, metadata, number, words

#: `started_at` is on the provider's clock, and what a complete run's claims count from; `begun_at` and
#: `ended_at` are on the database's.
runs = Table(
    "runs",
    metadata,
    identity("run_id", primary_key=True),
    Column("stream_id", ForeignKey("sync.streams.stream_id"), nullable=False),
    words("mode", nullable=False),
    words("status", nullable=False),
    #: The lease under which it last went on: tells a run of a dead process from one of ours.
    number("epoch", nullable=False),
    instant("started_at", nullable=False),
    instant("begun_at", nullable=False, server_default=func.clock_timestamp()),
    instant("ended_at"),
    words("error"),
    counter("inserted"),
    counter("updated"),
    counter("unchanged"),
    counter("rejected"),
    counter("late"),
    counter("lost"),
    counter("pages"),
    counter("requests"),
)
Index("ix_runs_started_at", runs.c.started_at, postgresql_using="brin")
Index("ix_runs_stream_id", runs.c.stream_id, runs.c.run_id)
Index(None, runs.c.begun_at)
#: The few that people look for.
Index(
    "ix_runs_notable",
    runs.c.begun_at,
    postgresql_where=or_(runs.c.status == "failed", runs.c.late > 0, runs.c.lost > 0),
)
Index("ix_runs_late", runs.c.stream_id, postgresql_where=runs.c.late > 0)

#: At most one a stream and mode; see `syncer.model.Checkpoint`.
checkpoints = Table(
    "checkpoints",
    metadata,
    number("stream_id", nullable=False),
    words("mode", nullable=False),
    Column("run_id", ForeignKey("sync.runs.run_id"), nullable=False),
    instant("started_at", nullable=False),
    instant("saved_at", nullable=False),
    Column("done", ARRAY(Text), nullable=False),
    words("listing"),
    words("cursor"),
    Column("evidence", JSONB, nullable=False),
    PrimaryKeyConstraint("stream_id", "mode"),
)

#: Records that could not become tasks, each once: reading the same page again adds nothing.
rejected_records = Table(
    "rejected_records",
    metadata,
    Column("stream_id", ForeignKey("sync.streams.stream_id"), nullable=False),
    Column("record_hash", LargeBinary, nullable=False),
    words("record", nullable=False),
    words("reason", nullable=False),
    instant("observed_at", nullable=False),
    number("run_id", nullable=False),
    words("request_id", nullable=False),
    PrimaryKeyConstraint("stream_id", "record_hash"),
)

#: Undocumented fields and values, each once a source. A hash is the key, for a value may be of any length.
quirks = Table(
    "quirks",
    metadata,
    Column("source_id", ForeignKey("sync.sources.source_id"), nullable=False),
    Column("quirk_hash", LargeBinary, nullable=False),
    words("path", nullable=False),
    words("value"),
    words("sample", nullable=False),
    instant("first_seen_at", nullable=False, server_default=func.now()),
    instant("last_seen_at", nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("source_id", "quirk_hash"),
)
