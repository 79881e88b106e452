"""Reading again what has not changed writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString

from tests.support.analyst_database import Row
from tests.support.scene import Scene, SceneFactory
from tests.support.waiting import eventually

_ROWS: LiteralString = """
select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint
from pg_stat_user_tables
where schemaname = 'sync_history' or (schemaname, relname) in (('sync', 'tasks'), ('sync', 'task_versions'))
"""
#: Where each row stands, and which transactions wrote and locked it: a mere lock would be a write, too.
_PLACES: LiteralString = "select ctid::text, xmin::text, xmax::text from sync.tasks order by task_key"
_OTHERS: LiteralString = """
select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
"""
_SESSIONS: LiteralString = "select sessions from pg_stat_database where datname = current_database()"


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the tables of tasks, and what was written since the server began."""

    places: list[Row]
    #: Rows of tasks and of their history.
    rows: int
    #: Bytes, of everything.
    wal: int
    #: How many sessions there were.
    sessions: int


def written(scene: Scene) -> Written:
    """What was written so far, once the sessions of earlier commands have ended and so been counted."""
    eventually(lambda: not scene.ledger.value(_OTHERS), "the end of other sessions")
    wal = int(scene.ledger.value("select pg_current_wal_lsn() - '0/0'"))
    rows, sessions = int(scene.ledger.value(_ROWS)), scene.ledger.value(_SESSIONS)
    return Written(scene.ledger.rows(_PLACES), rows, wal, sessions)


def test_second_sync_writes_nothing(stage: SceneFactory) -> None:
    scene = stage(backlog=5_000)
    scene.simulator.freeze()
    before = written(scene)
    scene.sync()
    first = written(scene)
    # Otherwise the numbers below would prove nothing.
    assert first.rows - before.rows >= scene.ledger.tasks() == len(first.places) == 5_000
    runs, streams = (scene.ledger.value(f"select count(*) from sync.{name}") for name in ("runs", "streams"))
    for words in ((), ("--sweep",)):
        earlier = written(scene)
        scene.sync(*words)
        later = written(scene)
        assert later.rows == earlier.rows
        assert later.places == first.places
        # What is left does not grow with the tasks: the runs, the leases, a temporary table for each session.
        assert (later.wal - earlier.wal) * 10 < first.wal - before.wal
        # One a stream, for the renewal of the leases, and to look at the schema.
        assert later.sessions - earlier.sessions <= streams + 2
    assert scene.ledger.value("select count(*) from sync.runs") == runs + 2 * streams
    assert scene.ledger.value("select count(*) from sync.task_versions") == 0
    assert scene.ledger.value("select sum(unchanged) from sync.runs where run_id > %s", runs) >= 5_000
    scene.compare()
