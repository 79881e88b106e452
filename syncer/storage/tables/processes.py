"""Running daemons."""

from __future__ import annotations

from sqlalchemy import Column, Table, func
from sqlalchemy.dialects.postgresql import JSONB

from syncer.storage.tables.metadata import (
    bigint_column,
    identity_column,
    instant_column,
    metadata,
    text_column,
)

#: One row for each daemon, until it shuts down cleanly or has not updated the row for a long time.
processes = Table(
    "processes",
    metadata,
    identity_column("process_id", primary_key=True),
    text_column("host", nullable=False),
    bigint_column("pid", nullable=False),
    text_column("version", nullable=False),
    #: Digest of the configuration, without secrets.
    text_column("configuration", nullable=False),
    instant_column("started_at", nullable=False, server_default=func.clock_timestamp()),
    instant_column("heartbeat_at", nullable=False, server_default=func.clock_timestamp()),
    #: Errors under way that belong to no run: objects with `subject`, `error` and `since`.
    Column("errors", JSONB, nullable=False, server_default="[]"),
)
