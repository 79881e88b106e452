"""Reading unchanged tasks again writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString

from tests.support.analyst_database import Row
from tests.support.system_under_test import SystemFactory, SystemUnderTest
from tests.support.waiting import eventually

_ROWS: LiteralString = """
select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint
from pg_stat_user_tables
where schemaname = 'sync_history' or (schemaname, relname) in (('sync', 'tasks'), ('sync', 'task_versions'))
"""
#: The position of each row, and the transactions that wrote and locked it: a lock would be a write, too.
_ROW_VERSIONS: LiteralString = "select ctid::text, xmin::text, xmax::text from sync.tasks order by task_key"
_OTHER_SESSIONS: LiteralString = """
select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
"""
_SESSIONS: LiteralString = "select sessions from pg_stat_database where datname = current_database()"


@dataclass(frozen=True, slots=True)
class WriteStatistics:
    """The rows of the tasks, and the writes of the whole database so far."""

    row_versions: list[Row]
    #: Written rows of tasks and of their history.
    rows: int
    #: Bytes of WAL.
    wal: int
    #: Sessions so far.
    sessions: int


def write_statistics(system: SystemUnderTest) -> WriteStatistics:
    """Wait for the end of other sessions, which are counted then; return the statistics."""
    eventually(lambda: not system.database.value(_OTHER_SESSIONS), "the end of other sessions")
    wal = int(system.database.value("select pg_current_wal_lsn() - '0/0'"))
    rows, sessions = int(system.database.value(_ROWS)), system.database.value(_SESSIONS)
    return WriteStatistics(system.database.rows(_ROW_VERSIONS), rows, wal, sessions)


def test_second_sync_writes_nothing(make_system: SystemFactory) -> None:
    system = make_system(backlog=5_000)
    system.simulator.freeze()
    before = write_statistics(system)
    system.sync()
    first = write_statistics(system)
    # Else the comparisons below would prove nothing.
    assert first.rows - before.rows >= system.database.count_tasks() == len(first.row_versions) == 5_000
    runs, streams = (
        system.database.value(f"select count(*) from sync.{name}") for name in ("runs", "streams")
    )
    for arguments in ((), ("--sweep",)):
        earlier = write_statistics(system)
        system.sync(*arguments)
        later = write_statistics(system)
        assert later.rows == earlier.rows
        assert later.row_versions == first.row_versions
        # The rest does not grow with the tasks: runs, leases, a temporary table for each session.
        assert (later.wal - earlier.wal) * 10 < first.wal - before.wal
        # One for each stream, one to renew the leases, one to check the schema.
        assert later.sessions - earlier.sessions <= streams + 2
    assert system.database.value("select count(*) from sync.runs") == runs + 2 * streams
    assert system.database.value("select count(*) from sync.task_versions") == 0
    assert system.database.value("select sum(unchanged) from sync.runs where run_id > %s", runs) >= 5_000
    system.assert_equals_ground_truth()
