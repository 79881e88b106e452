"""Exports for lakes and notebooks: one file a day, written whole or not at all, and only where it differs.

This room decides, writes files and keeps account of them; it reads no clock and knows no SQL. The rows come
through `ExportSource`, which `syncer.storage.read.exports` is in Postgres.
"""

from syncer.reporting.export.completeness import DayState, Finality
from syncer.reporting.export.days import Day, days_between, local_day, parse_day
from syncer.reporting.export.exporter import Action, DayReport, export_days, plan_days
from syncer.reporting.export.formats import check_format
from syncer.reporting.export.manifest import ExportFolder, ExportSpec
from syncer.reporting.export.types import (
    Chunk,
    Dataset,
    DayBasis,
    DayFacts,
    ExportColumn,
    ExportSnapshot,
    ExportSource,
    Format,
    RowChecksum,
    Selection,
    StreamCoverage,
)

__all__ = [
    "Action",
    "Chunk",
    "Dataset",
    "Day",
    "DayBasis",
    "DayFacts",
    "DayReport",
    "DayState",
    "ExportColumn",
    "ExportFolder",
    "ExportSnapshot",
    "ExportSource",
    "ExportSpec",
    "Finality",
    "Format",
    "RowChecksum",
    "Selection",
    "StreamCoverage",
    "check_format",
    "days_between",
    "export_days",
    "local_day",
    "parse_day",
    "plan_days",
]
