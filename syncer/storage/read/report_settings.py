"""The reporting settings that the views use, which may be those of another process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, select

from syncer.errors import StoreUnavailable
from syncer.storage.connections import transaction
from syncer.storage.tables import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReportSettings:
    """The stored settings, and the process that has stored them; "" before the first one."""

    time_zone: str
    queue_target: timedelta
    run_target: timedelta
    written_by: str


def load_time_zone(connection: Connection) -> ZoneInfo:
    """Load the reporting time zone. Raises StoreUnavailable where the row of the settings is gone."""
    zone = connection.scalar(select(settings.c.time_zone))
    if zone is None:
        raise StoreUnavailable(
            "the settings of the reports are missing: `syncer run` or `syncer sync` stores them"
        )
    return ZoneInfo(zone)


def load_report_settings(engine: Engine) -> StoredReportSettings | None:
    """Load the stored settings; None where their row is gone."""
    columns = (settings.c[name] for name in StoredReportSettings.__dataclass_fields__)
    with transaction(engine) as connection:
        row = connection.execute(select(*columns)).one_or_none()
    return StoredReportSettings(**row._mapping) if row else None
