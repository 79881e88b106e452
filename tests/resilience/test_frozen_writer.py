"""A process that stood still for longer than its lease commits nothing, and holds nobody up."""

from __future__ import annotations

import signal
from collections.abc import Mapping

import pytest

from tests.resilience.conftest import Scenario, ScenarioFactory
from tests.resilience.sigstop import go_on, wait_for_standstill
from tests.support.crash_points import CrashPoint, trap_setting
from tests.support.program import Process
from tests.support.waiting import eventually

_TAKE_OVER = """
update sync.leases set epoch = epoch + 1, holder = 'elsewhere', expires_at = clock_timestamp() + interval '1h'
where expires_at <= clock_timestamp() returning epoch
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


def frozen(scene: Scenario, point: CrashPoint, passes: int) -> Process:
    """A daemon that stands still at `point`."""
    daemon = scene.daemon(trap_setting(point, passes, signal.SIGSTOP))
    wait_for_standstill(daemon)
    return daemon


def errors(daemon: Process, event: str) -> list[str]:
    return [str(each["error"]) for each in daemon.events() if each["event"] == event]


@pytest.mark.parametrize(
    ("point", "passes"),
    [(CrashPoint.COPYING, 25), (CrashPoint.UPSERTED, 2), (CrashPoint.COMMITTING, 3)],
    ids=["in-copy", "after-upsert", "before-commit"],
)
def test_frozen_process_commits_nothing(stage: ScenarioFactory, point: CrashPoint, passes: int) -> None:
    scene = stage("mps-cn")
    daemon = frozen(scene, point, passes)
    eventually(lambda: scene.ledger.rows(_TAKE_OVER), "the lease to expire")
    before = scene.ledger.value(_WRITTEN)
    go_on(daemon)
    daemon.until(lambda: "elsewhere" in str(errors(daemon, "lease.busy")), "its next look at the stream")
    assert "nothing was written" in errors(daemon, "lease.busy")[0]
    assert scene.ledger.value(_WRITTEN) == before
    # Given back the stream, it goes on as if nothing had happened.
    assert scene.ledger.rows(_GIVE_BACK)
    scene.assert_ends_well(daemon)


def test_other_daemon_goes_on_while_one_is_frozen(stage: ScenarioFactory) -> None:
    scene = stage("mps-cn", "baidu")
    sleeper = frozen(scene, CrashPoint.COMMITTING, 4)
    epochs = leases(scene)
    other = scene.daemon()
    scene.goes_on(other)
    # The rows that the sleeper had locked were free before anybody's patience was over.
    assert not errors(other, "run.deferred")
    assert all(epoch > epochs[stream] for stream, epoch in leases(scene).items())
    go_on(sleeper)
    sleeper.until(lambda: "nothing was written" in str(errors(sleeper, "lease.busy")), "its confession")
    scene.goes_on(sleeper)
    scene.check_claims()
    assert sleeper.terminate().code == 0
    scene.assert_ends_well(other)


def leases(scene: Scenario) -> Mapping[int, int]:
    rows = scene.ledger.rows("select stream_id, epoch from sync.leases")
    return {row["stream_id"]: row["epoch"] for row in rows}
