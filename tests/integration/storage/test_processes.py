"""The rows of daemons: updated by heartbeats, deleted at an orderly stop, restored after a loss, expired."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import Engine

from syncer.model import Batch, Mode, ProcessIdentity, RunStatus, StreamState
from syncer.storage import PgStore, PgStreamStore
from syncer.storage.read import StreamHealth, load_processes, load_streams
from syncer.storage.write.processes import ProcessRow

A = ProcessIdentity(host="a", pid=1, version="0.1.0", configuration="one")
B = replace(A, host="b", version="0.2.0", configuration="two")
NOW = datetime.now(UTC)


@pytest.fixture
def database(url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def test_turns_show_the_other_daemons_until_they_stop(engine: Engine) -> None:
    a, b = ProcessRow(engine, A), ProcessRow(engine, B)
    assert a.record_heartbeat([]) == []
    error = {"subject": "vod", "error": "away", "since": NOW.isoformat()}
    assert b.record_heartbeat([error]) == [A]
    assert a.record_heartbeat([]) == [B]
    newest, _ = load_processes(engine)
    shown = next(each for each in (newest, _) if each.host == "b")
    assert (shown.identity, shown.is_alive, shown.errors[0].since) == (B, True, NOW)
    assert A.differences(B) == ("version", "configuration")
    b.delete()
    assert a.record_heartbeat([]) == []
    assert [each.identity for each in load_processes(engine)] == [A]


def test_killed_daemon_is_shown_until_it_is_replaced(engine: Engine, database: psycopg.Connection) -> None:
    killed, other = ProcessRow(engine, A), ProcessRow(engine, B)
    killed.record_heartbeat([])
    database.execute("update sync.processes set heartbeat_at = heartbeat_at - interval '3 minutes'")
    assert other.record_heartbeat([]) == []
    alive, dead = load_processes(engine)
    assert (alive.identity, alive.is_alive, dead.identity, dead.is_alive) == (B, True, A, False)
    assert timedelta(minutes=3) <= dead.silent_for < timedelta(minutes=4)
    replacement = ProcessRow(engine, replace(A, pid=2))
    assert replacement.record_heartbeat([]) == [B]
    assert {each.pid for each in load_processes(engine) if each.host == "a"} == {2}
    database.execute(
        "update sync.processes set heartbeat_at = heartbeat_at - interval '2 hours' where host = 'a'"
    )
    other.record_heartbeat([])
    assert [each.host for each in load_processes(engine)] == ["b"]


def test_row_that_a_failover_lost_is_written_again(engine: Engine, database: psycopg.Connection) -> None:
    row = ProcessRow(engine, A)
    row.record_heartbeat([])
    [before] = load_processes(engine)
    database.execute("delete from sync.processes")
    row.record_heartbeat([])
    [after] = load_processes(engine)
    assert (after.identity, after.started_at) == (A, before.started_at)


def end_run(store: PgStreamStore, mode: Mode, status: RunStatus, error: str | None = None) -> None:
    run = store.start(mode, NOW)
    state = StreamState(last_run_at=NOW) if status is RunStatus.SUCCEEDED else None
    store.commit(Batch(run=run, status=status, error=error, state=state))


def test_failure_under_way_ends_with_a_success_of_its_kind(
    engine: Engine, ours: PgStreamStore, pg: PgStore
) -> None:
    def health() -> tuple[StreamHealth, str | None]:
        [stream] = load_streams(engine)
        return stream.health, stream.error

    assert health() == (StreamHealth.NEVER_READ, None)
    end_run(ours, Mode.POLL, RunStatus.FAILED, "wrong \0 key")
    [failing] = load_streams(engine)
    assert (failing.health, failing.error) == (StreamHealth.FAILING, "wrong � key")
    end_run(ours, Mode.POLL, RunStatus.FAILED, "still wrong")
    [still] = load_streams(engine)
    assert (still.error, still.failing_since) == ("still wrong", failing.failing_since)
    ours.start(Mode.POLL, NOW)  # A run that is under way hides nothing.
    assert health() == (StreamHealth.FAILING, "still wrong")
    end_run(ours, Mode.POLL, RunStatus.SUCCEEDED)
    assert health() == (StreamHealth.OK, None)
    end_run(ours, Mode.SWEEP, RunStatus.FAILED, "no sweep")
    end_run(ours, Mode.POLL, RunStatus.SUCCEEDED)
    assert health() == (StreamHealth.FAILING, "no sweep")
    end_run(ours, Mode.SWEEP, RunStatus.SUCCEEDED)
    assert health() == (StreamHealth.OK, None)
    end_run(ours, Mode.POLL, RunStatus.INTERRUPTED, "stopped")
    [last] = load_streams(engine)
    assert (last.health, last.since_success is not None) == (StreamHealth.OK, True)


def test_stream_is_overdue_unless_a_run_reads_pages(
    engine: Engine, ours: PgStreamStore, database: psycopg.Connection
) -> None:
    def is_overdue() -> bool:
        [stream] = load_streams(engine)
        return stream.is_overdue

    end_run(ours, Mode.POLL, RunStatus.SUCCEEDED)
    assert not is_overdue()
    database.execute("update sync.streams set succeeded_at = now() - 4 * poll_every - interval '2 minutes'")
    assert is_overdue()
    ours.start(Mode.POLL, NOW)
    assert is_overdue()  # Its first request may wait for a cloud that is away.
    database.execute("update sync.runs set pages = 1 where status = 'running'")
    assert not is_overdue()
    database.execute("update sync.leases set expires_at = now() - interval '1 second'")
    assert is_overdue()
