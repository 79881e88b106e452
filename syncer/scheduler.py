"""Runs jobs on their schedule until told to stop. Only this room knows APScheduler.

The schedule lives in memory and is made anew from the configuration at every start: APScheduler 3 job
stores fire twice when two processes share them.
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

#: More streams than this wait for each other: they share one database and one processor.
MAX_THREADS = 64

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ScheduledJob:
    """Something to be done every so often; never twice at once, and never again for a time it has missed."""

    name: str
    every: timedelta
    run: Callable[[], object]


class Scheduler:
    """Jobs on their schedule. `now` is when the first of them begin."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._threads = ThreadPoolExecutor(MAX_THREADS)
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": self._threads},
            # A run that comes late is still wanted: without this APScheduler drops it after one second.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def add(self, job: ScheduledJob) -> None:
        """Run `job` at once and then on its schedule; one of the same name is replaced."""
        self._scheduler.add_job(
            _logging_errors(job),
            IntervalTrigger(seconds=job.every.total_seconds(), timezone=UTC),
            id=job.name,
            next_run_time=self._now(),
            replace_existing=True,
        )

    def serve(self, stop: threading.Event) -> None:
        """Run the jobs until `stop` is set, then let those that are under way come to their end."""
        # A job longer than its interval is the normal case of a sweep, and no warning.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler.start()
        try:
            stop.wait()
        finally:
            # Not with wait=True: it would wait under a lock that a job needs to add another.
            self._scheduler.shutdown(wait=False)
            self._threads.shutdown()


def _logging_errors(job: ScheduledJob) -> Callable[[], None]:
    """A job that logs what went wrong, and comes again at its next time."""

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
