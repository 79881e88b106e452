"""Reading again what has not changed writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString

from tests.acceptance.conftest import Scene, Staging
from tests.acceptance.waiting import eventually

_ROWS: LiteralString = """
select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint
from pg_stat_user_tables
where schemaname = 'sync_history' or (schemaname, relname) in (('sync', 'tasks'), ('sync', 'task_versions'))
"""
_OTHERS: LiteralString = """
select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
"""
_SESSIONS: LiteralString = "select sessions from pg_stat_database where datname = current_database()"
#: For each session: it makes and drops a temporary table, which writes 25 kB into the system catalogs however
#: little is staged in it; the run, the coverage and the lease of its stream take the rest.
_WAL_PER_SESSION = 32_000


@dataclass(frozen=True, slots=True)
class Written:
    """What was written since the server began: rows of tasks and of their history, and bytes of WAL."""

    rows: int
    wal: int
    #: How many sessions there were.
    sessions: int


def written(scene: Scene) -> Written:
    """What was written so far, once the sessions of earlier commands have ended and so been counted."""
    eventually(lambda: not scene.ledger.value(_OTHERS), "the end of other sessions")
    wal = int(scene.ledger.value("select pg_current_wal_lsn() - '0/0'"))
    return Written(int(scene.ledger.value(_ROWS)), wal, scene.ledger.value(_SESSIONS))


def test_second_sync_writes_nothing(stage: Staging) -> None:
    scene = stage(backlog=2_000)
    scene.simulator.freeze()
    before = written(scene)
    scene.sync()
    first = written(scene)
    # Otherwise the numbers below would prove nothing.
    assert first.rows - before.rows >= scene.ledger.tasks() == 2_000
    assert first.wal - before.wal > 2_000_000
    runs, streams = (scene.ledger.value(f"select count(*) from sync.{name}") for name in ("runs", "streams"))
    for words in ((), ("--sweep",)):
        earlier = written(scene)
        scene.sync(*words)
        later = written(scene)
        assert later.rows == earlier.rows
        sessions = later.sessions - earlier.sessions
        assert later.wal - earlier.wal < sessions * _WAL_PER_SESSION
        # One a stream, for the renewal of the leases, and to look at the schema.
        assert sessions <= streams + 2
    assert scene.ledger.value("select count(*) from sync.runs") == runs + 2 * streams
    assert scene.ledger.value("select count(*) from sync.task_versions") == 0
    assert scene.ledger.value("select sum(unchanged) from sync.runs where run_id > %s", runs) >= 2_000
    scene.compare()
