"""Exports from Postgres, read back: every row once, with its values, in its day."""

from __future__ import annotations

import csv
import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from psycopg.rows import dict_row
from sqlalchemy import Engine

from syncer.model import Interval, RunStatus, StreamState
from syncer.reporting.export import (
    Action,
    Dataset,
    DayReport,
    DayState,
    ExportFolder,
    ExportSpec,
    Format,
    PartitionBy,
    Selection,
    days_between,
    export_days,
    plan_days,
)
from syncer.storage import PgStore, make_engine
from syncer.storage.read.exports import PgExportDatabase
from tests.support.fakes import make_stream
from tests.support.sightings import begin, see, store

SHANGHAI = ZoneInfo("Asia/Shanghai")
BIG = "9223372036854775809"
#: Noon in Shanghai on a past day.
NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
TASKS = Selection(dataset=Dataset.TASKS, by=PartitionBy.CREATED)
VERSIONS = Selection(dataset=Dataset.VERSIONS, by=PartitionBy.OBSERVED)
MANY = "INSERT INTO sync.tasks (stream_id, task_id, name, status, created_at, raw, fingerprint, raw_altered,"
MANY += (
    " version, first_seen_at, requested_at, observed_at, run_id, request_id) SELECT stream_id, n::text,"
    " repeat('甲', 200), 'succeeded', %s::timestamptz, '{}', '', false, 1, now(), now(), now(), 1, ''"
    " FROM sync.streams, generate_series(1, %s) n"
)


@pytest.fixture
def engine(migrated_url: str) -> Iterator[Engine]:
    engine = make_engine(migrated_url)
    yield engine
    engine.dispose()


@pytest.fixture
def filled(engine: Engine) -> Iterator[PgStore]:
    """Two sources; March 1st in Shanghai is swept, except an hour of `cn` that has expired."""
    pg = PgStore(engine, holder="test")
    pg.configure(SHANGHAI.key)
    with pg.claim(make_stream(name="cn")) as stream_store:
        run = begin(stream_store)
        store(
            stream_store,
            run,
            see("early", "succeeded", created_at=NOON - timedelta(hours=12), name='甲,"乙"\n丙'),
            see("late", "failed", created_at=NOON + timedelta(hours=12) - timedelta(microseconds=1), name=""),
            see("next day", "succeeded", created_at=NOON + timedelta(hours=12)),
            see(BIG, "running", created_at=NOON, started_at=NOON + timedelta(seconds=2.5)),
            see("undated", "running"),
        )
        store(stream_store, run, see(BIG, "succeeded", at=3600, created_at=NOON))
        swept = (
            Interval(NOON - timedelta(days=9), NOON - timedelta(hours=2)),
            Interval(NOON - timedelta(hours=1), NOON + timedelta(days=9)),
        )
        store(stream_store, run, state=StreamState(swept=swept), status=RunStatus.SUCCEEDED)
    with pg.claim(make_stream(name="intl", account="other")) as stream_store:
        run = begin(stream_store)
        store(stream_store, run, see("other", "waiting", created_at=NOON))
        swept = (Interval(NOON - timedelta(days=9), NOON + timedelta(days=9)),)
        store(stream_store, run, state=StreamState(swept=swept), status=RunStatus.SUCCEEDED)
    yield pg
    pg.close()


def folder(into: Path, selection: Selection, format: Format) -> ExportFolder:
    return ExportFolder(into, ExportSpec(selection, format, SHANGHAI.key))


def export(
    engine: Engine, into: Path, selection: Selection = TASKS, format: Format = Format.NDJSON
) -> list[DayReport]:
    days = days_between(date(2026, 2, 28), date(2026, 3, 2), SHANGHAI)
    return list(export_days(PgExportDatabase(engine), folder(into, selection, format), days))


def lines(into: Path, dataset: str = "tasks", on: str = "2026-03-01") -> list[dict[str, Any]]:
    text = (into / dataset / f"day={on}" / "part.ndjson").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def views(url: str, query: str) -> list[dict[str, Any]]:
    with psycopg.connect(url, row_factory=dict_row) as connection:
        connection.execute("SET timezone = 'UTC'")
        return connection.execute(query.encode()).fetchall()


@pytest.mark.usefixtures("filled")
def test_tasks_are_in_the_local_day_of_their_creation(engine: Engine, tmp_path: Path) -> None:
    reports = export(engine, tmp_path)
    assert [(str(report.day), report.rows) for report in reports] == [
        ("2026-02-28", 0),
        ("2026-03-01", 4),
        ("2026-03-02", 1),
    ]
    assert [row["task_id"] for row in lines(tmp_path)] == ["early", "late", BIG, "other"]
    assert {row["created_day"] for row in lines(tmp_path)} == {"2026-03-01"}


@pytest.mark.usefixtures("filled")
def test_files_hold_the_rows_of_the_view(engine: Engine, migrated_url: str, tmp_path: Path) -> None:
    export(engine, tmp_path, format=Format.CSV)
    path = tmp_path / "tasks" / "day=2026-03-01" / "part.csv"
    with path.open(encoding="utf-8", newline="") as file:
        exported = list(csv.DictReader(file))
    viewed = views(
        migrated_url, "SELECT * FROM reporting.tasks WHERE created_day = '2026-03-01' ORDER BY task_key"
    )
    assert "changed_in" not in exported[0]
    for row in viewed:
        del row["changed_in"]
    assert list(exported[0]) == list(viewed[0])
    for exported_row, view_row in zip(exported, viewed, strict=True):
        for name, value in view_row.items():
            assert exported_row[name] == as_text(value), name


def as_text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case datetime():
            return f"{value:%Y-%m-%dT%H:%M:%S.%fZ}"
        case _:
            return str(value)


@pytest.mark.usefixtures("filled")
def test_days_state_why_they_are_not_complete(engine: Engine, tmp_path: Path) -> None:
    by_day = {str(report.day): report.completeness for report in export(engine, tmp_path)}
    assert (by_day["2026-02-28"].state, by_day["2026-02-28"].reason) == (DayState.COMPLETE, "")
    assert by_day["2026-03-01"].state is DayState.PROVISIONAL
    assert by_day["2026-03-01"].reason == "tasks are open; lost: cn"
    only = Selection(dataset=Dataset.TASKS, by=PartitionBy.CREATED, sources=("cn",))
    by_day = {str(report.day): report.completeness for report in export(engine, tmp_path / "cn", only)}
    assert (by_day["2026-03-01"].state, by_day["2026-03-01"].reason) == (DayState.GAP, "lost: cn")


@pytest.mark.usefixtures("filled")
def test_only_the_selected_sources_are_exported(engine: Engine, tmp_path: Path) -> None:
    export(engine, tmp_path, Selection(dataset=Dataset.TASKS, by=PartitionBy.CREATED, sources=("intl",)))
    assert [row["task_id"] for row in lines(tmp_path)] == ["other"]


@pytest.mark.usefixtures("filled")
def test_versions_are_in_the_day_of_their_observation(engine: Engine, tmp_path: Path) -> None:
    reports = export(engine, tmp_path, VERSIONS)
    assert [(report.rows, report.completeness.state) for report in reports] == [
        (0, DayState.COMPLETE),
        (7, DayState.COMPLETE),
        (0, DayState.COMPLETE),
    ]
    rows = lines(tmp_path, "versions")
    assert [row["version"] for row in rows if row["task_id"] == BIG] == [1, 2]
    assert not {"is_current", "next_observed_at"} & set(rows[0])


def test_exported_versions_never_change(filled: PgStore, engine: Engine, tmp_path: Path) -> None:
    export(engine, tmp_path, VERSIONS)
    with filled.claim(make_stream(name="intl", account="other")) as stream_store:
        store(stream_store, begin(stream_store), see("other", "running", at=7 * 86400, created_at=NOON))
    assert [report.action for report in export(engine, tmp_path, VERSIONS)] == [Action.UNCHANGED] * 3


@pytest.mark.usefixtures("filled")
def test_all_versions_of_a_task_are_in_the_day_of_the_task(engine: Engine, tmp_path: Path) -> None:
    export(engine, tmp_path, Selection(dataset=Dataset.VERSIONS, by=PartitionBy.CREATED))
    ids = [row["task_id"] for row in lines(tmp_path, "versions")]
    assert ids == ["early", "late", BIG, BIG, "other"]


@pytest.mark.usefixtures("filled")
def test_every_task_has_a_day_by_observation(engine: Engine, tmp_path: Path) -> None:
    by_observation = Selection(dataset=Dataset.TASKS, by=PartitionBy.OBSERVED)
    export(engine, tmp_path, by_observation)
    assert len(lines(tmp_path)) == 6
    assert PgExportDatabase(engine).count_undated(TASKS) == 1
    assert PgExportDatabase(engine).count_undated(by_observation) == 0


def test_plan_equals_the_export(filled: PgStore, engine: Engine, tmp_path: Path) -> None:
    days = list(days_between(date(2026, 2, 28), date(2026, 3, 2), SHANGHAI))
    planned = list(plan_days(PgExportDatabase(engine), folder(tmp_path, TASKS, Format.NDJSON), days))
    assert planned == export(engine, tmp_path)
    with filled.claim(make_stream(name="intl", account="other")) as stream_store:
        store(stream_store, begin(stream_store), see("other", "failed", at=60, created_at=NOON))
    planned = list(plan_days(PgExportDatabase(engine), folder(tmp_path, TASKS, Format.NDJSON), days))
    assert [report.action for report in planned] == [Action.UNCHANGED, Action.WRITTEN, Action.UNCHANGED]
    assert planned == export(engine, tmp_path)
    assert [row["status"] for row in lines(tmp_path) if row["task_id"] == "other"] == ["failed"]


@pytest.mark.usefixtures("filled")
def test_day_is_read_in_one_snapshot(engine: Engine, migrated_url: str) -> None:
    [day] = days_between(date(2026, 3, 1), date(2026, 3, 1), SHANGHAI)
    with PgExportDatabase(engine).snapshot(TASKS, day) as snapshot:
        with psycopg.connect(migrated_url) as connection:
            connection.execute("DELETE FROM sync.tasks")
        assert snapshot.row_checksum().rows == 4
        assert sum(len(chunk.rows) for chunk in snapshot.chunks()) == 4


@pytest.mark.usefixtures("filled")
def test_rows_are_fetched_through_a_server_side_cursor(engine: Engine, migrated_url: str) -> None:
    with psycopg.connect(migrated_url) as connection:
        connection.execute(MANY, (NOON, 12_000))
    [day] = days_between(date(2026, 3, 1), date(2026, 3, 1), SHANGHAI)
    with PgExportDatabase(engine).snapshot(TASKS, day) as snapshot:
        sizes = [len(chunk.rows) for chunk in snapshot.chunks()]
    assert sum(sizes) == 24_004
    assert max(sizes) == 5_000


@pytest.mark.usefixtures("filled")
def test_memory_does_not_grow_with_the_rows(
    engine: Engine, migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syncer.storage.read.exports._ROWS_PER_FETCH", 100)
    with psycopg.connect(migrated_url) as connection:
        connection.execute(MANY, (NOON - timedelta(days=1), 250))
        connection.execute(MANY.replace("n::text", "'m' || n"), (NOON, 2_000))
    [small, large] = days_between(date(2026, 2, 28), date(2026, 3, 1), SHANGHAI)
    peaks = []
    for day in (small, small, large):  # the first round fills caches
        target = folder(tmp_path / str(len(peaks)), TASKS, Format.CSV)
        tracemalloc.start()
        [report] = export_days(PgExportDatabase(engine), target, [day])
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert report.rows >= 500
    assert peaks[2] < peaks[1] * 1.2


@pytest.mark.parquet
@pytest.mark.usefixtures("filled")
def test_parquet_files_are_one_partitioned_table(engine: Engine, migrated_url: str, tmp_path: Path) -> None:
    datasets = pytest.importorskip("pyarrow.dataset", reason="needs pyarrow (extra `export`)")
    export(engine, tmp_path, format=Format.PARQUET)
    table = datasets.dataset(tmp_path / "tasks", partitioning="hive").to_table().to_pylist()
    viewed = views(migrated_url, "SELECT * FROM reporting.tasks WHERE created_at IS NOT NULL")
    assert sorted(row["day"] for row in table) == sorted(str(row["created_day"]) for row in viewed)
    for row in table:
        del row["day"]
    for row in viewed:
        # Exports leave it out: it is for incremental loads from the views.
        del row["changed_in"]
    key = lambda row: row["task_key"]  # noqa: E731
    assert sorted(table, key=key) == sorted(viewed, key=key)
