"""A process that was stopped for longer than its lease commits nothing and blocks no other process."""

from __future__ import annotations

import signal
from collections.abc import Mapping

import pytest

from tests.resilience.conftest import Scenario, ScenarioFactory
from tests.resilience.sigstop import resume, wait_until_stopped
from tests.support.crash_points import CrashPoint, trap_setting
from tests.support.program import Process
from tests.support.waiting import eventually

_TAKE_OVER = """
update sync.leases set epoch = epoch + 1, token = gen_random_uuid(), holder = 'elsewhere',
expires_at = clock_timestamp() + interval '1h' where expires_at <= clock_timestamp() returning epoch
"""
_GIVE_BACK = (
    "update sync.leases set expires_at = clock_timestamp() where holder = 'elsewhere' returning epoch"
)
#: Everything that a run writes.
_WRITTEN = """
select md5(string_agg(line, '|' order by line)) from (
    select t::text as line from sync.tasks t union all select v::text from sync.task_versions v
    union all select r::text from sync.runs r union all select c::text from sync.checkpoints c
    union all select s::text from sync.streams s) as lines
"""


def stopped_daemon(scenario: Scenario, point: CrashPoint, passes: int) -> Process:
    """Start a daemon and wait until it is stopped at `point`."""
    daemon = scenario.daemon(trap_setting(point, passes, signal.SIGSTOP))
    wait_until_stopped(daemon)
    return daemon


def errors(daemon: Process, event: str) -> list[str]:
    """The errors of the log entries with this event."""
    return [str(entry["error"]) for entry in daemon.events() if entry["event"] == event]


@pytest.mark.parametrize(
    ("point", "passes"),
    [(CrashPoint.COPYING, 25), (CrashPoint.UPSERTED, 2), (CrashPoint.COMMITTING, 3)],
    ids=["in-copy", "after-upsert", "before-commit"],
)
def test_stopped_process_commits_nothing_after_its_lease(
    make_scenario: ScenarioFactory, point: CrashPoint, passes: int
) -> None:
    scenario = make_scenario("mps-cn")
    daemon = stopped_daemon(scenario, point, passes)
    eventually(lambda: scenario.database.rows(_TAKE_OVER), "the lease to expire")
    before = scenario.database.value(_WRITTEN)
    resume(daemon)
    daemon.wait_until(
        lambda: "elsewhere" in str(errors(daemon, "lease.busy")), "its next attempt to take the lease"
    )
    assert "nothing was written" in errors(daemon, "lease.busy")[0]
    assert scenario.database.value(_WRITTEN) == before
    # With the lease released, the daemon continues.
    assert scenario.database.rows(_GIVE_BACK)
    scenario.assert_recovers(daemon)


def test_other_daemon_takes_over_while_one_is_stopped(make_scenario: ScenarioFactory) -> None:
    scenario = make_scenario("mps-cn", "baidu")
    stopped = stopped_daemon(scenario, CrashPoint.COMMITTING, 4)
    epochs = leases(scenario)
    other = scenario.daemon()
    scenario.wait_for_progress(other)
    # The rows that the stopped process had locked were released before any wait timed out.
    assert not errors(other, "run.deferred")
    assert all(epoch > epochs[stream] for stream, epoch in leases(scenario).items())
    resume(stopped)
    stopped.wait_until(
        lambda: "nothing was written" in str(errors(stopped, "lease.busy")), "its failed commit"
    )
    scenario.wait_for_progress(stopped)
    scenario.check_covered_tasks()
    assert stopped.terminate().code == 0
    scenario.assert_recovers(other)


def leases(scenario: Scenario) -> Mapping[int, int]:
    """By stream: the epoch of its lease."""
    rows = scenario.database.rows("select stream_id, epoch from sync.leases")
    return {row["stream_id"]: row["epoch"] for row in rows}
