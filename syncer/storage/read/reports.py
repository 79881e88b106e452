"""Runs the reports of `syncer.reporting.reports`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, func, select, text

from syncer.reporting.reports import ShippedReport
from syncer.storage.connections import transaction
from syncer.storage.read.report_settings import load_time_zone
from syncer.storage.read.retired_streams import retired_streams
from syncer.storage.source_names import check_source_names
from syncer.storage.tables import sources


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportResult:
    """The rows of a report."""

    columns: tuple[str, ...]
    #: Instants are in the reporting time zone, durations in seconds.
    rows: tuple[tuple[Any, ...], ...]
    #: Name of the reporting time zone.
    time_zone: str
    #: The selected sources, and whether these are all sources.
    sources: tuple[str, ...]
    is_all_sources: bool
    #: The labels of streams of these sources that are no longer configured.
    retired: tuple[str, ...] = ()


def run_report(
    engine: Engine, report: ShippedReport, *, days: int | None = None, source_names: Sequence[str] = ()
) -> ReportResult:
    """Run `report` in a read-only transaction; return its rows.

    `days`: local days to look back, today included; None means the report's default. `source_names`: names of
    sources; empty means all. Raises ConfigurationError for an unknown source.
    """
    with transaction(engine) as connection:
        connection.execute(text("SET TRANSACTION READ ONLY"))
        zone = load_time_zone(connection).key
        connection.execute(select(func.set_config("timezone", zone, True)))
        names = _selected(connection, source_names)
        result = connection.execute(text(report.sql), {"days": days or report.days, "sources": names})
        rows = tuple(tuple(row) for row in result)
        return ReportResult(
            columns=tuple(result.keys()),
            rows=rows,
            time_zone=zone,
            sources=tuple(names),
            is_all_sources=not source_names,
            retired=tuple(stream.label for stream in retired_streams(connection) if stream.source in names),
        )


def _selected(connection: Connection, source_names: Sequence[str]) -> list[str]:
    """The names in `source_names`, or of all sources if empty, sorted."""
    known = list(connection.scalars(select(sources.c.name).order_by(sources.c.name)))
    check_source_names(source_names, known)
    return [name for name in known if not source_names or name in source_names]
