"""SQLAlchemy tables of the schema `sync`. The migrations create the schema; a test compares both."""

from syncer.storage.tables.definitions import definitions
from syncer.storage.tables.metadata import metadata
from syncer.storage.tables.processes import processes
from syncer.storage.tables.rollups import (
    arrivals_daily,
    arrivals_hourly,
    completions_daily,
    completions_hourly,
    dirty_hours,
    durations_daily,
    failures_daily,
    runs_hourly,
    slo_daily,
)
from syncer.storage.tables.runs import checkpoints, quirks, rejected_records, runs
from syncer.storage.tables.streams import leases, settings, sources, streams
from syncer.storage.tables.tasks import OPEN_STATUSES, task_versions, tasks

__all__ = [
    "OPEN_STATUSES",
    "arrivals_daily",
    "arrivals_hourly",
    "checkpoints",
    "completions_daily",
    "completions_hourly",
    "definitions",
    "dirty_hours",
    "durations_daily",
    "failures_daily",
    "leases",
    "metadata",
    "processes",
    "quirks",
    "rejected_records",
    "runs",
    "runs_hourly",
    "settings",
    "slo_daily",
    "sources",
    "streams",
    "task_versions",
    "tasks",
]
