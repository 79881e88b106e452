"""Two daemons on one database share the streams; when one is killed, the other takes over its streams."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import partial
from typing import LiteralString

from tests.e2e.test_kills import SLOW, check_counters, holds_a_lease
from tests.support.program import Process
from tests.support.system_under_test import SystemFactory

_UNREAD: LiteralString = """
select count(*) from sync.streams s where not exists (
    select from sync.runs r where r.stream_id = s.stream_id and r.status = 'succeeded' and r.begun_at > %s)
"""
_HELD: LiteralString = """
select stream_id, epoch from sync.leases
where holder like '%%:' || %s and expires_at > clock_timestamp() order by stream_id
"""


def has_succeeded(process: Process, runs: int) -> bool:
    return [event["event"] for event in process.events()].count("run.succeeded") >= runs


def check_no_warnings(processes: Iterable[Process]) -> None:
    """Assert that the daemons logged no warning: a stream whose lease the other one holds is normal."""
    for process in processes:
        warnings = [event for event in process.events() if event["level"] not in ("DEBUG", "INFO")]
        assert warnings == []


def test_two_daemons_share_the_streams(make_system: SystemFactory) -> None:
    system = make_system(arrivals_per_minute=1_200.0)
    daemons = [system.program.start_daemon() for _ in range(2)]
    for daemon in daemons:
        daemon.wait_until(partial(has_succeeded, daemon, 10), "ten runs of its own")
    system.wait_for_changes(daemons[0])
    system.freeze_and_sweep(daemons[0])
    assert [daemon.terminate().code for daemon in daemons] == [0, 0]
    check_no_warnings(daemons)
    system.assert_equals_ground_truth()
    check_counters(system)


def test_daemon_takes_over_from_one_that_was_killed(make_system: SystemFactory) -> None:
    system = make_system(arrivals_per_minute=600.0)
    system.configure(**SLOW)
    killed, survivor = (system.program.start_daemon() for _ in range(2))
    for daemon in (killed, survivor):
        daemon.wait_until(partial(has_succeeded, daemon, 2), "two runs of its own")
    killed.wait_until(partial(holds_a_lease, system, killed), "the lease of a stream")
    killed.kill()
    instant = system.database.now()
    held = system.database.rows(_HELD, str(killed.pid))
    assert held
    survivor.wait_until(lambda: not system.database.value(_UNREAD, instant), "a run of every stream")
    for lease in held:
        epoch = system.database.value(
            "select epoch from sync.leases where stream_id = %s", lease["stream_id"]
        )
        assert epoch > lease["epoch"]
    system.freeze_and_sweep(survivor)
    result = survivor.terminate()
    assert result.code == 0
    # Only the daemon that was killed keeps its row: the other one shut down cleanly.
    assert [row["pid"] for row in system.database.rows("select pid from sync.processes")] == [killed.pid]
    # Every line is JSON, also the one about the signal.
    events = [json.loads(line) for line in result.err.splitlines()]
    assert [event["signal"] for event in events if event["event"] == "daemon.stopping"] == ["SIGTERM"]
    check_no_warnings([survivor])
    system.assert_equals_ground_truth()
    check_counters(system)
