"""Sessions of BI roles: idle transactions are ended, temporary files are limited."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from syncer.storage import make_engine
from syncer.storage.roles import IDLE_TIMEOUT, end_idle_transactions, load_bi_roles
from syncer.storage.roles.bi_role_grants import BiRole
from tests.support.bi_roles import ConnectBiRole
from tests.support.idle_daemon import daemon, until


def test_idle_transaction_without_timeout_is_shown_and_ended_by_the_daemon(
    migrated_url: str,
    bi_role: BiRole,
    connect_bi_role: ConnectBiRole,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    session = connect_bi_role()
    session.execute("SET idle_in_transaction_session_timeout = 0")
    session.execute("BEGIN")
    session.execute("SELECT 1")
    engine = make_engine(migrated_url)
    (listed,) = load_bi_roles(engine)
    assert listed.longest_transaction is not None and listed.sessions == 1
    assert end_idle_transactions(engine, IDLE_TIMEOUT) == []
    engine.dispose()
    monkeypatch.setattr("syncer.app.bi_sessions.IDLE_TIMEOUT", timedelta(0))
    with psycopg.connect(migrated_url) as other:
        other.execute("SELECT 1")
        with daemon(migrated_url, tmp_path):
            until(lambda: "bi_session.ended" in caplog.messages)
        other.execute("SELECT 1")
    (event,) = [record for record in caplog.records if record.message == "bi_session.ended"]
    assert event.__dict__["role"] == bi_role.name
    with pytest.raises(psycopg.Error):
        session.execute("SELECT 1")


def test_temporary_files_of_a_role_are_limited(connect_bi_role: ConnectBiRole) -> None:
    session = connect_bi_role()
    assert session.execute("SHOW temp_file_limit").fetchone() == ("2GB",)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        session.execute("SET temp_file_limit = -1")
