"""The row of `settings`: the values of the configuration that the views read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.postgresql import insert

from syncer.storage import rollups
from syncer.storage.tables import dirty_hours, settings
from syncer.storage.write.configuring_process import ConfiguringProcess


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """Settings that differed from the given ones: the stored values, and whether they were replaced."""

    stored: Mapping[str, object]
    #: The process that has stored them.
    written_by: str
    is_replaced: bool


def store_settings(
    connection: Connection, given: Mapping[str, object], process: ConfiguringProcess
) -> SettingsChange | None:
    """Store the `given` values where they differ from the stored ones, and mark all rollups dirty.

    Values of a process that started later stay. Return the difference; None where there is none.
    """
    row = connection.execute(select(settings)).one_or_none()
    if row is None:
        # A person has deleted it, or it was lost with a failover.
        new = insert(settings).values(**given, **process.columns)
        connection.execute(new.on_conflict_do_nothing())
        _mark_all_dirty(connection)
        return SettingsChange({}, "", is_replaced=True)
    stored = {name: row._mapping[name] for name, value in given.items() if row._mapping[name] != value}
    if not stored:
        return None
    if not process.is_superseded_by(row):
        connection.execute(update(settings).values(**given, **process.columns))
        _mark_all_dirty(connection)
    return SettingsChange(stored, row.written_by, is_replaced=not process.is_superseded_by(row))


def _mark_all_dirty(connection: Connection) -> None:
    """Mark all rollups dirty, and store the last mark: until it is processed, some days have old settings."""
    rollups.mark_all_dirty(connection)
    last = select(func.max(dirty_hours.c.dirty_hour_id)).scalar_subquery()
    connection.execute(update(settings).values(dirty_through=last))
