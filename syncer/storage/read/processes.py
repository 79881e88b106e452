"""The daemons that run, or that ended without a clean shutdown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, func, select

from syncer.model import DEAD_AFTER, ProcessIdentity
from syncer.storage.connections import transaction
from syncer.storage.tables import processes


@dataclass(frozen=True, slots=True, kw_only=True)
class OngoingError:
    """An error that a daemon reported with its last heartbeat and that belongs to no run."""

    #: A stream, a source or a job of the daemon.
    subject: str
    error: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessOverview:
    """A daemon. Also the JSON of `status`."""

    host: str
    pid: int
    version: str
    #: Digest of its configuration, without secrets.
    configuration: str
    started_at: datetime
    #: Its last heartbeat; they are about 20 s apart.
    heartbeat_at: datetime
    #: Since the last heartbeat.
    silent_for: timedelta
    is_alive: bool
    errors: tuple[OngoingError, ...]

    @property
    def identity(self) -> ProcessIdentity:
        """The daemon as other daemons see it."""
        return ProcessIdentity(
            host=self.host, pid=self.pid, version=self.version, configuration=self.configuration
        )


def load_processes(engine: Engine) -> list[ProcessOverview]:
    """The daemons with a row, those that are alive first."""
    silent_for = func.greatest(func.clock_timestamp() - processes.c.heartbeat_at, timedelta(0))
    columns = [column for column in processes.c if column.name != "process_id"]
    query = select(*columns, silent_for.label("silent_for")).order_by(silent_for, processes.c.process_id)
    with transaction(engine) as connection:
        return [_overview(**row) for row in connection.execute(query).mappings()]


def _overview(*, errors: list[dict[str, str]], silent_for: timedelta, **columns: Any) -> ProcessOverview:
    under_way = (
        OngoingError(
            subject=each["subject"], error=each["error"], since=datetime.fromisoformat(each["since"])
        )
        for each in errors
    )
    return ProcessOverview(
        **columns, silent_for=silent_for, is_alive=silent_for < DEAD_AFTER, errors=tuple(under_way)
    )
