"""Two daemons on one database share the streams, and each goes on without the other."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import LiteralString

from tests.e2e.test_kills import SLOW, check_counters, holds_a_stream
from tests.support.program import Process
from tests.support.scene import SceneFactory

_UNREAD: LiteralString = """
select count(*) from sync.streams s where not exists (
    select from sync.runs r where r.stream_id = s.stream_id and r.status = 'succeeded' and r.begun_at > %s)
"""
_HELD: LiteralString = """
select stream_id, epoch from sync.leases
where holder like '%%:' || %s and expires_at > clock_timestamp() order by stream_id
"""


def has_finished(process: Process, runs: int) -> bool:
    return [event["event"] for event in process.events()].count("run.succeeded") >= runs


def check_untroubled(processes: Iterable[Process]) -> None:
    """Nothing that they logged is worse than a stream that was the other's."""
    for process in processes:
        troubles = [event for event in process.events() if event["level"] not in ("DEBUG", "INFO")]
        assert troubles == []


def test_two_daemons_share_the_streams(stage: SceneFactory) -> None:
    scene = stage(arrivals_per_minute=1_200.0)
    daemons = [scene.program.daemon() for _ in range(2)]
    for daemon in daemons:
        daemon.until(partial(has_finished, daemon, 10), "ten runs of its own")
    scene.watch(daemons[0])
    scene.settle(daemons[0])
    assert [daemon.terminate().code for daemon in daemons] == [0, 0]
    check_untroubled(daemons)
    scene.compare()
    check_counters(scene)


def test_daemon_takes_over_from_one_that_was_killed(stage: SceneFactory) -> None:
    scene = stage(arrivals_per_minute=600.0)
    scene.configure(**SLOW)
    killed, left = (scene.program.daemon() for _ in range(2))
    for daemon in (killed, left):
        daemon.until(partial(has_finished, daemon, 2), "two runs of its own")
    killed.until(partial(holds_a_stream, scene, killed), "a stream of its own")
    killed.kill()
    instant = scene.ledger.now()
    orphans = scene.ledger.rows(_HELD, str(killed.pid))
    assert orphans
    left.until(lambda: not scene.ledger.value(_UNREAD, instant), "a run of every stream")
    for orphan in orphans:
        epoch = scene.ledger.value("select epoch from sync.leases where stream_id = %s", orphan["stream_id"])
        assert epoch > orphan["epoch"]
    scene.settle(left)
    assert left.terminate().code == 0
    check_untroubled([left])
    scene.compare()
    check_counters(scene)
