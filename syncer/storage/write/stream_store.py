"""The store of one stream, under a lease."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ARRAY, Engine, Text, any_, bindparam, func, select

from syncer.model import Batch, Counts, Mode, OpenTask, Run, Status, StreamState
from syncer.storage.connections import transaction
from syncer.storage.stream_state import load_state
from syncer.storage.tables import OPEN_STATUSES, tasks
from syncer.storage.write import commit
from syncer.storage.write.fencing import check_lease, lock_lease
from syncer.storage.write.leases import Lease
from syncer.storage.write.run_records import start_run


class PgStreamStore:
    """A `StreamStore` in Postgres. Each call is one transaction, which checks or locks the lease first.

    Every method raises LeaseLost once the lease is over, and StoreUnavailable if the database is unavailable.
    """

    def __init__(self, engine: Engine, lease: Lease) -> None:
        self._engine = engine
        self.lease = lease

    def state(self) -> StreamState:
        """The state of the stream."""
        with transaction(self._engine) as connection:
            check_lease(connection, self.lease)
            return load_state(connection, self.lease.stream_id)

    def open_tasks(self) -> Mapping[str, OpenTask]:
        """The open tasks that are not lost, by id."""
        query = select(tasks.c.task_id, tasks.c.created_at, tasks.c.first_seen_at).where(
            tasks.c.stream_id == self.lease.stream_id,
            tasks.c.status.in_(OPEN_STATUSES),
            tasks.c.lost_at.is_(None),
        )
        with transaction(self._engine) as connection:
            check_lease(connection, self.lease)
            rows = connection.execute(query)
            return {
                row.task_id: OpenTask(
                    task_id=row.task_id, created_at=row.created_at, first_seen_at=row.first_seen_at
                )
                for row in rows
            }

    def count_since(self, created_at: datetime, at_most: int) -> int:
        """The number of tasks created at `created_at` or later, `at_most` if there are more."""
        newer = (
            select(tasks.c.task_id)
            .where(tasks.c.stream_id == self.lease.stream_id, tasks.c.created_at >= created_at)
            .limit(at_most)
        )
        with transaction(self._engine) as connection:
            check_lease(connection, self.lease)
            return connection.scalar(select(func.count()).select_from(newer.subquery())) or 0

    def without_outcome(self, run: Run) -> Mapping[str, datetime | None]:
        """The tasks that this run has stored as `finished`, without an outcome: creation times by id."""
        query = select(tasks.c.task_id, tasks.c.created_at).where(
            tasks.c.stream_id == self.lease.stream_id,
            tasks.c.run_id == run.run_id,
            tasks.c.status == Status.FINISHED.value,
        )
        with transaction(self._engine) as connection:
            check_lease(connection, self.lease)
            return {row.task_id: row.created_at for row in connection.execute(query)}

    def succeeded_among(self, task_ids: Collection[str]) -> set[str]:
        """Those of `task_ids` that are stored as succeeded."""
        query = select(tasks.c.task_id).where(
            tasks.c.stream_id == self.lease.stream_id,
            tasks.c.task_id == any_(bindparam("ids", type_=ARRAY(Text))),
            tasks.c.status == Status.SUCCEEDED.value,
        )
        with transaction(self._engine) as connection:
            check_lease(connection, self.lease)
            return set(connection.scalars(query, {"ids": list(task_ids)}))

    def start(self, mode: Mode, now: datetime) -> Run:
        """Start a run at `now`, or resume the unfinished one of this mode; return it."""
        with transaction(self._engine) as connection:
            lock_lease(connection, self.lease)
            return start_run(connection, self.lease, mode, now)

    def commit(self, batch: Batch) -> Counts:
        """Store all of `batch` in one transaction, or nothing; return the counts.

        Raises ValueError for a batch that breaks the rules of `Batch`.
        """
        with transaction(self._engine) as connection:
            return commit.commit_batch(connection, self.lease, batch)
