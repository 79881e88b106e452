"""Exports of a real ledger, read back: every row once, with its values, in its day."""

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
    DayBasis,
    DayReport,
    ExportFolder,
    ExportSpec,
    Finality,
    Format,
    Selection,
    days_between,
    export_days,
    plan_days,
)
from syncer.storage import PgStore, make_engine
from syncer.storage.read.exports import PgExportSource
from tests.support.fakes import make_stream
from tests.support.sightings import begin, see, store

SHANGHAI = ZoneInfo("Asia/Shanghai")
BIG = "9223372036854775809"
#: Noon in Shanghai, of a day that has long been over.
NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
TASKS = Selection(dataset=Dataset.TASKS, by=DayBasis.CREATED)
VERSIONS = Selection(dataset=Dataset.VERSIONS, by=DayBasis.OBSERVED)
MANY = "INSERT INTO sync.tasks (stream_id, task_id, name, status, created_at, raw, fingerprint, raw_altered,"
MANY += (
    " version, first_seen_at, changed_at, observed_at, run_id, request_id) SELECT stream_id, n::text,"
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
    """Two sources; March 1st in Shanghai is swept but for an hour of `cn`, whose list forgot it."""
    pg = PgStore(engine, holder="test")
    pg.configure(SHANGHAI.key)
    with pg.claim(make_stream(name="cn")) as ours:
        run = begin(ours)
        store(
            ours,
            run,
            see("early", "succeeded", created_at=NOON - timedelta(hours=12), name='甲,"乙"\n丙'),
            see("late", "failed", created_at=NOON + timedelta(hours=12) - timedelta(microseconds=1), name=""),
            see("next day", "succeeded", created_at=NOON + timedelta(hours=12)),
            see(BIG, "running", created_at=NOON, started_at=NOON + timedelta(seconds=2.5)),
            see("undated", "running"),
        )
        store(ours, run, see(BIG, "succeeded", at=3600, created_at=NOON))
        swept = (
            Interval(NOON - timedelta(days=9), NOON - timedelta(hours=2)),
            Interval(NOON - timedelta(hours=1), NOON + timedelta(days=9)),
        )
        store(ours, run, state=StreamState(swept=swept), status=RunStatus.SUCCEEDED)
    with pg.claim(make_stream(name="intl", account="other")) as ours:
        run = begin(ours)
        store(ours, run, see("theirs", "waiting", created_at=NOON))
        swept = (Interval(NOON - timedelta(days=9), NOON + timedelta(days=9)),)
        store(ours, run, state=StreamState(swept=swept), status=RunStatus.SUCCEEDED)
    yield pg
    pg.close()


def folder(into: Path, selection: Selection, form: Format) -> ExportFolder:
    return ExportFolder(into, ExportSpec(selection, form, SHANGHAI.key))


def export(
    engine: Engine, into: Path, selection: Selection = TASKS, form: Format = Format.NDJSON
) -> list[DayReport]:
    days = days_between(date(2026, 2, 28), date(2026, 3, 2), SHANGHAI)
    return list(export_days(PgExportSource(engine), folder(into, selection, form), days))


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
    assert [(str(each.day), each.rows) for each in reports] == [
        ("2026-02-28", 0),
        ("2026-03-01", 4),
        ("2026-03-02", 1),
    ]
    assert [row["task_id"] for row in lines(tmp_path)] == ["early", "late", BIG, "theirs"]
    assert {row["created_day"] for row in lines(tmp_path)} == {"2026-03-01"}


@pytest.mark.usefixtures("filled")
def test_files_hold_what_the_view_shows(engine: Engine, migrated_url: str, tmp_path: Path) -> None:
    export(engine, tmp_path, form=Format.CSV)
    path = tmp_path / "tasks" / "day=2026-03-01" / "part.csv"
    with path.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    shown = views(
        migrated_url, "SELECT * FROM reporting.tasks WHERE created_day = '2026-03-01' ORDER BY task_key"
    )
    assert list(found[0]) == list(shown[0])
    for ours, theirs in zip(found, shown, strict=True):
        for name, value in theirs.items():
            assert ours[name] == as_text(value), name


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
def test_days_tell_what_they_lack(engine: Engine, tmp_path: Path) -> None:
    verdicts = {str(each.day): each.verdict for each in export(engine, tmp_path)}
    assert (verdicts["2026-02-28"].state, verdicts["2026-02-28"].reason) == (Finality.COMPLETE, "")
    assert verdicts["2026-03-01"].state is Finality.PROVISIONAL
    assert verdicts["2026-03-01"].reason == "tasks are open; lost: cn"
    only = Selection(dataset=Dataset.TASKS, by=DayBasis.CREATED, sources=("cn",))
    verdicts = {str(each.day): each.verdict for each in export(engine, tmp_path / "cn", only)}
    assert (verdicts["2026-03-01"].state, verdicts["2026-03-01"].reason) == (Finality.GAP, "lost: cn")


@pytest.mark.usefixtures("filled")
def test_only_the_sources_asked_for(engine: Engine, tmp_path: Path) -> None:
    export(engine, tmp_path, Selection(dataset=Dataset.TASKS, by=DayBasis.CREATED, sources=("intl",)))
    assert [row["task_id"] for row in lines(tmp_path)] == ["theirs"]


@pytest.mark.usefixtures("filled")
def test_versions_are_in_the_day_of_their_observation(engine: Engine, tmp_path: Path) -> None:
    reports = export(engine, tmp_path, VERSIONS)
    assert [(each.rows, each.verdict.state) for each in reports] == [
        (0, Finality.COMPLETE),
        (7, Finality.COMPLETE),
        (0, Finality.COMPLETE),
    ]
    found = lines(tmp_path, "versions")
    assert [row["version"] for row in found if row["task_id"] == BIG] == [1, 2]
    assert not {"is_current", "next_observed_at"} & set(found[0])


def test_exported_versions_stay_true(filled: PgStore, engine: Engine, tmp_path: Path) -> None:
    export(engine, tmp_path, VERSIONS)
    with filled.claim(make_stream(name="intl", account="other")) as ours:
        store(ours, begin(ours), see("theirs", "running", at=7 * 86400, created_at=NOON))
    assert [each.action for each in export(engine, tmp_path, VERSIONS)] == [Action.UNCHANGED] * 3


@pytest.mark.usefixtures("filled")
def test_all_versions_of_a_task_are_in_the_day_of_the_task(engine: Engine, tmp_path: Path) -> None:
    export(engine, tmp_path, Selection(dataset=Dataset.VERSIONS, by=DayBasis.CREATED))
    ids = [row["task_id"] for row in lines(tmp_path, "versions")]
    assert ids == ["early", "late", BIG, BIG, "theirs"]


@pytest.mark.usefixtures("filled")
def test_no_task_is_without_a_day_by_observation(engine: Engine, tmp_path: Path) -> None:
    by_observation = Selection(dataset=Dataset.TASKS, by=DayBasis.OBSERVED)
    export(engine, tmp_path, by_observation)
    assert len(lines(tmp_path)) == 6
    assert PgExportSource(engine).undated(TASKS) == 1
    assert PgExportSource(engine).undated(by_observation) == 0


def test_plan_and_export_see_the_same(filled: PgStore, engine: Engine, tmp_path: Path) -> None:
    days = list(days_between(date(2026, 2, 28), date(2026, 3, 2), SHANGHAI))
    planned = list(plan_days(PgExportSource(engine), folder(tmp_path, TASKS, Format.NDJSON), days))
    assert planned == export(engine, tmp_path)
    with filled.claim(make_stream(name="intl", account="other")) as ours:
        store(ours, begin(ours), see("theirs", "failed", at=60, created_at=NOON))
    planned = list(plan_days(PgExportSource(engine), folder(tmp_path, TASKS, Format.NDJSON), days))
    assert [each.action for each in planned] == [Action.UNCHANGED, Action.WRITTEN, Action.UNCHANGED]
    assert planned == export(engine, tmp_path)
    assert [row["status"] for row in lines(tmp_path) if row["task_id"] == "theirs"] == ["failed"]


@pytest.mark.usefixtures("filled")
def test_a_day_is_of_one_moment(engine: Engine, migrated_url: str) -> None:
    [day] = days_between(date(2026, 3, 1), date(2026, 3, 1), SHANGHAI)
    with PgExportSource(engine).day(TASKS, day) as snapshot:
        with psycopg.connect(migrated_url) as connection:
            connection.execute("DELETE FROM sync.tasks")
        assert snapshot.row_checksum().rows == 4
        assert sum(len(chunk.rows) for chunk in snapshot.chunks()) == 4


@pytest.mark.usefixtures("filled")
def test_rows_come_through_a_cursor_on_the_server(engine: Engine, migrated_url: str) -> None:
    with psycopg.connect(migrated_url) as connection:
        connection.execute(MANY, (NOON, 12_000))
    [day] = days_between(date(2026, 3, 1), date(2026, 3, 1), SHANGHAI)
    with PgExportSource(engine).day(TASKS, day) as snapshot:
        sizes = [len(chunk.rows) for chunk in snapshot.chunks()]
    assert sum(sizes) == 24_004
    assert max(sizes) == 5_000


@pytest.mark.usefixtures("filled")
def test_eight_times_the_rows_take_the_same_memory(
    engine: Engine, migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syncer.storage.read.exports._ROWS", 100)
    with psycopg.connect(migrated_url) as connection:
        connection.execute(MANY, (NOON - timedelta(days=1), 250))
        connection.execute(MANY.replace("n::text", "'m' || n"), (NOON, 2_000))
    [small, large] = days_between(date(2026, 2, 28), date(2026, 3, 1), SHANGHAI)
    peaks = []
    for day in (small, small, large):  # twice, for what the first time brings into memory
        target = folder(tmp_path / str(len(peaks)), TASKS, Format.CSV)
        tracemalloc.start()
        [report] = export_days(PgExportSource(engine), target, [day])
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert report.rows >= 500
    assert peaks[2] < peaks[1] * 1.2


@pytest.mark.parquet
@pytest.mark.usefixtures("filled")
def test_parquet_is_read_back_as_one_partitioned_table(
    engine: Engine, migrated_url: str, tmp_path: Path
) -> None:
    datasets = pytest.importorskip("pyarrow.dataset", reason="needs pyarrow (extra `export`)")
    export(engine, tmp_path, form=Format.PARQUET)
    table = datasets.dataset(tmp_path / "tasks", partitioning="hive").to_table().to_pylist()
    shown = views(migrated_url, "SELECT * FROM reporting.tasks WHERE created_at IS NOT NULL")
    assert sorted(row["day"] for row in table) == sorted(str(row["created_day"]) for row in shown)
    for row in table:
        del row["day"]
    key = lambda row: row["task_key"]  # noqa: E731
    assert sorted(table, key=key) == sorted(shown, key=key)
