"""A source with more regions than the process has threads."""

from __future__ import annotations

from pathlib import Path

import psycopg
from psycopg import sql

from syncer.app import SyncCallbacks, open_app, sync_sources
from syncer.config import load
from syncer.model import Mode
from syncer.threads import MAX_THREADS
from tests.support.system_under_test import SystemFactory

_REGIONS = tuple(f"ap-{number}" for number in range(80))
#: The renewal of leases, the test's own connection, and one that the server has not closed yet.
_FURTHER_CONNECTIONS = 4


def test_more_regions_than_threads_need_a_connection_per_thread(
    make_system: SystemFactory, folder: Path
) -> None:
    system = make_system(regions=_REGIONS, backlog=100)
    system.configure(lease="60s")
    with psycopg.connect(system.database_url, autocommit=True) as connection:
        limit = sql.SQL("alter database {} connection limit {}").format(
            sql.Identifier(connection.info.dbname), sql.Literal(MAX_THREADS + _FURTHER_CONNECTIONS)
        )
        connection.execute(limit)
    with open_app(load(folder / "syncer.toml"), system.database_url) as app:
        result = sync_sources(app, ["tat"], Mode.POLL, SyncCallbacks())
    assert [str(failure.error) for failure in result.failures] == []
    assert [report.error for report in result.reports if report.error] == []
    assert len(result.reports) == len(_REGIONS)
