"""Exclusive locks: bounded waits, so readers proceed; the blocking sessions are named."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Engine, text

from syncer.errors import StoreUnavailable
from syncer.storage import PgStore, check_schema, lock_waits, make_engine, migrate
from syncer.storage import schema as schema_module
from syncer.storage.lock_waits import LockHolder, LockWait, retry_lock_waits
from tests.integration.storage.conftest import Look
from tests.support.later_release import write_later_release
from tests.support.postgres_servers import Server
from tests.support.thread_failures import THREAD_FAILURES, FailStart, fail_starts

FAR = datetime(2050, 1, 1, tzinfo=UTC)


@pytest.fixture
def later_release(tmp_path: Path, template: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The migrations are those of a later release, which changes every view."""
    assert template
    write_later_release(tmp_path / "migrations", after=schema_module._revisions()[0])
    monkeypatch.setattr(schema_module, "migrations_folder", lambda: tmp_path / "migrations")


@contextmanager
def idle_reader(url: str, query: str = "SELECT count(*) FROM reporting.runs") -> Iterator[psycopg.Connection]:
    """A session that has read something in a transaction, and does not end it."""
    with psycopg.connect(url, application_name="metabase") as connection:
        connection.execute(query.encode())
        yield connection


@pytest.mark.usefixtures("later_release")
def test_upgrade_lets_readers_proceed_while_another_session_holds_a_lock(migrated_url: str) -> None:
    """The reader's query waits behind the upgrade's at most until the attempt is given up."""
    answered, stop, waits = threading.Semaphore(0), threading.Event(), list[LockWait]()

    def read() -> None:
        with psycopg.connect(migrated_url, autocommit=True) as reader:
            while not stop.is_set():
                reader.execute("SELECT count(*) FROM reporting.runs")
                answered.release()

    def pause(_: timedelta) -> None:
        while answered.acquire(blocking=False):
            pass
        # Two: the first may have begun before this attempt was given up.
        assert answered.acquire(timeout=60)
        assert answered.acquire(timeout=60)
        if waits:
            holder.rollback()

    reading = threading.Thread(target=read)
    with idle_reader(migrated_url) as holder:
        reading.start()
        try:
            migrate(migrated_url, report=waits.append, pause=pause)
        finally:
            stop.set()
            reading.join()
        pid, role = holder.info.backend_pid, holder.info.user
    assert f"held by pid {pid} (metabase, role {role}) for " in str(waits[0])
    engine = make_engine(migrated_url)
    check_schema(engine)
    engine.dispose()


@pytest.mark.usefixtures("later_release")
def test_upgrade_gives_up_with_the_session_in_the_way(
    migrated_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock_waits, "ATTEMPTS", 3)
    pauses: list[timedelta] = []
    with idle_reader(migrated_url) as holder:
        says = (
            rf"still held by pid {holder.info.backend_pid} \(metabase, .* after 3 attempts, and nothing was"
        )
        with pytest.raises(StoreUnavailable, match=says):
            migrate(migrated_url, pause=pauses.append)
        assert pauses == [lock_waits.PAUSE] * 2
        assert holder.execute("SELECT count(*) FROM sync.alembic_version").fetchone() == (1,)


def test_partitions_are_created_once_a_reader_of_the_history_has_ended(
    url: str, pg: PgStore, look: Look
) -> None:
    pauses: list[timedelta] = []
    with idle_reader(url, "SELECT count(*) FROM reporting.task_versions") as holder:

        def pause(duration: timedelta) -> None:
            pauses.append(duration)
            # Nothing of the attempt is left, so another reader does not wait.
            look("SELECT count(*) FROM reporting.task_versions")
            holder.rollback()

        assert pg.ensure_partitions(FAR, pause) == 4
    assert pauses == [lock_waits.PAUSE]
    for month in ("01", "02", "03", "04"):
        look(f"DROP TABLE sync_history.task_versions_2050_{month}")  # type: ignore[arg-type]


def test_partitions_wait_no_longer_than_they_may(
    url: str, pg: PgStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock_waits, "ATTEMPTS", 1)
    with (
        idle_reader(url, "SELECT count(*) FROM reporting.task_versions"),
        pytest.raises(
            StoreUnavailable, match=r"create partitions of the history: .* held by pid \d+ \(metabase"
        ),
    ):
        pg.ensure_partitions(FAR)


def test_session_of_another_role_is_named_with_how_long_it_was_seen(
    postgres: Server, url: str, pg: PgStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Postgres hides the start of another role's transaction."""
    monkeypatch.setattr(lock_waits, "ATTEMPTS", 1)
    at = conninfo_to_dict(url)
    with psycopg.connect(postgres.admin_url, dbname=str(at["dbname"])) as admin:
        if admin.info.parameter_status("is_superuser") != "on":
            pytest.skip("needs the session of another role")
        admin.execute(sql.SQL("SELECT count(*) FROM sync.task_versions"))
        says = rf"held by pid {admin.info.backend_pid} \(no application name, role \w+\) for \d s after 1"
        with pytest.raises(StoreUnavailable, match=says):
            pg.ensure_partitions(FAR)


def test_other_errors_are_not_repeated(url: str) -> None:
    engine = make_engine(url)
    with pytest.raises(StoreUnavailable, match="is not available"):
        lock_waits.retry_lock_waits(
            engine,
            lambda connection: connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())"),
            purpose="end itself",
            pause=lambda _: pytest.fail("repeated"),
        )
    engine.dispose()


def test_wait_is_one_line() -> None:
    holder = LockHolder(
        pid=7, role="bi", application="metabase", since=FAR, seen_at=FAR + timedelta(seconds=75)
    )
    prepared = LockHolder(pid=0, role=None, application="", since=FAR, seen_at=FAR)
    wait = LockWait(purpose="migrate", holders=(holder, prepared), attempt=2)
    assert str(wait) == (
        "migrate: waiting for a lock held by pid 7 (metabase, role bi) for 75 s,"
        " a prepared transaction (see pg_prepared_xacts) (attempt 2 of 30)"
    )
    assert LockWait(purpose="migrate", holders=(), attempt=1).holder == "another session"


@pytest.mark.parametrize("failure", THREAD_FAILURES.values(), ids=THREAD_FAILURES)
def test_work_is_done_without_a_thread_that_reports_waits(
    failure: FailStart, engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    query = text("SELECT 7")
    with fail_starts(failure, monkeypatch):
        assert retry_lock_waits(engine, lambda connection: connection.scalar(query), purpose="test") == 7
    assert caplog.messages == ["thread.unavailable"]
