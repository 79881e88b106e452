"""Errors of the database: retryable or of the configuration, and without a password in any message."""

from __future__ import annotations

import socket
import traceback

import psycopg
import pytest
from sqlalchemy import text

from syncer.errors import ConfigurationError, StoreUnavailable, SyncerError
from syncer.model import Sighting
from syncer.storage import PgStreamStore, make_engine
from syncer.storage.connections import transaction
from syncer.storage.write import staging
from tests.support.postgres_servers import Server
from tests.support.sightings import begin, see, store


def connect(url: str) -> SyncerError:
    """The error of connecting to `url`."""
    engine = make_engine(url)
    try:
        with pytest.raises(SyncerError) as caught, transaction(engine):
            pass
    finally:
        engine.dispose()
    return caught.value


def test_absent_server_is_unavailable() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    error = connect(f"postgres://someone:s3cret@127.0.0.1:{port}/db")
    assert isinstance(error, StoreUnavailable)
    assert str(error).startswith(f"the database at 127.0.0.1:{port}/db is not available: ")
    assert "s3cret" not in "".join(traceback.format_exception(error))


def test_missing_database_is_a_configuration_error(postgres: Server) -> None:
    error = connect(postgres.url("no_such_database"))
    assert isinstance(error, ConfigurationError)
    assert 'database "no_such_database" does not exist' in str(error)


def test_connection_has_keepalives(url: str) -> None:
    engine = make_engine(url + "?keepalives_idle=4")
    with transaction(engine) as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        parameters = driver.info.get_parameters()
    engine.dispose()
    names = ("keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout")
    assert [parameters.get(name) for name in names] == ["4", "5", "3", "30000"]


def test_connection_has_fixed_settings(url: str) -> None:
    engine = make_engine(url + "?application_name=mine&options=-cwork_mem%3D5MB")
    with transaction(engine) as connection:
        names = ("search_path", "timezone", "jit", "application_name", "work_mem")
        shown = {name: connection.scalar(text(f"SHOW {name}")) for name in names}
        idle = connection.scalar(text("SHOW idle_in_transaction_session_timeout"))
    engine.dispose()
    assert shown == {
        "search_path": "pg_catalog",
        "timezone": "UTC",
        "jit": "off",
        "application_name": "mine",
        "work_mem": "5MB",
    }
    assert idle == "8s"


def test_read_only_database_is_unavailable(url: str) -> None:
    engine = make_engine(url + "?options=-cdefault_transaction_read_only%3Don")
    with pytest.raises(StoreUnavailable, match="read-only"), transaction(engine) as connection:
        connection.execute(text("DELETE FROM sync.runs"))
    engine.dispose()


def test_session_killed_in_copy_is_unavailable(
    ours: PgStreamStore, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begin(ours)
    build = staging._row

    def kill(sighting: Sighting) -> tuple[object, ...]:
        with psycopg.connect(url, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND query LIKE 'COPY%'"
            )
        return build(sighting)

    monkeypatch.setattr(staging, "_row", kill)
    with pytest.raises(StoreUnavailable):
        store(ours, run, see("t"))
    monkeypatch.undo()
    assert store(ours, run, see("t")).inserted == 1
