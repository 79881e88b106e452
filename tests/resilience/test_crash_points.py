"""Dying, or being told to stop, at any point of a run loses nothing and doubles nothing."""

from __future__ import annotations

import os
import signal

import pytest

from tests.resilience.conftest import Scenario, ScenarioFactory
from tests.support.crash_points import CrashPoint, trap_setting
from tests.support.fault_proxy import FaultRule, ProxyFault, fault_proxy
from tests.support.program import Process

#: Points, each with the pass at which the process is caught there.
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


def caught(scene: Scenario, point: CrashPoint, passes: int, number: signal.Signals) -> tuple[Process, int]:
    """The daemon that was caught at `point`, and its exit code. It claims nothing that is not stored."""
    daemon = scene.daemon(trap_setting(point, passes, number))
    code = daemon.ended().code
    sprung = [event["point"] for event in daemon.events() if event["event"] == "crash_trap.fired"]
    assert sprung == [point], daemon.err
    assert "Traceback" not in daemon.err
    scene.check_claims()
    return daemon, code


@pytest.mark.parametrize("points", _POINTS.values(), ids=_POINTS)
def test_dying_or_stopping_anywhere_loses_nothing(
    stage: ScenarioFactory, points: dict[CrashPoint, int]
) -> None:
    scene = stage("mps-cn", "baidu")
    scene.configure(page_size=10)
    for point, passes in points.items():
        assert caught(scene, point, passes, signal.SIGKILL)[1] == -signal.SIGKILL
        told, code = caught(scene, point, passes, signal.SIGTERM)
        assert code == 0, told.err
        assert scene.ledger.value(_UNFINISHED, str(told.pid)) == 0
    scene.assert_ends_well(scene.daemon())
    assert scene.check_claims() > 100


def test_second_signal_ends_it_at_once(stage: ScenarioFactory) -> None:
    scene = stage("mps-cn")
    with fault_proxy(scene.simulator.endpoints["mps-cn"]) as way:
        scene.configure(endpoint=way.proxied_url(scene.simulator.endpoints["mps-cn"]))
        # As patient as people are, it waits for an answer much longer than for its end.
        daemon = scene.program.daemon()
        scene.goes_on(daemon)
        way.inject(FaultRule(fault=ProxyFault.STALL))
        daemon.until(lambda: way.fired[ProxyFault.STALL], "an answer that does not come")
        os.kill(daemon.pid, signal.SIGTERM)
        daemon.until(lambda: "once more to stop at once" in daemon.err, "the first signal to be heard")
        assert daemon.is_running
        assert daemon.terminate().code == 128 + signal.SIGTERM
    scene.configure()
    scene.check_claims()
    scene.assert_ends_well(scene.daemon())
