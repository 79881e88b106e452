"""A daemon killed or terminated at any crash point loses nothing and stores nothing twice."""

from __future__ import annotations

import os
import signal

import pytest

from tests.resilience.conftest import Scenario, ScenarioFactory
from tests.support.crash_points import CrashPoint, trap_setting
from tests.support.fault_proxy import FaultRule, ProxyFault, fault_proxy
from tests.support.program import Process

#: By point: the pass on which the process gets the signal.
_POINTS = {
    "reading": {
        CrashPoint.TAKING: 1,
        CrashPoint.TAKEN: 1,
        CrashPoint.REQUEST: 4,
        CrashPoint.BODY: 3,
        CrashPoint.SCANNED: 2,
        CrashPoint.RENEWING: 1,
        CrashPoint.RENEWED: 1,
    },
    "writing": {
        CrashPoint.COPYING: 9,
        CrashPoint.STAGED: 2,
        CrashPoint.UPSERTED: 2,
        CrashPoint.COMMITTING: 2,
        CrashPoint.COMMITTED: 1,
        CrashPoint.RELEASING: 1,
    },
}

_UNFINISHED = """
select count(*) from sync.runs r join sync.leases l using (stream_id, epoch)
where r.status = 'running' and l.holder like '%%:' || %s
"""


def run_into_trap(
    scenario: Scenario, point: CrashPoint, passes: int, number: signal.Signals
) -> tuple[Process, int]:
    """Run a daemon until it has ended by a signal at `point`; return it and its exit code.

    What it claims to have read must be stored.
    """
    daemon = scenario.daemon(trap_setting(point, passes, number))
    code = daemon.wait().code
    fired = [event["point"] for event in daemon.events() if event["event"] == "crash_trap.fired"]
    assert fired == [point], daemon.err
    assert "Traceback" not in daemon.err
    scenario.check_covered_tasks()
    return daemon, code


@pytest.mark.parametrize("points", _POINTS.values(), ids=_POINTS)
def test_signal_at_any_point_loses_nothing(
    make_scenario: ScenarioFactory, points: dict[CrashPoint, int]
) -> None:
    scenario = make_scenario("mps-cn", "baidu")
    scenario.configure(page_size=10)
    for point, passes in points.items():
        assert run_into_trap(scenario, point, passes, signal.SIGKILL)[1] == -signal.SIGKILL
        terminated, code = run_into_trap(scenario, point, passes, signal.SIGTERM)
        assert code == 0, terminated.err
        assert scenario.database.value(_UNFINISHED, str(terminated.pid)) == 0
    scenario.assert_recovers(scenario.daemon())
    assert scenario.check_covered_tasks() > 100


def test_second_signal_ends_the_daemon_at_once(make_scenario: ScenarioFactory) -> None:
    scenario = make_scenario("mps-cn")
    with fault_proxy(scenario.simulator.endpoints["mps-cn"]) as proxy:
        scenario.configure(endpoint=proxy.proxied_url(scenario.simulator.endpoints["mps-cn"]))
        # With its default patience the daemon would wait for a response much longer than the test.
        daemon = scenario.program.start_daemon()
        scenario.wait_for_progress(daemon)
        proxy.inject(FaultRule(fault=ProxyFault.STALL))
        daemon.wait_until(lambda: proxy.fired[ProxyFault.STALL], "a response that stalls")
        os.kill(daemon.pid, signal.SIGTERM)
        daemon.wait_until(lambda: "daemon.stopping" in daemon.err, "the first signal")
        # A second signal counts only after a second.
        daemon.assert_runs_for(1.1)
        assert daemon.terminate().code == 128 + signal.SIGTERM
    scenario.configure()
    scenario.check_covered_tasks()
    scenario.assert_recovers(scenario.daemon())
