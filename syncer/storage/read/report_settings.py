"""The reporting settings that the views use, which may be those of another process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine, select

from syncer.storage.connections import transaction
from syncer.storage.tables import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReportSettings:
    """The stored settings, and the process that has stored them; "" before the first one."""

    time_zone: str
    queue_target: timedelta
    run_target: timedelta
    written_by: str


def load_report_settings(engine: Engine) -> StoredReportSettings | None:
    """Load the stored settings; None where their row is gone."""
    columns = (settings.c[name] for name in StoredReportSettings.__dataclass_fields__)
    with transaction(engine) as connection:
        row = connection.execute(select(*columns)).one_or_none()
    return StoredReportSettings(**row._mapping) if row else None
