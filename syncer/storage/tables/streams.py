"""Settings, sources, streams, and the leases of streams."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Interval,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSTZMULTIRANGE, UUID

from syncer.storage.tables.metadata import (
    bigint_column,
    identity_column,
    instant_column,
    metadata,
    text_column,
)


def _writer() -> Iterator[Column[Any]]:
    """The process that has written the values of its configuration, and its start."""
    yield text_column("written_by", nullable=False, server_default="")
    yield instant_column("writer_started_at")


#: One row: the values of the configuration that views read.
settings = Table(
    "settings",
    metadata,
    Column("is_only", Boolean, primary_key=True, server_default=text("true")),
    text_column("time_zone", nullable=False, server_default="UTC"),
    Column("queue_target", Interval, nullable=False, server_default=text("'00:05:00'::interval")),
    Column("run_target", Interval, nullable=False, server_default=text("'01:00:00'::interval")),
    #: States replaced before it were deleted; null if none were.
    instant_column("history_since"),
    #: The last dirty hour of the latest change; until it is computed, some rollups are of other settings.
    bigint_column("dirty_through"),
    *_writer(),
    CheckConstraint("is_only", name="one_row"),
)

#: A renamed source keeps its id.
sources = Table(
    "sources",
    metadata,
    identity_column("source_id", primary_key=True),
    text_column("name", nullable=False),
    text_column("provider", nullable=False),
    text_column("site", nullable=False),
    text_column("account", nullable=False),
    text_column("key_hash", nullable=False),
    instant_column("registered_at", nullable=False, server_default=func.now()),
    *_writer(),
    UniqueConstraint("name"),
)

#: Schedule, coverage and learned order; see `syncer.model.StreamState`.
streams = Table(
    "streams",
    metadata,
    identity_column("stream_id", primary_key=True),
    Column("source_id", ForeignKey("sync.sources.source_id"), nullable=False),
    text_column("region", nullable=False),
    instant_column("registered_at", nullable=False, server_default=func.now()),
    #: Since when no configuration contains the stream.
    instant_column("retired_at"),
    Column("poll_every", Interval, nullable=False),
    Column("sweep_every", Interval, nullable=False),
    Column("retention", Interval),
    Column("polled", TSTZMULTIRANGE, nullable=False, server_default="{}"),
    Column("swept", TSTZMULTIRANGE, nullable=False, server_default="{}"),
    Column("orders", JSONB, nullable=False, server_default="{}"),
    Column("lookback", Interval),
    instant_column("first_sweep_at"),
    instant_column("last_sweep_at"),
    instant_column("last_run_at"),
    text_column("outcome_filter", nullable=False, server_default="unproven"),
    instant_column("outcome_filter_at"),
    Column("shown_age", Interval),
    #: Until when the vendor asked for a pause.
    instant_column("paused_until"),
    #: By the database's clock: the end of the last successful run, and the failure under way.
    instant_column("succeeded_at"),
    instant_column("failing_since"),
    text_column("failing_mode"),
    text_column("failure"),
    UniqueConstraint("source_id", "region"),
)

#: One row per stream. The epoch is part of the key, so that changing it conflicts with FOR KEY SHARE.
leases = Table(
    "leases",
    metadata,
    Column("stream_id", ForeignKey("sync.streams.stream_id"), nullable=False),
    bigint_column("epoch", nullable=False),
    #: Random, new with each takeover: an epoch is used again after a failover that lost commits.
    Column("token", UUID, nullable=False, server_default=func.gen_random_uuid()),
    text_column("holder", nullable=False),
    instant_column("renewed_at", nullable=False),
    instant_column("expires_at", nullable=False),
    PrimaryKeyConstraint("stream_id", "epoch"),
    UniqueConstraint("stream_id"),
)
