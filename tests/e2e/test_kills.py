"""A daemon that is killed or terminated at any instant loses nothing and stores nothing twice."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from functools import partial
from random import Random
from typing import Any, LiteralString

from syncer.model import Mode
from tests.support import crash_points
from tests.support.crash_points import CrashPoint, trap_setting
from tests.support.program import Process
from tests.support.system_under_test import SystemFactory, SystemUnderTest

#: Slow enough that a run lasts longer than a test needs to interrupt it.
SLOW: dict[str, Any] = {"requests_per_second": 15, "page_size": 20}
#: For the daemons whose leases no other process has to take over: not lost even on a loaded machine.
_LONG_LEASE = "60s"
#: Points in the middle of a run: what a process killed there was reading or writing is not committed.
_POINTS = (
    CrashPoint.REQUEST,
    CrashPoint.BODY,
    CrashPoint.COPYING,
    CrashPoint.STAGED,
    CrashPoint.UPSERTED,
    CrashPoint.COMMITTING,
)
_KILLS_IN_EACH_MODE = 3
_KILLS_AT_ANY_TIME = 2
#: Seconds from the first lease to the kill.
_LIFETIMES = (0.0, 1.2)

_RUNNING: LiteralString = "select count(*) from sync.runs where status = 'running'"
_HELD: LiteralString = """
select count(*) from sync.leases where holder like '%%:' || %s and expires_at > clock_timestamp()
"""
#: Modes of the runs that a dead process has left unfinished.
_UNFINISHED: LiteralString = """
select r.mode from sync.runs r join sync.leases l on (l.stream_id, l.epoch) = (r.stream_id, r.epoch)
where r.status = 'running' and l.holder like '%%:' || %s
"""
#: Number of unfinished runs of processes that have lost the lease.
_LEFT: LiteralString = """
select count(*) from sync.runs r join sync.leases l using (stream_id)
where r.status = 'running' and r.epoch < l.epoch
"""


def holds_a_lease(system: SystemUnderTest, process: Process) -> bool:
    """Whether the process holds the lease of a stream at this moment."""
    return bool(system.database.value(_HELD, str(process.pid)))


def check_counters(system: SystemUnderTest) -> None:
    """Assert that the counters of all runs add up to the rows of the database."""
    totals = system.database.rows(
        "select sum(inserted) as inserted, sum(updated) as updated, sum(rejected + lost) as bad,"
        " count(*) filter (where ended_at is null or ended_at < begun_at) as unended,"
        " count(*) filter (where pages > requests) as pages_without_request,"
        " count(*) filter (where status not in ('succeeded', 'interrupted')) as failed from sync.runs"
    )[0]
    assert totals["inserted"] == system.database.count_tasks()
    assert totals["updated"] == system.database.value("select count(*) from sync.task_versions")
    assert [totals[name] for name in ("bad", "unended", "pages_without_request", "failed")] == [0, 0, 0, 0]


def start_with_trap(system: SystemUnderTest, trap: Mapping[str, str]) -> Process:
    """Start the daemon, logging JSON, with a trap of `trap_setting`."""
    words = ("run", "--log-format", "json", "--log-level", "DEBUG")
    return system.program.start(*words, module=crash_points.__name__, **trap)


def kill_in_run(system: SystemUnderTest, mode: Mode, point: CrashPoint, passes: int) -> None:
    """Start a daemon that is killed on a pass through a point of a run of this mode."""
    daemon = start_with_trap(system, trap_setting(point, passes, mode=mode))
    assert daemon.wait().code == -signal.SIGKILL, daemon.err
    unfinished = {row["mode"] for row in system.database.rows(_UNFINISHED, str(daemon.pid))}
    assert mode in unfinished, f"{mode} {point} {passes}: {unfinished}"


def kill_at_any_time(system: SystemUnderTest, seconds: float) -> None:
    """Start a daemon and kill it so many seconds after its first lease."""
    daemon = system.program.start_daemon()
    daemon.wait_until(partial(holds_a_lease, system, daemon), "its first lease")
    daemon.assert_runs_for(seconds)
    daemon.kill()


def finish(system: SystemUnderTest, daemon: Process) -> None:
    """Freeze the simulator, let the daemon sweep every stream and resume all left runs, and stop it."""
    system.freeze_and_sweep(daemon)
    daemon.wait_until(lambda: system.database.value(_LEFT) == 0, "the end of the runs of dead processes")
    assert daemon.terminate().code == 0


def test_killed_daemon_loses_and_repeats_nothing(make_system: SystemFactory) -> None:
    system = make_system(arrivals_per_minute=300.0)
    system.configure(**SLOW)
    random = Random(2026)
    # The first sweep reads the backlog; polls follow it, and are killed between and within later sweeps.
    for mode in [Mode.SWEEP, Mode.POLL] * _KILLS_IN_EACH_MODE:
        kill_in_run(system, mode, random.choice(_POINTS), random.randint(1, 4))
    for _ in range(_KILLS_AT_ANY_TIME):
        kill_at_any_time(system, random.uniform(*_LIFETIMES))
    system.configure(lease=_LONG_LEASE)
    daemon = system.program.start_daemon()
    system.wait_for_changes(daemon)
    finish(system, daemon)
    assert system.assert_equals_ground_truth().tasks >= 500
    check_counters(system)


def test_sigterm_ends_between_pages_and_the_next_start_resumes(make_system: SystemFactory) -> None:
    system = make_system(backlog=800)
    system.configure(lease=_LONG_LEASE, **SLOW)
    result = start_with_trap(system, trap_setting(CrashPoint.REQUEST, 20, signal.SIGTERM)).wait()
    assert result.code == 0, result.err
    assert "Traceback" not in result.err
    assert system.database.value(_RUNNING) == 0
    interrupted = system.database.rows(
        "select r.run_id, r.pages from sync.runs r join sync.checkpoints using (run_id)"
        " where r.status = 'interrupted' and r.pages > 0"
    )
    assert interrupted
    # Every requested page is stored.
    assert stored(system, "mps-cn") == listed(system, "mps-cn")
    system.configure(lease=_LONG_LEASE)
    finish(system, system.program.start_daemon())
    for run in interrupted:
        [after] = system.database.rows("select status, pages from sync.runs where run_id = %s", run["run_id"])
        assert after["status"] == "succeeded"
        assert after["pages"] > run["pages"]
    assert system.assert_equals_ground_truth().tasks == 800
    check_counters(system)


def listed(system: SystemUnderTest, name: str) -> int:
    """How many pages of a list the simulator has returned."""
    return sum(counts["pages"] for counts in system.simulator.requests()[name]["actions"].values())


def stored(system: SystemUnderTest, name: str) -> int:
    """How many requests of a list the runs in the database have counted."""
    return int(
        system.database.value(
            "select sum(r.requests) from sync.runs r join sync.streams using (stream_id)"
            " join sync.sources s using (source_id) where s.name = %s",
            name,
        )
    )
