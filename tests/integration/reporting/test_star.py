"""The views of open tasks and runs, exact ids and texts, and query plans."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from syncer.model import RunStatus, Stream
from syncer.storage import PgStore, PgStreamStore
from tests.integration.reporting.conftest import Look
from tests.support.fakes import make_source
from tests.support.sightings import T0, after, begin, see, store

# Open tasks


def test_open_tasks_can_still_change(ours: PgStreamStore, look: Look) -> None:
    statuses = ("waiting", "running", "paused", "succeeded", "failed", "cancelled", "finished", "unknown")
    store(
        ours,
        begin(ours),
        *(see(status, status, created_at=T0) for status in statuses),
        see("lost", "running"),
    )
    store(ours, begin(ours, at=9), lost=("lost",))
    rows = look("SELECT task_id FROM reporting.open_tasks ORDER BY task_id")
    assert [row["task_id"] for row in rows] == ["paused", "running", "unknown", "waiting"]
    assert look("SELECT task_id FROM reporting.tasks WHERE is_open ORDER BY task_id") == rows


@pytest.mark.parametrize(
    ("ago", "age", "left"),
    [
        (timedelta(days=6), timedelta(days=6), timedelta(days=1)),
        (timedelta(days=9), timedelta(days=9), timedelta(0)),
        (timedelta(days=-1), None, timedelta(days=8)),
        (None, None, None),
    ],
    ids=["usual", "overdue", "in the future", "unknown"],
)
def test_open_task_has_its_age_and_the_time_until_hidden(
    ours: PgStreamStore, look: Look, ago: timedelta | None, age: timedelta | None, left: timedelta | None
) -> None:
    store(ours, begin(ours), see("t", created_at=None if ago is None else datetime.now(UTC) - ago))
    look("SET timezone = 'America/New_York'")
    (row,) = look("SELECT * FROM reporting.open_tasks")
    for seconds, expected in ((row["age_seconds"], age), (row["seconds_until_hidden"], left)):
        assert (seconds is None) is (expected is None)
        assert expected is None or abs(seconds - expected.total_seconds()) < 300
    assert row["unchanged_seconds"] >= 0


def test_open_task_without_retention_is_never_hidden(pg: PgStore, look: Look) -> None:
    with pg.claim(Stream(make_source(retention=None))) as ours:
        store(ours, begin(ours), see("t", created_at=T0))
    assert look("SELECT seconds_until_hidden AS s FROM reporting.open_tasks") == [{"s": None}]


# Runs


def test_runs_have_counters_and_duration(pg: PgStore, look: Look) -> None:
    with pg.claim(Stream(make_source(name="tat", provider="tencent_tat"), "ap-guangzhou")) as ours:
        counters = {"pages": 2, "requests": 3, "status": RunStatus.FAILED, "error": "the key is refused"}
        store(ours, begin(ours), see("t"), see("u"), **counters)
        begin(ours, at=60)
    first, last = look("SELECT * FROM reporting.runs ORDER BY run_id")
    assert (first["source"], first["provider"], first["region"]) == ("tat", "tencent_tat", "ap-guangzhou")
    assert (first["mode"], first["status"], first["error"]) == ("poll", "failed", "the key is refused")
    assert (first["started_at"], first["inserted"], first["pages"], first["requests"]) == (T0, 2, 2, 3)
    assert first["seconds"] == (first["ended_at"] - first["begun_at"]).total_seconds() >= 0
    assert (last["status"], last["ended_at"], last["seconds"], last["error"]) == ("running", None, None, None)


def test_run_belongs_to_the_local_day_of_its_start(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    store(ours, begin(ours), status=RunStatus.SUCCEEDED)
    look("UPDATE sync.runs SET begun_at = '2026-03-01 16:00+00', ended_at = '2026-03-01 15:59+00'")
    pg.configure("Asia/Shanghai")
    assert look("SELECT day, seconds FROM reporting.runs") == [{"day": date(2026, 3, 2), "seconds": None}]


# Ids and texts


def test_ids_and_texts_are_unchanged(ours: PgStreamStore, look: Look) -> None:
    big = str(2**53 + 1)
    look("ALTER TABLE sync.tasks ALTER COLUMN task_key RESTART WITH 9007199254740993")
    run = begin(ours)
    store(
        ours, run, see(big, name="转码 ✓ 'q' \"d\" \\", error_message="行一\n行二", progress_total=2**63 - 1)
    )
    store(ours, run, see(big, "failed", at=9, name="转码", progress_total=2**63 - 1))
    for view in ("tasks", "task_versions", "task_transitions"):
        rows = look(f"SELECT task_key, task_id FROM reporting.{view}")
        assert {(row["task_key"], row["task_id"]) for row in rows} == {(2**53 + 1, big)}
    (row,) = look("SELECT * FROM reporting.tasks_as_of(%s)", after(8))
    assert (row["name"], row["error_message"]) == ("转码 ✓ 'q' \"d\" \\", "行一\n行二")
    assert row["progress_total"] == 2**63 - 1


# Query plans


def plan(look: Look, query: str) -> str:
    look("SET enable_seqscan = off")
    return "\n".join(row["QUERY PLAN"] for row in look(f"EXPLAIN {query}"))


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("task_versions WHERE task_key = 5 ORDER BY version", "task_versions_default_pkey"),
        ("task_versions WHERE task_key = (SELECT 5)", "ix_tasks_task_key"),
        ("task_versions v JOIN reporting.tasks t USING (task_key) WHERE t.task_id = 'x'", "pk_tasks"),
        ("task_versions WHERE task_id = 'x'", "task_versions_default_pkey"),
        ("task_transitions WHERE task_key = 5", "task_versions_default_pkey"),
        ("tasks WHERE task_id = 'x'", "pk_tasks"),
        ("tasks WHERE is_open", "ix_tasks_open"),
        ("open_tasks", "ix_tasks_open"),
        ("tencent_tat_tasks WHERE task_id = 'x'", "pk_tasks"),
        ("tasks_as_of(now()) WHERE task_key = 5", "task_versions_default_pkey"),
    ],
)
def test_query_uses_the_index(look: Look, query: str, index: str) -> None:
    text = plan(look, f"SELECT * FROM reporting.{query}")
    assert index in text, text
    assert "CTE Scan" not in text
    assert "Function Scan" not in text


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("tasks WHERE created_at", "ix_tasks_created_at"),
        ("task_versions WHERE observed_at", "observed_at_idx"),
        ("task_transitions WHERE observed_at", "observed_at_idx"),
        ("runs WHERE started_at", "ix_runs_started_at"),
    ],
)
def test_query_for_the_last_day_uses_the_brin_index(look: Look, query: str, index: str) -> None:
    look("SET enable_indexscan = off")
    text = plan(look, f"SELECT * FROM reporting.{query} > now() - interval '1 day'")
    assert "Bitmap Index Scan" in text
    assert index in text, text


def test_counting_versions_reads_no_ids(look: Look) -> None:
    assert "Left Join" not in plan(look, "SELECT count(*) FROM reporting.task_versions WHERE source_key = 1")


@pytest.mark.parametrize(
    "view",
    ["tasks", "task_versions", "task_transitions", "open_tasks", "tencent_tat_tasks", "tencent_mps_tasks"],
)
def test_views_allow_parallel_queries(look: Look, view: str) -> None:
    look("SET parallel_setup_cost = 0")
    look("SET parallel_tuple_cost = 0")
    look("SET min_parallel_table_scan_size = 0")
    look("SET min_parallel_index_scan_size = 0")
    look("SET debug_parallel_query = on") if _version(look) >= 160000 else look(
        "SET force_parallel_mode = on"
    )
    text = "\n".join(r["QUERY PLAN"] for r in look(f"EXPLAIN SELECT * FROM reporting.{view}"))
    assert "Gather" in text


def _version(look: Look) -> int:
    return int(look("SELECT current_setting('server_version_num') AS n")[0]["n"])
