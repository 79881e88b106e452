"""Queries of the commands: status, gaps, coverage, task histories, reports. Nothing here writes."""

from syncer.storage.read.coverage import CoverageExplanation, UncoveredReason, explain_coverage
from syncer.storage.read.coverage_runs import RunSummary
from syncer.storage.read.gaps import Gap, gap_at, load_gaps
from syncer.storage.read.incomplete_runs import IncompleteRunGroup
from syncer.storage.read.installation import InstallationState
from syncer.storage.read.processes import OngoingError, ProcessOverview, load_processes
from syncer.storage.read.report_settings import StoredReportSettings, load_report_settings
from syncer.storage.read.retired_streams import RetiredStream, load_retired_streams
from syncer.storage.read.status import StreamHealth, StreamOverview, load_streams
from syncer.storage.read.task_history import TaskHistory, TaskVersion, load_source_names, load_task_histories
from syncer.storage.schema import open_database

__all__ = [
    "CoverageExplanation",
    "Gap",
    "IncompleteRunGroup",
    "InstallationState",
    "OngoingError",
    "ProcessOverview",
    "RetiredStream",
    "RunSummary",
    "StoredReportSettings",
    "StreamHealth",
    "StreamOverview",
    "TaskHistory",
    "TaskVersion",
    "UncoveredReason",
    "explain_coverage",
    "gap_at",
    "load_gaps",
    "load_processes",
    "load_report_settings",
    "load_retired_streams",
    "load_source_names",
    "load_streams",
    "load_task_histories",
    "open_database",
]
