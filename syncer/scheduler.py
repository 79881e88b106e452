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
from functools import partial

from apscheduler.executors.pool import BasePoolExecutor
from apscheduler.job import Job
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.base import BaseTrigger

from syncer.errors import Stopped, SyncerError, ThreadUnavailable
from syncer.outages import Outages
from syncer.ports import Clock
from syncer.threads import MAX_THREADS, BackgroundThread, WorkerPool, start_thread

#: Seconds between two comparisons of the wall clock with the monotonic clock.
CHECK_SECONDS = 1.0
#: Seconds by which the wall clock must differ from the monotonic one to count as set, and by which a
#: comparison must be late for the process to count as suspended.
_STEP_SECONDS, _SUSPENDED_SECONDS = 1.0, 10.0
#: Seconds for which the end of the process waits for a running job: longer than a request, shorter than
#: systemd and Docker wait for the process (deploy/systemd/syncer.service, docker-compose.yml).
STOP_SECONDS = 45.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ScheduledJob:
    """A function that runs at intervals: never twice at once, and once for all the times it has missed."""

    name: str
    every: timedelta
    run: Callable[[], object]


class Scheduler:
    """Runs jobs in threads, at the intervals of the monotonic clock of `clock`."""

    def __init__(self, clock: Clock, outages: Outages | None = None) -> None:
        """`outages` are those of the process; without them the scheduler has its own."""
        self._clock = clock
        self._outages = outages or Outages(clock)
        self._pool = WorkerPool(MAX_THREADS)
        #: The names of the jobs that are running.
        self._running: set[str] = set()
        self._scheduler = _RestartingScheduler(
            timezone=UTC,
            executors={"default": _PoolExecutor(self._pool)},
            # A late job must still run; by default APScheduler drops it when it is one second late.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def add(self, job: ScheduledJob) -> None:
        """Run `job` at once and then at its interval; replace a job of the same name."""
        self._scheduler.add_job(
            partial(self._run, job),
            MonotonicInterval(job.every, self._clock.monotonic),
            id=job.name,
            next_run_time=self._clock.now(),
            replace_existing=True,
        )

    def run_until(self, stop: threading.Event) -> None:
        """Run the jobs until `stop` is set, then wait for those that are running, up to STOP_SECONDS."""
        # A sweep usually takes longer than its interval: that is not worth a warning.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        watch = ClockWatch(self._clock)
        self._scheduler.start()
        try:
            self._scheduler.keep_thread()
            while not _is_set(stop):
                self._scheduler.keep_thread()
                self._react_to_clock_change(watch.check())
        finally:
            # Not wait=True: shutdown would wait while it holds a lock that a job needs to add another.
            self._scheduler.shutdown(wait=False)
            if not self._pool.join(STOP_SECONDS):
                # Nothing is lost: what such a job has not committed is read again.
                log.warning("jobs.abandoned", extra={"jobs": ", ".join(sorted(self._running))})

    def _run(self, job: ScheduledJob) -> None:
        """Run the job; log an error instead of raising it, so that the job runs again at its interval."""
        self._running.add(job.name)
        try:
            job.run()
        except Stopped:
            return
        except SyncerError as error:
            level = self._outages.failed(job.name, error)
            log.log(level, "job.deferred", extra={"job": job.name, "error": str(error)})
        except Exception:
            log.exception("job.failed", extra={"job": job.name})
        else:
            self._outages.succeeded(job.name)
        finally:
            self._running.discard(job.name)

    def _react_to_clock_change(self, change: ClockChange) -> None:
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


def _is_set(stop: threading.Event) -> bool:
    """Wait for CHECK_SECONDS at most; return whether `stop` is set."""
    try:
        return stop.wait(CHECK_SECONDS)
    except MemoryError:  # Each wait needs a little. The daemon goes on when others have returned theirs.
        return stop.is_set()


class _PoolExecutor(BasePoolExecutor):  # type: ignore[misc]  # APScheduler ships no types.
    """APScheduler's executor with a WorkerPool."""

    def __init__(self, pool: WorkerPool) -> None:
        super().__init__(pool)

    def submit_job(self, job: Job, run_times: list[datetime]) -> None:
        try:
            super().submit_job(job, run_times)
        except ThreadUnavailable as error:
            log.warning("job.deferred", extra={"job": job.id, "error": str(error)})


class _RestartingScheduler(BlockingScheduler):  # type: ignore[misc]  # APScheduler ships no types.
    """APScheduler's scheduler in a thread that can be started again: without it no job would run."""

    _thread: BackgroundThread | None = None

    def start(self) -> None:
        """Accept jobs, without the thread that runs them when they are due."""
        self._event = threading.Event()
        BaseScheduler.start(self)

    def keep_thread(self) -> None:
        """Start the thread if it does not run; log a warning if that is impossible now."""
        if self._thread and self._thread.is_alive:
            return
        self.wakeup()
        try:
            self._thread = start_thread(self._main_loop, "the schedule")
        except ThreadUnavailable as error:
            log.warning("thread.unavailable", extra={"error": str(error)})
