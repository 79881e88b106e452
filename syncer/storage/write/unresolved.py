"""What stands in the database after a batch, of the tasks that the engine must ask more about."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, Select, bindparam, select, true

from syncer.model import Sighting, Status
from syncer.storage.tables import tasks
from syncer.storage.write.leases import Lease
from syncer.storage.write.staging import staging
from syncer.storage.write.upsert import reopens


def without_outcome(connection: Connection, lease: Lease, sightings: Iterable[Sighting]) -> tuple[str, ...]:
    """Of the tasks that the staged sightings say have finished, those of which nothing says how."""
    if not any(each.record is not None and each.task.status is Status.FINISHED for each in sightings):
        return ()
    return _ids(connection, lease, _UNDECIDED)


def reopened(connection: Connection, lease: Lease, sightings: Iterable[Sighting]) -> tuple[str, ...]:
    """The ended tasks that the staged sightings show as open again, and that were left as they are."""
    if not any(each.task.is_open and each.task.rank is None for each in sightings):
        return ()
    return _ids(connection, lease, _DOUBTED)


def _ids(connection: Connection, lease: Lease, query: Select[str]) -> tuple[str, ...]:
    return tuple(connection.scalars(query, {"in_stream": lease.stream_id}))


# Lateral, so that it is sure to begin with the few rows of the staging table, and to look each up by key.
_leased = (
    select(tasks)
    .where(tasks.c.stream_id == bindparam("in_stream"), tasks.c.task_id == staging.c.task_id)
    .limit(1)
    .lateral("standing")
)
_staged = select(staging.c.task_id).join(_leased, true()).distinct()
_UNDECIDED = _staged.where(
    staging.c.status == Status.FINISHED.value,
    staging.c.raw.is_not(None),
    _leased.c.status == Status.FINISHED.value,
)
_DOUBTED = _staged.where(reopens(dict(staging.c.items()), dict(_leased.c.items())))
