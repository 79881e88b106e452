"""A daemon that is killed, or told to stop, at any instant loses nothing and repeats nothing."""

from __future__ import annotations

from functools import partial
from random import Random
from typing import Any, LiteralString

from tests.support.program import Process
from tests.support.scene import Scene, SceneFactory

#: Slow enough that there is always something to interrupt.
SLOW: dict[str, Any] = {"requests_per_second": 15, "page_size": 20}
#: Seconds from the first lease to the kill.
_LIVES = (0.0, 1.2)
_KILLS = 5

_RUNNING: LiteralString = "select count(*) from sync.runs where status = 'running'"
_HELD: LiteralString = """
select count(*) from sync.leases where holder like '%%:' || %s and expires_at > clock_timestamp()
"""


#: Modes of the runs that a dead process was in the middle of.
_CUT_OFF: LiteralString = """
select r.mode from sync.runs r join sync.leases l on (l.stream_id, l.epoch) = (r.stream_id, r.epoch)
where r.status = 'running' and l.holder like '%%:' || %s
"""


def holds_a_stream(scene: Scene, process: Process) -> bool:
    """Whether a stream is the process's to write at this moment."""
    return bool(scene.ledger.value(_HELD, str(process.pid)))


def check_counters(scene: Scene) -> None:
    """What the runs say that they did is what was done."""
    counted = scene.ledger.rows(
        "select sum(inserted) as inserted, sum(updated) as updated, sum(rejected + lost) as amiss,"
        " count(*) filter (where ended_at is null or ended_at < begun_at) as endless,"
        " count(*) filter (where pages > requests) as unasked,"
        " count(*) filter (where status not in ('succeeded', 'interrupted')) as failed from sync.runs"
    )[0]
    assert counted["inserted"] == scene.ledger.tasks()
    assert counted["updated"] == scene.ledger.value("select count(*) from sync.task_versions")
    assert [counted[name] for name in ("amiss", "endless", "unasked", "failed")] == [0, 0, 0, 0]


def test_killed_daemon_loses_and_repeats_nothing(stage: SceneFactory) -> None:
    scene = stage(arrivals_per_minute=1_200.0)
    scene.configure(lease="1s", **SLOW)
    chance = Random(2026)
    hits: list[set[str]] = []
    # In the middle of runs: of the backlog's as well as of later polls.
    while len(hits) < _KILLS or not {"sweep", "poll"} <= set().union(*hits):
        assert len(hits) < 3 * _KILLS
        daemon = scene.program.daemon()
        daemon.until(partial(holds_a_stream, scene, daemon), "its first lease")
        daemon.runs_for(chance.uniform(*_LIVES))
        daemon.kill()
        hits.append({row["mode"] for row in scene.ledger.rows(_CUT_OFF, str(daemon.pid))})
    assert sum(map(bool, hits)) > _KILLS / 2, hits
    daemon = scene.program.daemon()
    scene.watch(daemon)
    scene.settle(daemon)
    assert daemon.terminate().code == 0
    assert scene.compare().tasks >= 500
    check_counters(scene)


def test_sigterm_ends_between_pages_and_the_next_start_goes_on(stage: SceneFactory) -> None:
    scene = stage(backlog=800)
    scene.configure(**SLOW)
    daemon = scene.program.daemon()
    daemon.until(lambda: listed(scene, "mps-cn") >= 6, "six pages of MPS")
    ended = daemon.terminate()
    assert ended.code == 0
    assert "Traceback" not in ended.err
    assert scene.ledger.value(_RUNNING) == 0
    broken_off = scene.ledger.rows(
        "select r.run_id, r.pages from sync.runs r join sync.checkpoints using (run_id)"
        " where r.status = 'interrupted' and r.pages > 0"
    )
    assert broken_off
    # Every page that was asked for is stored.
    assert stored(scene, "mps-cn") == listed(scene, "mps-cn")
    scene.configure()
    daemon = scene.program.daemon()
    scene.settle(daemon)
    assert daemon.terminate().code == 0
    for run in broken_off:
        after = scene.ledger.rows("select status, pages from sync.runs where run_id = %s", run["run_id"])[0]
        assert after["status"] == "succeeded"
        assert after["pages"] > run["pages"]
    assert scene.compare().tasks == 800
    check_counters(scene)


def listed(scene: Scene, name: str) -> int:
    """How many pages the simulator was asked for."""
    return sum(counts["pages"] for counts in scene.simulator.requests()[name]["actions"].values())


def stored(scene: Scene, name: str) -> int:
    """How many of its answers are in the database."""
    return int(
        scene.ledger.value(
            "select sum(r.requests) from sync.runs r join sync.streams using (stream_id)"
            " join sync.sources s using (source_id) where s.name = %s",
            name,
        )
    )
