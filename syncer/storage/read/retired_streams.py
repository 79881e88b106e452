"""The streams that are no longer configured."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, func, select

from syncer.storage.connections import transaction
from syncer.storage.read.stream_row import StreamRow
from syncer.storage.tables import OPEN_STATUSES, sources, streams, tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class RetiredStream(StreamRow):
    """A stream that is no longer configured. Also part of the JSON of `status`."""

    provider: str
    #: Since when, on the database's clock.
    retired_at: datetime
    #: Open tasks that are not lost. Their end is not observed.
    open_tasks: int


def load_retired_streams(engine: Engine) -> list[RetiredStream]:
    """The streams that are no longer configured, sorted by source and region."""
    with transaction(engine) as connection:
        return retired_streams(connection)


def retired_streams(connection: Connection) -> list[RetiredStream]:
    """The streams that are no longer configured, sorted by source and region."""
    is_open = (tasks.c.lost_at.is_(None), tasks.c.status.in_(OPEN_STATUSES))
    open_tasks = select(func.count()).where(tasks.c.stream_id == streams.c.stream_id, *is_open)
    query = (
        select(
            sources.c.name.label("source"),
            sources.c.provider,
            streams.c.region,
            streams.c.retired_at,
            open_tasks.scalar_subquery().label("open_tasks"),
        )
        .join_from(streams, sources, streams.c.source_id == sources.c.source_id)
        .where(streams.c.retired_at.is_not(None))
        .order_by(sources.c.name, streams.c.region)
    )
    return [RetiredStream(**row) for row in connection.execute(query).mappings()]
