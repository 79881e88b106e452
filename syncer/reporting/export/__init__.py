"""Exports for data lakes and notebooks: one file per day, written completely, and only if its rows changed.

This package decides, writes files and keeps their manifest. It reads no clock and contains no SQL: the rows
come through the protocol `ExportDatabase`, which `syncer.storage.read.exports` implements for Postgres.
"""

from syncer.reporting.export.completeness import DayCompleteness, DayState
from syncer.reporting.export.days import Day, days_between, local_day, parse_day
from syncer.reporting.export.exporter import Action, DayReport, export_days, plan_days
from syncer.reporting.export.formats import check_format
from syncer.reporting.export.manifest import ExportFolder, ExportSpec
from syncer.reporting.export.types import (
    Chunk,
    Dataset,
    DayFacts,
    ExportColumn,
    ExportDatabase,
    ExportSnapshot,
    Format,
    PartitionBy,
    RowChecksum,
    Selection,
    SourceCoverage,
    StreamCoverage,
)

__all__ = [
    "Action",
    "Chunk",
    "Dataset",
    "Day",
    "DayCompleteness",
    "DayFacts",
    "DayReport",
    "DayState",
    "ExportColumn",
    "ExportDatabase",
    "ExportFolder",
    "ExportSnapshot",
    "ExportSpec",
    "Format",
    "PartitionBy",
    "RowChecksum",
    "Selection",
    "SourceCoverage",
    "StreamCoverage",
    "check_format",
    "days_between",
    "export_days",
    "local_day",
    "parse_day",
    "plan_days",
]
