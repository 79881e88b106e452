"""Runs jobs on their schedule until an event stops it. Only this module imports APScheduler.

The schedule is in memory and is built from the configuration at every start: a job store of APScheduler 3
runs jobs twice when two processes share it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from syncer.errors import Stopped, SyncerError

#: Jobs that run at the same time; more would not be faster, for all share one database and one processor.
MAX_THREADS = 64

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ScheduledJob:
    """A function that runs at intervals: never twice at once, and once for all the times it has missed."""

    name: str
    every: timedelta
    run: Callable[[], object]


class Scheduler:
    """Runs jobs in threads. `now` returns the current time, at which an added job runs for the first time."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._threads = ThreadPoolExecutor(MAX_THREADS)
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": self._threads},
            # A late job must still run; by default APScheduler drops it when it is one second late.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def add(self, job: ScheduledJob) -> None:
        """Run `job` at once and then at its interval; replace a job of the same name."""
        self._scheduler.add_job(
            _logging_errors(job),
            IntervalTrigger(seconds=job.every.total_seconds(), timezone=UTC),
            id=job.name,
            next_run_time=self._now(),
            replace_existing=True,
        )

    def run_until(self, stop: threading.Event) -> None:
        """Run the jobs until `stop` is set, then wait for those that are running."""
        # A sweep usually takes longer than its interval: that is not worth a warning.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler.start()
        try:
            stop.wait()
        finally:
            # Not wait=True: shutdown would wait while it holds a lock that a job needs to add another.
            self._scheduler.shutdown(wait=False)
            self._threads.shutdown()


def _logging_errors(job: ScheduledJob) -> Callable[[], None]:
    """The function of `job`, with errors logged instead of raised, so that it runs again at its interval."""

    def run() -> None:
        try:
            job.run()
        except Stopped:
            return
        except SyncerError as error:
            log.warning("job.deferred", extra={"job": job.name, "error": str(error)})
        except Exception:
            log.exception("job.failed", extra={"job": job.name})

    return run
