"""Sessions of BI roles: idle transactions are ended, temporary files are limited."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest

from syncer.storage import make_engine
from syncer.storage.roles import (
    end_idle_transactions,
    load_bi_roles,
)
from syncer.storage.roles.bi_role_grants import BiRole
from tests.support.bi_roles import ConnectBiRole


def test_idle_transaction_without_timeout_is_shown_and_ended_by_the_owner(
    migrated_url: str, bi_role: BiRole, connect_bi_role: ConnectBiRole
) -> None:
    session = connect_bi_role()
    session.execute("SET idle_in_transaction_session_timeout = 0")
    session.execute("BEGIN")
    session.execute("SELECT 1")
    engine = make_engine(migrated_url)
    (listed,) = load_bi_roles(engine)
    assert listed.longest_transaction is not None and listed.sessions == 1
    with psycopg.connect(migrated_url) as other:
        other.execute("SELECT 1")
        assert end_idle_transactions(engine) == []
        assert end_idle_transactions(engine, timedelta(0)) == [bi_role.name]
        other.execute("SELECT 1")
    with pytest.raises(psycopg.Error):
        session.execute("SELECT 1")
    engine.dispose()


def test_temporary_files_of_a_role_are_limited(connect_bi_role: ConnectBiRole) -> None:
    session = connect_bi_role()
    assert session.execute("SHOW temp_file_limit").fetchone() == ("2GB",)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        session.execute("SET temp_file_limit = -1")
