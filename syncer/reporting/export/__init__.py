"""Exports for lakes and notebooks: one file a day, written whole or not at all, and only where it differs.

This room decides, writes files and keeps account of them; it reads no clock and knows no SQL. The rows come
through `Ledger`, which `syncer.storage.exports` is in Postgres.
"""

from syncer.reporting.export.days import Day, days_between, local_day, parse_day
from syncer.reporting.export.exporter import Action, DayReport, export_days, plan_days
from syncer.reporting.export.folder import ExportFolder, Terms
from syncer.reporting.export.formats import check_format
from syncer.reporting.export.judging import State, Verdict
from syncer.reporting.export.values import (
    By,
    Census,
    Chunk,
    Column,
    Cover,
    Dataset,
    DayFacts,
    Format,
    Ledger,
    Selection,
    Snapshot,
)

__all__ = [
    "Action",
    "By",
    "Census",
    "Chunk",
    "Column",
    "Cover",
    "Dataset",
    "Day",
    "DayFacts",
    "DayReport",
    "ExportFolder",
    "Format",
    "Ledger",
    "Selection",
    "Snapshot",
    "State",
    "Terms",
    "Verdict",
    "check_format",
    "days_between",
    "export_days",
    "local_day",
    "parse_day",
    "plan_days",
]
