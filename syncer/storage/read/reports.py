"""The reports of `syncer.reporting.reports`, answered by the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, func, select, text

from syncer.reporting.reports import ShippedReport
from syncer.storage.connections import transaction
from syncer.storage.source_names import check_source_names
from syncer.storage.tables import settings, sources


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportResult:
    """What a report finds at the moment."""

    columns: tuple[str, ...]
    #: Instants are in the reporting time zone, durations in seconds.
    rows: tuple[tuple[Any, ...], ...]
    #: The reporting time zone's name.
    time_zone: str
    #: Whom it was asked about, and whether those are all that there are.
    sources: tuple[str, ...]
    is_of_all: bool


def run_report(
    engine: Engine, report: ShippedReport, *, days: int | None = None, about: Sequence[str] = ()
) -> ReportResult:
    """The answer of `report` about so many `days`, or its own, and about some sources, or all.

    Nothing can be written by it. Raises ConfigurationError where there is no source of such a name.
    """
    with transaction(engine) as connection:
        connection.execute(text("SET TRANSACTION READ ONLY"))
        zone = connection.scalars(select(settings.c.time_zone)).one()
        connection.execute(select(func.set_config("timezone", zone, True)))
        names = _known(connection, about)
        found = connection.execute(text(report.sql), {"days": days or report.days, "sources": names})
        rows = tuple(tuple(row) for row in found)
        return ReportResult(
            columns=tuple(found.keys()),
            rows=rows,
            time_zone=zone,
            sources=tuple(names),
            is_of_all=not about,
        )


def _known(connection: Connection, about: Sequence[str]) -> list[str]:
    """The sources asked about, or all that there are."""
    known = list(connection.scalars(select(sources.c.name).order_by(sources.c.name)))
    check_source_names(about, known)
    return [name for name in known if not about or name in about]
