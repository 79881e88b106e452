"""The row of this process in `processes`, by which others see that a daemon runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, and_, delete, func, insert, or_, select, update

from syncer.model import DEAD_AFTER, ProcessIdentity
from syncer.storage.connections import transaction
from syncer.storage.tables import processes

#: After which time without an update any daemon deletes the row.
_EXPIRES_AFTER = timedelta(hours=1)

_now = func.clock_timestamp()


class ProcessRow:
    """The row of one process, which its constructor does not insert yet."""

    def __init__(self, engine: Engine, identity: ProcessIdentity) -> None:
        self._engine, self._identity = engine, identity
        self._process_id: int | None = None
        self._started_at: datetime | None = None

    def record_heartbeat(self, errors: Sequence[Mapping[str, Any]]) -> list[ProcessIdentity]:
        """Update the row, with the errors under way; return the other processes that are alive.

        Inserts the row first, and again after a failover or a restore has lost it. Deletes expired rows.
        Raises StoreUnavailable.
        """
        with transaction(self._engine) as connection:
            if not self._update(connection, errors):
                self._insert(connection, errors)
            connection.execute(delete(processes).where(self._is_expired()))
            others = select(*processes.c["host", "pid", "version", "configuration"]).where(
                processes.c.process_id != self._process_id, processes.c.heartbeat_at > _now - DEAD_AFTER
            )
            return [ProcessIdentity(**row) for row in connection.execute(others).mappings()]

    def delete(self) -> None:
        """Delete the row: the process shuts down cleanly. Raises StoreUnavailable."""
        with transaction(self._engine) as connection:
            connection.execute(delete(processes).where(processes.c.process_id == self._process_id))

    def _update(self, connection: Connection, errors: Sequence[Mapping[str, Any]]) -> bool:
        mine = and_(
            processes.c.process_id == self._process_id,
            # A restored database may have given the id to another process.
            processes.c.host == self._identity.host,
            processes.c.pid == self._identity.pid,
        )
        changed = update(processes).where(mine).values(heartbeat_at=_now, errors=list(errors))
        return connection.execute(changed).rowcount == 1

    def _insert(self, connection: Connection, errors: Sequence[Mapping[str, Any]]) -> None:
        identity = self._identity
        values = {
            "host": identity.host,
            "pid": identity.pid,
            "version": identity.version,
            "configuration": identity.configuration,
            "errors": list(errors),
            **({"started_at": self._started_at} if self._started_at else {}),
        }
        returned = insert(processes).values(values).returning(processes.c.process_id, processes.c.started_at)
        row = connection.execute(returned).one()
        self._process_id, self._started_at = row.process_id, row.started_at

    def _is_expired(self) -> Any:
        """Rows of processes that died long ago, or that this process has replaced on the same host."""
        is_replaced = and_(
            processes.c.host == self._identity.host,
            processes.c.configuration == self._identity.configuration,
            processes.c.heartbeat_at < _now - DEAD_AFTER,
        )
        # A row of the future is from before the clock of the server was set back.
        is_old = or_(
            processes.c.heartbeat_at < _now - _EXPIRES_AFTER, processes.c.heartbeat_at > _now + _EXPIRES_AFTER
        )
        return and_(processes.c.process_id != self._process_id, or_(is_old, is_replaced))
