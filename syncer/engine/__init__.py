"""Runs one stream: the order of calls, nothing else. What to do is decided in `planning`."""

from syncer.engine.report import Progress, RunReport, Watch
from syncer.engine.run import run_stream

__all__ = ["Progress", "RunReport", "Watch", "run_stream"]
