"""Leases are renewed in one thread for all of them, whatever happens to it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from syncer.errors import ThreadUnavailable
from syncer.model import Stream
from syncer.storage import PgStore, PgStreamStore
from syncer.storage.connections import transaction
from syncer.storage.write.lease_renewal import LeaseRenewer
from syncer.storage.write.leases import renew_leases
from tests.integration.storage.conftest import SHORT_LEASE, Look
from tests.support.thread_failures import THREAD_FAILURES, FailStart, fail_starts

MakeStore = Callable[..., PgStore]
_EXPIRE = "UPDATE sync.leases SET expires_at = clock_timestamp()"


def wait_until(is_so: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_leases_of_many_streams_are_renewed_together_without_those_that_are_lost(
    pg: PgStore, engine: Engine, stream: Stream, look: Look
) -> None:
    with ExitStack() as stack:
        held = [
            stack.enter_context(pg.claim(replace(stream, region=f"r{number}"))).lease for number in range(5)
        ]
        look("UPDATE sync.leases SET epoch = epoch + 1 WHERE stream_id = %s", held[1].stream_id)
        look("UPDATE sync.leases SET expires_at = renewed_at WHERE stream_id = %s", held[3].stream_id)
        statements: list[str] = []
        with transaction(engine) as connection:
            event.listen(connection, "before_cursor_execute", lambda *args: statements.append(args[2]))
            assert renew_leases(connection, held, 10 * SHORT_LEASE) == [held[1], held[3]]
        assert len(statements) == 2
        renewed = look("SELECT stream_id FROM sync.leases WHERE expires_at > renewed_at + interval '9 s'")
        assert {row["stream_id"] for row in renewed} >= {held[n].stream_id for n in (0, 2, 4)}


def test_renewal_skips_a_lease_that_another_process_is_taking(
    pg: PgStore, engine: Engine, stream: Stream, look: Look
) -> None:
    with pg.claim(replace(stream, region="a")) as first, pg.claim(replace(stream, region="b")) as second:
        with transaction(engine) as other, transaction(engine) as renewer:
            other.execute(
                text("SELECT FROM sync.leases WHERE stream_id = :id FOR UPDATE"),
                {"id": first.lease.stream_id},
            )
            renewer.execute(text("SET LOCAL lock_timeout = '100ms'"))
            assert renew_leases(renewer, [first.lease, second.lease], 20 * SHORT_LEASE) == []
        renewed = look("SELECT stream_id FROM sync.leases WHERE expires_at > renewed_at + interval '19 s'")
        assert renewed == [{"stream_id": second.lease.stream_id}]


def test_renewal_continues_after_a_broken_connection(
    impatient: MakeStore, stream: Stream, look: Look, caplog: pytest.LogCaptureFixture
) -> None:
    with impatient("one", lease=3 * SHORT_LEASE).claim(stream) as ours:
        (before,) = look("SELECT renewed_at FROM sync.leases")
        wait_until(lambda: look("SELECT renewed_at FROM sync.leases") != [before])
        kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        look(kill + " AND pid <> pg_backend_pid()")
        wait_until(lambda: "lease.renewal_failed" in caplog.messages)
        (after,) = look("SELECT renewed_at FROM sync.leases")
        wait_until(lambda: look("SELECT renewed_at FROM sync.leases") != [after])
        assert ours.open_tasks() == {}


def test_renewal_of_a_lost_lease_stops(
    impatient: MakeStore, stream: Stream, look: Look, caplog: pytest.LogCaptureFixture
) -> None:
    with impatient("one").claim(stream):
        look(_EXPIRE)
        wait_until(lambda: "lease.lost" in caplog.messages)
    assert look("SELECT expires_at <= clock_timestamp() AS free FROM sync.leases") == [{"free": True}]


def test_renewals_share_one_thread_until_the_end(engine: Engine, ours: PgStreamStore) -> None:
    renewer = LeaseRenewer(engine, SHORT_LEASE)
    renewer.keep(ours.lease)
    thread = renewer._thread
    assert thread is not None
    wait_until(lambda: engine.pool.checkedout() == 1)  # type: ignore[attr-defined]
    renewer.drop(ours.lease)
    wait_until(lambda: engine.pool.checkedout() == 0)  # type: ignore[attr-defined]
    renewer.keep(ours.lease)
    assert renewer._thread is thread
    renewer.close()
    assert not thread.is_alive


@pytest.mark.parametrize("failure", THREAD_FAILURES.values(), ids=THREAD_FAILURES)
def test_claim_fails_without_a_thread_for_renewals_and_the_next_one_renews(
    failure: FailStart, impatient: MakeStore, stream: Stream, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = impatient("one")
    with fail_starts(failure, monkeypatch), pytest.raises(ThreadUnavailable, match="renewal of leases"):
        one.claim(stream).__enter__()
    with one.claim(stream):  # The lease was released at once.
        (before,) = look("SELECT renewed_at FROM sync.leases")
        wait_until(lambda: look("SELECT renewed_at FROM sync.leases") != [before])


@pytest.mark.parametrize("method", ["_renew", "_held_after"])
def test_renewal_survives_a_lack_of_memory(
    method: str, impatient: MakeStore, stream: Stream, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, failures = getattr(LeaseRenewer, method), [MemoryError, MemoryError]

    def fail_twice(*arguments: object) -> object:
        if failures:
            raise failures.pop()
        return real(*arguments)

    monkeypatch.setattr(LeaseRenewer, method, fail_twice)
    with impatient("one").claim(stream):
        (before,) = look("SELECT renewed_at FROM sync.leases")
        wait_until(lambda: look("SELECT renewed_at FROM sync.leases") != [before])
        (after,) = look("SELECT renewed_at FROM sync.leases WHERE expires_at > clock_timestamp()")
    assert failures == []
    assert after["renewed_at"] > before["renewed_at"]
