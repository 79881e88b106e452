"""Sessions of BI roles: idle transactions are ended, temporary files are limited."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from syncer.storage import make_engine
from syncer.storage.roles import (
    IDLE_TIMEOUT,
    create_bi_role,
    drop_bi_role,
    end_idle_transactions,
    load_bi_roles,
    load_superuser_statements,
)
from syncer.storage.roles.bi_role_grants import BiRole
from tests.support.bi_roles import PASSWORD, ConnectBiRole
from tests.support.idle_daemon import daemon, until
from tests.support.postgres_servers import Server


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


def test_lower_limit_of_the_server_stays(
    superuser_url: str, bi_role: BiRole, connect_bi_role: ConnectBiRole
) -> None:
    engine = make_engine(f"{superuser_url}?options=-ctemp_file_limit%3D1GB")
    create_bi_role(engine, bi_role, PASSWORD)
    assert load_superuser_statements(engine, bi_role) == []
    engine.dispose()
    assert connect_bi_role().execute("SHOW temp_file_limit").fetchone() == ("-1",)


def test_statements_for_a_superuser_are_those_that_the_owner_may_not_run(
    postgres: Server, migrated_url: str, superuser_url: str, bi_role: BiRole
) -> None:
    owner, engine = sql.Identifier(postgres.owner), make_engine(migrated_url)
    other = replace(bi_role, name=f"{bi_role.name}_2")
    reset = f'ALTER ROLE "{other.name}" RESET "session_preload_libraries"'
    with psycopg.connect(superuser_url, autocommit=True) as administrator:
        administrator.execute(sql.SQL("ALTER ROLE {} CREATEROLE").format(owner))
        try:
            create_bi_role(engine, other, PASSWORD)
            assert load_superuser_statements(engine, other) == [other.temp_file_statement()]
            set_library = sql.SQL("ALTER ROLE {} SET session_preload_libraries = 'nope'")
            administrator.execute(set_library.format(sql.Identifier(other.name)))
            create_bi_role(engine, other, PASSWORD)
            assert load_superuser_statements(engine, other) == [other.temp_file_statement(), reset]
            administrator.execute(sql.SQL("GRANT SET ON PARAMETER temp_file_limit TO {}").format(owner))
            create_bi_role(engine, other, PASSWORD)
            assert load_superuser_statements(engine, other) == [reset]
            administrator.execute(reset.encode())
            assert load_superuser_statements(engine, other) == []
            assert drop_bi_role(engine, other.name).remains == ()
        finally:
            administrator.execute(sql.SQL("REVOKE SET ON PARAMETER temp_file_limit FROM {}").format(owner))
            administrator.execute(sql.SQL("ALTER ROLE {} NOCREATEROLE").format(owner))
            engine.dispose()
