"""Every shipped report on tasks with engine_with_tasks results."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine

from syncer.errors import StoreUnavailable
from syncer.reporting.reports import NAMES, shipped_report
from syncer.storage import make_engine
from syncer.storage.read.reports import run_report
from tests.support.known_tasks import NOW, ZONE, day, local

REPORTS = pytest.mark.parametrize("name", NAMES)


@pytest.fixture
def engine_with_tasks(known_url: str) -> Iterator[Engine]:
    engine = make_engine(known_url)
    yield engine
    engine.dispose()


def run(engine: Engine, name: str, **options: Any) -> list[dict[str, Any]]:
    result = run_report(engine, shipped_report(name), **options)
    return [dict(zip(result.columns, row, strict=True)) for row in result.rows]


def select(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


# Results


def test_overview_has_a_row_per_source(engine_with_tasks: Engine) -> None:
    rows = run(engine_with_tasks, "overview")
    assert select(rows, "source", "provider", "tasks", "failed", "failed_rate", "open", "gaps") == [
        ("mps-cn", "tencent_mps", 9, 1, 0.2, 2, 1),
        ("robot-calls", "alibaba_aiccs", 1, 0, None, 1, 1),
        ("tat", "tencent_tat", 3, 1, 1 / 3, 0, 2),
        ("vod", "baidu_vod", 1, 1, 1.0, 0, 1),
    ]
    assert [row["covered_to"] for row in rows] == [NOW, local(1), local(0), local(0)]
    assert {row["last_run_at"] for row in rows} == {NOW}


def test_daily_has_the_latest_local_day_first(engine_with_tasks: Engine) -> None:
    rows = run(engine_with_tasks, "daily", days=6)
    assert select(rows, "day", "created", "ended", "failed", "outcome_unknown", "is_complete") == [
        (day(0), 0, 0, 0, 0, False),
        (day(1), 7, 5, 2, 0, False),
        (day(2), 7, 5, 1, 1, True),
        (day(3), 0, 0, 0, 0, True),
        (day(4), 0, 0, 0, 0, True),
        (day(5), 0, 0, 0, 0, False),
    ]
    assert [row["failed_rate"] for row in rows] == [None, 0.4, 0.25, None, None, None]


def test_daily_completeness_is_of_the_selected_sources(engine_with_tasks: Engine) -> None:
    rows = run(engine_with_tasks, "daily", days=2, source_names=["tat"])
    assert select(rows, "created", "ended", "is_complete") == [(0, 0, False), (3, 3, True)]


def test_failures_have_code_and_message(engine_with_tasks: Engine) -> None:
    rows = run(engine_with_tasks, "failures")
    assert select(rows, "source", "task_type", "error_code", "tasks", "share_rate", "last_created_at") == [
        ("mps-cn", "WorkflowTask", "InvalidInput", 1, 1.0, local(2, 23, 30)),
        ("tat", "SHELL", "FAILED", 1, 1.0, local(1, 10)),
        ("vod", "PRESET", None, 1, 1.0, local(1, 11)),
    ]


def test_slow_counts_ended_tasks(engine_with_tasks: Engine) -> None:
    rows = run(engine_with_tasks, "slow")
    assert select(rows, "source", "task_type", "tasks") == [
        ("mps-cn", "EditMediaTask", 2),
        ("mps-cn", "WorkflowTask", 4),
        ("tat", "SHELL", 3),
    ]
    within = functools.partial(pytest.approx, rel=0.05)
    assert [row["queue_seconds_p50"] for row in rows] == within([1.0, 20.0, 1.0])
    assert [row["queue_seconds_p95"] for row in rows] == within([100.0, 40.0, 1.0])
    assert [row["run_seconds_p50"] for row in rows] == within([2.0, 60.0, 3.0])
    assert [row["run_seconds_max"] for row in rows] == [600.0, 60.0, 3.0]
    assert [row["queue_seconds_max"] for row in rows] == [100.0, 40.0, 1.0]


def test_stuck_begins_with_the_oldest(engine_with_tasks: Engine) -> None:
    rows = run(engine_with_tasks, "stuck")
    assert select(rows, "source", "task_id", "status") == [
        ("mps-cn", "w5", "running"),
        ("mps-cn", "e3", "waiting"),
        ("robot-calls", "5004173692461398602", "running"),
    ]
    assert [row["headroom_seconds"] is None for row in rows] == [False, False, True]


def test_lost_shows_the_last_observed_status(engine_with_tasks: Engine) -> None:
    rows = run(engine_with_tasks, "lost")
    assert select(rows, "source", "task_id", "status", "created_at") == [
        ("mps-cn", "w6", "running", local(2, 8))
    ]


def test_coverage_has_a_row_per_list(engine_with_tasks: Engine) -> None:
    rows = run(engine_with_tasks, "coverage")
    assert select(rows, "source", "region", "confirmed_to", "read_to", "lost", "fillable", "unknown") == [
        ("mps-cn", "global", local(1, 6), NOW, 0, 1, 0),
        ("robot-calls", "global", local(1), local(1), 0, 0, 1),
        ("tat", "ap-guangzhou", local(0), local(0), 0, 0, 1),
        ("tat", "ap-singapore", local(0), local(0), 0, 0, 1),
        ("vod", "global", local(0), local(0), 1, 0, 0),
    ]
    assert rows[-1]["lost_time_seconds"] == 86400.0
    assert 0 < rows[0]["headroom_seconds"] <= 2 * 86400


def test_runs_are_counted_by_list_and_mode(engine_with_tasks: Engine) -> None:
    rows = run(engine_with_tasks, "runs", source_names=["mps-cn", "vod"])
    assert select(rows, "source", "mode", "runs", "failed", "pages", "inserted", "lost", "error") == [
        ("mps-cn", "poll", 1, 0, 0, 0, 1, None),
        ("mps-cn", "sweep", 1, 0, 2, 9, 0, None),
        ("vod", "poll", 1, 1, 0, 0, 0, "the key is refused"),
        ("vod", "sweep", 1, 0, 2, 1, 0, None),
    ]


def test_window_begins_at_local_midnight(engine_with_tasks: Engine) -> None:
    """One task of yesterday was created on the day before in UTC."""
    (row,) = run(engine_with_tasks, "overview", days=2, source_names=["mps-cn"])
    assert row["tasks"] == 2


# Columns and SQL


@REPORTS
def test_report_can_be_limited_to_one_source(name: str, engine_with_tasks: Engine) -> None:
    for source in ("mps-cn", "tat"):
        result = run_report(engine_with_tasks, shipped_report(name), source_names=[source])
        assert result.sources == (source,)
        if "source" in result.columns:
            assert {row[result.columns.index("source")] for row in result.rows} <= {source}


@REPORTS
def test_report_has_plain_values_in_local_time(name: str, engine_with_tasks: Engine) -> None:
    result = run_report(engine_with_tasks, shipped_report(name))
    values = [value for row in result.rows for value in row]
    assert values
    assert not [value for value in values if isinstance(value, Decimal | list | dict)]
    offsets = {value.utcoffset() for value in values if isinstance(value, datetime)}
    assert offsets <= {NOW.astimezone(ZONE).utcoffset()}


@REPORTS
def test_report_keywords_name_existing_columns(name: str, engine_with_tasks: Engine) -> None:
    report = shipped_report(name)
    columns = run_report(engine_with_tasks, report).columns
    assert {*report.bar, *report.optional_columns, *report.shortened_columns} <= {*columns, "bar"}
    assert report.title and report.description.endswith(".")


@REPORTS
def test_report_reads_only_the_schema_reporting(name: str) -> None:
    sql = shipped_report(name).sql
    assert "reporting." in sql
    assert "sync" not in sql


@REPORTS
def test_report_of_an_empty_database_is_empty(name: str, engine: Engine) -> None:
    assert [row for row in run(engine, name) if row.get("created") != 0] == []


def test_report_cannot_write(engine_with_tasks: Engine) -> None:
    report = replace(shipped_report("overview"), sql="DELETE FROM sync.tasks")
    with pytest.raises(StoreUnavailable, match="read-only transaction"):
        run_report(engine_with_tasks, report)
