"""One writer: only the holder of a lease can commit."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, text

from syncer.errors import LeaseLost, StoreUnavailable
from syncer.model import Mode, Run, Stream
from syncer.storage import PgStore, PgStreamStore
from syncer.storage.connections import transaction
from syncer.storage.write.fencing import lock_lease
from syncer.storage.write.leases import release_lease, renew_leases, take_lease
from tests.integration.storage.conftest import SHORT_LEASE, Look
from tests.support.sightings import T0, begin, see, store

MakeStore = Callable[..., PgStore]
_EXPIRE = "UPDATE sync.leases SET expires_at = clock_timestamp()"


def wait_until(is_so: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_held_stream_names_its_holder(pg: PgStore, impatient: MakeStore, stream: Stream) -> None:
    with pg.claim(stream):
        with pytest.raises(LeaseLost, match=r"^fake is being read by test, whose lease runs until 20"):
            impatient("other").claim(stream).__enter__()
        with impatient("other").claim(replace(stream, region="elsewhere")) as elsewhere:
            assert elsewhere.open_tasks() == {}


def test_released_stream_is_free_at_once(pg: PgStore, impatient: MakeStore, stream: Stream) -> None:
    with pg.claim(stream) as first:
        pass
    with impatient("other").claim(stream) as second:
        assert second.lease.epoch == first.lease.epoch + 1


def test_lease_of_a_dead_process_ends_although_the_servers_clock_was_set_back(
    pg: PgStore, impatient: MakeStore, stream: Stream, look: Look
) -> None:
    with pg.claim(stream):
        pass
    look(
        "UPDATE sync.leases SET renewed_at = clock_timestamp() + interval '2 hours',"
        " expires_at = clock_timestamp() + interval '2 hours 10 seconds'"
    )
    with impatient("other").claim(stream) as second:
        assert second.lease.epoch == 2


def test_stream_is_released_after_an_error(pg: PgStore, stream: Stream) -> None:
    with pytest.raises(RuntimeError), pg.claim(stream):
        raise RuntimeError
    with pg.claim(stream) as ours:
        assert ours.open_tasks() == {}


def test_lease_is_renewed_beyond_its_first_end(impatient: MakeStore, stream: Stream, look: Look) -> None:
    ends = "SELECT expires_at, clock_timestamp() AS now FROM sync.leases"
    with impatient("one").claim(stream) as ours:
        (first,) = look(ends)
        wait_until(lambda: look(ends)[0]["now"] > first["expires_at"] + SHORT_LEASE)
        store(ours, begin(ours), see("t"))
        with pytest.raises(LeaseLost):
            impatient("two").claim(stream).__enter__()


def test_stale_epoch_commits_nothing(pg: PgStore, impatient: MakeStore, stream: Stream, look: Look) -> None:
    with pg.claim(stream) as frozen:
        run = begin(frozen)
        look(_EXPIRE)
        with impatient("other").claim(stream) as ours:
            store(ours, begin(ours), see("t", "failed"))
            for act in _every_method(frozen, run):
                with pytest.raises(LeaseLost, match="the lease on fake is over"):
                    act()
    assert look("SELECT task_id FROM sync.tasks") == [{"task_id": "t"}]


def test_repeated_epoch_commits_nothing(
    pg: PgStore, impatient: MakeStore, engine: Engine, stream: Stream, look: Look
) -> None:
    """As after a failover that lost the takeover: another process takes the same epoch again."""
    with pg.claim(stream) as former:
        run = begin(former)
        look("UPDATE sync.leases SET epoch = epoch - 1, token = gen_random_uuid(), expires_at = renewed_at")
        with impatient("other").claim(stream) as ours:
            assert ours.lease.epoch == former.lease.epoch
            store(ours, begin(ours), see("t", "failed"))
            for act in _every_method(former, run):
                with pytest.raises(LeaseLost, match="the lease on fake is over"):
                    act()
            with transaction(engine) as connection:
                assert renew_leases(connection, [former.lease], SHORT_LEASE) == [former.lease]
                release_lease(connection, former.lease)
            assert ours.open_tasks() == {}
    assert look("SELECT task_id FROM sync.tasks") == [{"task_id": "t"}]


def _every_method(ours: PgStreamStore, run: Run) -> list[Callable[[], object]]:
    return [
        lambda: store(ours, run, see("stale")),
        lambda: ours.start(Mode.POLL, T0),
        ours.state,
        ours.open_tasks,
        lambda: ours.without_outcome(run),
    ]


def test_expired_lease_commits_nothing_even_if_it_was_not_taken_over(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    look(_EXPIRE)
    with pytest.raises(LeaseLost):
        store(ours, run, see("t"))
    assert look("SELECT * FROM sync.tasks") == []


def test_expired_lease_is_not_renewed(ours: PgStreamStore, engine: Engine, look: Look) -> None:
    look(_EXPIRE)
    with transaction(engine) as connection:
        assert renew_leases(connection, [ours.lease], SHORT_LEASE) == [ours.lease]
    with pytest.raises(LeaseLost):
        ours.state()


def test_takeover_waits_for_a_running_commit(
    engine: Engine, ours: PgStreamStore, stream: Stream, look: Look
) -> None:
    taken = threading.Event()

    def take_over() -> int:
        with transaction(engine) as connection:
            lease = take_lease(
                connection, ours.lease.stream_id, label="fake", holder="other", lease=SHORT_LEASE
            )
            taken.set()
            return lease.epoch

    with ThreadPoolExecutor() as pool:
        with transaction(engine) as connection:
            lock_lease(connection, ours.lease)
            look(_EXPIRE)
            other = pool.submit(take_over)
            wait_until(lambda: look("SELECT 1 FROM pg_locks WHERE NOT granted"))
            assert not taken.is_set()
        assert other.result(20) == ours.lease.epoch + 1
    with pytest.raises(LeaseLost):
        ours.state()


def test_renewal_does_not_wait_for_a_running_commit(engine: Engine, ours: PgStreamStore) -> None:
    with transaction(engine) as writer:
        lock_lease(writer, ours.lease)
        with transaction(engine) as renewer:
            renewer.execute(text("SET LOCAL lock_timeout = '100ms'"))
            assert renew_leases(renewer, [ours.lease], SHORT_LEASE) == []


def test_suspended_transaction_does_not_block_a_takeover(impatient: MakeStore, stream: Stream) -> None:
    frozen, other = impatient("frozen"), impatient("other")
    with frozen.claim(stream) as ours:
        frozen._renewer.close()
        with pytest.raises(StoreUnavailable), transaction(frozen._engine) as connection:
            lock_lease(connection, ours.lease)
            wait_until(lambda: _can_claim(other, stream))
            connection.execute(text("UPDATE sync.runs SET error = 'too late'"))


def _can_claim(store: PgStore, stream: Stream) -> bool:
    try:
        with store.claim(stream):
            return True
    except LeaseLost:
        return False


def test_epoch_only_grows(pg: PgStore, stream: Stream) -> None:
    epochs = []
    for _ in range(3):
        with pg.claim(stream) as ours:
            epochs.append(ours.lease.epoch)
    assert epochs == [1, 2, 3]


def test_one_of_many_claims_wins(impatient: MakeStore, stream: Stream) -> None:
    stores = [impatient(f"holder-{n}") for n in range(4)]
    together, done = threading.Barrier(4), threading.Barrier(4)

    def claim(one: PgStore) -> bool:
        together.wait()
        try:
            with one.claim(stream):
                done.wait()
                return True
        except LeaseLost:
            done.wait()
            return False

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(claim, stores)) == [False, False, False, True]


def test_broken_connections_are_replaced(ours: PgStreamStore, url: str) -> None:
    run = begin(ours)
    with psycopg.connect(url, autocommit=True) as other:
        pids = other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
        assert pids
    assert store(ours, run, see("t")).inserted == 1
