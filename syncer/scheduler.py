"""Runs jobs on their schedule until an event stops it. Only this module imports APScheduler.

The schedule is in memory and is built from the configuration at every start: a job store of APScheduler 3
runs jobs twice when two processes share it.

APScheduler compares times of the wall clock, which can be set at any moment. So the intervals are computed
from a monotonic clock, and the times of all jobs are computed again after the wall clock was set.
"""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from syncer.errors import Stopped, SyncerError
from syncer.ports import Clock

#: Jobs that run at the same time; more would not be faster, for all share one database and one processor.
MAX_THREADS = 64
#: Seconds between two comparisons of the wall clock with the monotonic clock.
CHECK_SECONDS = 1.0
#: Seconds by which the wall clock must differ from the monotonic one to count as set, and by which a
#: comparison must be late for the process to count as suspended.
_STEP_SECONDS, _SUSPENDED_SECONDS = 1.0, 10.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ScheduledJob:
    """A function that runs at intervals: never twice at once, and once for all the times it has missed."""

    name: str
    every: timedelta
    run: Callable[[], object]


class Scheduler:
    """Runs jobs in threads, at the intervals of the monotonic clock of `clock`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
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
            MonotonicInterval(job.every, self._clock.monotonic),
            id=job.name,
            next_run_time=self._clock.now(),
            replace_existing=True,
        )

    def run_until(self, stop: threading.Event) -> None:
        """Run the jobs until `stop` is set, then wait for those that are running."""
        # A sweep usually takes longer than its interval: that is not worth a warning.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        watch = ClockWatch(self._clock)
        self._scheduler.start()
        try:
            while not stop.wait(CHECK_SECONDS):
                self._follow(watch.check())
        finally:
            # Not wait=True: shutdown would wait while it holds a lock that a job needs to add another.
            self._scheduler.shutdown(wait=False)
            self._threads.shutdown()

    def _follow(self, change: ClockChange) -> None:
        """Log that the clock was set or the process suspended; then compute the times of all jobs again."""
        if change.step:
            log.warning("clock.set", extra={"seconds": round(change.step)})
            self._reschedule()
        if change.suspended:
            log.warning("process.suspended", extra={"seconds": round(change.suspended)})
            # The wait of APScheduler's thread does not count the time in which the machine is suspended.
            self._scheduler.wakeup()

    def _reschedule(self) -> None:
        """Set the next time of every job: so long from now as the monotonic clock says."""
        for job in self._scheduler.get_jobs():
            now = self._clock.now()
            try:
                self._scheduler.modify_job(job.id, next_run_time=job.trigger.get_next_fire_time(now, now))
            except JobLookupError:  # Replaced in the meantime.
                continue


class MonotonicInterval(BaseTrigger):  # type: ignore[misc]  # APScheduler ships no types.
    """Multiples of an interval on a monotonic clock, counted from the creation of this trigger.

    The next time is always after `now`: however far the wall clock was set forward, nothing is made up for.
    """

    def __init__(self, every: timedelta, monotonic: Callable[[], float]) -> None:
        self._every = every.total_seconds()
        self._monotonic = monotonic
        self._started = monotonic()

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """The wall clock's time of the next multiple; `now` is the wall clock's present time."""
        passed = (self._monotonic() - self._started) / self._every
        # The clocks differ by a little: a job that begins just before a multiple began at that multiple.
        following = math.floor(passed + 0.1) + 1
        return now + timedelta(seconds=(following - passed) * self._every)


@dataclass(frozen=True, slots=True)
class ClockChange:
    """What has happened between two checks, in seconds; 0 for nothing."""

    #: By how much the wall clock was set forward or, if negative, back.
    step: float
    #: How long the process, or the machine, was suspended.
    suspended: float


class ClockWatch:
    """Compares the wall clock with the monotonic clock. `check` is to be called every CHECK_SECONDS."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._monotonic, self._difference = self._read()

    def check(self) -> ClockChange:
        """Return what has happened since the last check."""
        former, former_difference = self._monotonic, self._difference
        self._monotonic, self._difference = self._read()
        step, late = self._difference - former_difference, self._monotonic - former - CHECK_SECONDS
        return ClockChange(
            step if abs(step) > _STEP_SECONDS else 0.0, late if late > _SUSPENDED_SECONDS else 0.0
        )

    def _read(self) -> tuple[float, float]:
        """The monotonic clock, and by how much the wall clock is ahead of it."""
        monotonic = self._clock.monotonic()
        return monotonic, self._clock.now().timestamp() - monotonic


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
