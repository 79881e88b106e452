"""Whatever settings a role, a database or the environment has: the same tasks, views, reports and exports."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from psycopg.conninfo import make_conninfo
from sqlalchemy import Engine, text

from syncer.reporting import SampleQuery, sample_queries
from syncer.reporting.export import (
    Dataset,
    ExportFolder,
    ExportSpec,
    Format,
    PartitionBy,
    Selection,
    days_between,
    export_days,
)
from syncer.reporting.reports import NAMES, shipped_report
from syncer.storage import make_engine, migrate
from syncer.storage.connections import transaction
from syncer.storage.read.exports import PgExportDatabase
from syncer.storage.read.reports import run_report
from syncer.storage.read.sample_queries import run_sample_query
from syncer.storage.sessions import SETTINGS
from tests.support import known_tasks
from tests.support.known_tasks import ZONE, day
from tests.support.odd_settings import OTHER_VALUES, change_settings
from tests.support.postgres_servers import Server

Rows = list[tuple[Any, ...]]

#: Categories of settings that change only a plan, a limit, the server's log or its maintenance.
_PLANS_AND_LIMITS = (
    "Developer Options",
    "Query Tuning",
    "Replication",
    "Reporting and Logging",
    "Resource Usage",
    "Statistics",
    "Vacuuming",
    "Connections and Authentication / TCP Settings",
)
#: Settings that Postgres 15 and 16 have in other categories.
_LIMITS_OF_15 = ("client_connection_check_interval", "tcp_", "vacuum_")
#: Settings that an administrator sets on purpose, or that change nothing that syncer reads or writes.
_LEFT_ALONE = {
    "commit_siblings",
    "default_tablespace",
    "default_text_search_config",
    "default_toast_compression",
    "default_transaction_read_only",
    "escape_string_warning",
    "gin_pending_list_limit",
    "icu_validation_level",
    "local_preload_libraries",
    "md5_password_warnings",
    "password_encryption",
    "scram_iterations",
    "synchronize_seqscans",
    "synchronous_commit",
    "temp_tablespaces",
    "transaction_deferrable",
    "transaction_isolation",
    "transaction_read_only",
    "wal_skip_threshold",
}


@pytest.fixture(scope="module")
def odd_engine(postgres: Server) -> Iterator[Engine]:
    """A database that was migrated and filled by a role with other settings."""
    name = f"test_{secrets.token_hex(6)}"
    url = postgres.create(name)
    with pytest.MonkeyPatch.context() as monkeypatch:
        change_settings(postgres, name, monkeypatch)
        migrate(url)
        known_tasks.fill(url)
        engine = make_engine(url)
        yield engine
        engine.dispose()
    postgres.drop(name)


@pytest.fixture
def plain_engine(postgres: Server, odd_engine: Engine) -> Iterator[Engine]:
    """The same database with the sessions of a role without settings of its own."""
    engine = make_engine(make_conninfo(postgres.admin_url, dbname=odd_engine.url.database))
    yield engine
    engine.dispose()


def assert_equal(read: Callable[[Engine], Rows], odd: Engine, plain: Engine) -> None:
    """Compare what `read` returns; leave out the columns that change between two reads, such as ages."""
    before, rows, after = read(plain), read(odd), read(plain)
    assert len(rows) == len(before)
    for column in range(len(rows[0]) if rows else 0):
        if cells(before, column) == cells(after, column):
            assert cells(rows, column) == cells(before, column)


def cells(rows: Rows, column: int) -> list[str]:
    return sorted(str(row[column]) for row in rows)


def test_views_reports_and_exports_do_not_depend_on_settings(
    odd_engine: Engine, plain_engine: Engine, tmp_path: Path
) -> None:
    views = select("SELECT viewname FROM pg_views WHERE schemaname = 'reporting'")(odd_engine)
    assert len(views) > 10
    readers = [
        *(select(f"SELECT * FROM reporting.{view}") for (view,) in views),
        *(partial(report_rows, name) for name in NAMES),
        *(partial(query_rows, query) for query in sample_queries()),
    ]
    for reader in readers:
        assert_equal(reader, odd_engine, plain_engine)
    exported = [export(engine, tmp_path / name) for name, engine in (("a", odd_engine), ("b", plain_engine))]
    assert exported[0] == exported[1]
    assert {"w1", "w4", "e2", "invt-refused"} <= {row["task_id"] for row in exported[0]}


def select(query: str) -> Callable[[Engine], Rows]:
    def read(engine: Engine) -> Rows:
        with transaction(engine) as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    return read


def query_rows(query: SampleQuery, engine: Engine) -> Rows:
    return list(run_sample_query(engine, query).rows)


def report_rows(name: str, engine: Engine) -> Rows:
    return [tuple(row) for row in run_report(engine, shipped_report(name)).rows]


def export(engine: Engine, into: Path) -> Sequence[dict[str, Any]]:
    """Export the tasks of three days; return the rows."""
    selection = Selection(dataset=Dataset.TASKS, by=PartitionBy.CREATED)
    folder = ExportFolder(into, ExportSpec(selection, Format.NDJSON, ZONE.key))
    list(export_days(PgExportDatabase(engine), folder, days_between(day(3), day(1), ZONE)))
    files = sorted((into / "tasks").glob("*/part.ndjson"))
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


def test_every_setting_that_changes_meaning_is_set(odd_engine: Engine) -> None:
    query = "SELECT lower(name), setting, category FROM pg_settings WHERE context = 'user'"
    names = {
        name: setting
        for name, setting, category in select(query)(odd_engine)
        if not (category.startswith(_PLANS_AND_LIMITS) or name.startswith(_LIMITS_OF_15)) or name in SETTINGS
    }
    assert names.keys() - SETTINGS.keys() == names.keys() & _LEFT_ALONE
    timeouts = {"idle_in_transaction_session_timeout", "lock_timeout"}
    expected = {name: SETTINGS[name] for name in names.keys() & SETTINGS.keys() - timeouts}
    assert {name: names[name] for name in expected} == expected
    assert names.keys() & SETTINGS.keys() - OTHER_VALUES.keys() == {"default_table_access_method"}
