"""Runs streams: the order of calls, nothing else. What to do is decided in `planning`."""

from syncer.engine.report import Progress, RunReport, Watch
from syncer.engine.run import run_stream
from syncer.engine.worker import Worker

__all__ = ["Progress", "RunReport", "Watch", "Worker", "run_stream"]
