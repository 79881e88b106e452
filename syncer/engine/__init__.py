"""Runs of streams: the order of calls to provider and database. The decisions are in `planning`."""

from syncer.engine.run import run_stream
from syncer.engine.run_report import Progress, RunHooks, RunReport
from syncer.engine.worker import Worker

__all__ = ["Progress", "RunHooks", "RunReport", "Worker", "run_stream"]
