"""How long it takes to answer what people ask: dashboards, reports, counts, a task's history."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from syncer.reporting.reports import shipped_reports
from tests.support.grafana_queries import TimeRange, constants, interpolate, queries

_DAYS = 90
_TRIES = 5
#: What each kind of question may take, in milliseconds.
BUDGETS = {"dashboard": 300.0, "report": 300.0, "count": 50.0, "history": 10.0}

#: Counts that people ask for, over all times and over ninety days.
_COUNTS = {
    "all tasks": "SELECT sum(tasks) FROM reporting.task_counts",
    "by source and status": "SELECT source, status, sum(tasks) FROM reporting.task_counts GROUP BY 1, 2",
    "by day, 90 days": "SELECT day, sum(tasks) FROM reporting.arrivals_daily"
    " WHERE day > current_date - 90 GROUP BY day ORDER BY day",
    "failed by type, 90 days": "SELECT source, task_type, sum(failed) FROM reporting.completions_daily"
    " WHERE day > current_date - 90 GROUP BY 1, 2",
    "open now": "SELECT source, count(*) FROM reporting.open_tasks GROUP BY source",
    "created in the last hour": "SELECT count(*) FROM reporting.tasks"
    " WHERE created_at > now() - interval '1 hour'",
}
#: What becomes of one task, by its key and by its id.
_HISTORIES = {
    "by task_key": "SELECT * FROM reporting.task_versions WHERE task_key = %(task_key)s ORDER BY version",
    "by task_id": "SELECT * FROM reporting.task_versions WHERE task_id = %(task_id)s ORDER BY version",
    "transitions": "SELECT * FROM reporting.task_transitions WHERE task_key = %(task_key)s"
    " ORDER BY observed_at",
    "task": "SELECT * FROM reporting.tasks WHERE task_id = %(task_id)s",
}
_SOME_TASK = """
SELECT task_key, task_id FROM sync.tasks
WHERE version = 3 AND created_at > now() - interval '80 days' ORDER BY created_at LIMIT 1
"""
#: For comparison: asked of the tasks instead of the rollups, so without a budget.
_ROWS = {
    "latest 50": "SELECT * FROM reporting.tasks ORDER BY created_at DESC LIMIT 50",
    "latest 50 failed": "SELECT * FROM reporting.tasks WHERE status = 'failed'"
    " ORDER BY created_at DESC LIMIT 50",
    "one day by created_at": "SELECT count(*), max(run_seconds) FROM reporting.tasks"
    " WHERE created_at >= current_date - 30 AND created_at < current_date - 29",
    "one day by created_day": "SELECT count(*), max(run_seconds) FROM reporting.tasks"
    " WHERE created_day = current_date - 30",
    "p95 by type over 90 days": "SELECT source, task_type,"
    " percentile_cont(0.95) WITHIN GROUP (ORDER BY run_seconds)"
    " FROM reporting.tasks WHERE created_at >= current_date - 90 GROUP BY 1, 2",
    "open a month ago": "SELECT source, status, count(*)"
    " FROM reporting.tasks_as_of(now() - interval '30 days') WHERE is_open GROUP BY 1, 2",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something that is asked, and what it belongs to."""

    kind: str
    name: str
    sql: str

    @property
    def budget(self) -> float | None:
        """In milliseconds; None where nothing is promised."""
        return BUDGETS.get(self.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A question, and the median of the milliseconds that its answer took."""

    question: Question
    milliseconds: float
    rows: int

    @property
    def is_late(self) -> bool:
        """Whether it took longer than it may."""
        return self.question.budget is not None and self.milliseconds > self.question.budget


def ask_all(url: str) -> Iterator[Answered]:
    """Every question, answered a few times after once to warm up, in a session as the analysts have it."""
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("timezone = 'UTC'", "search_path = reporting, pg_temp", "statement_timeout = '5min'"):
            connection.execute(f"SET {setting}".encode())
        for question in _questions(connection):
            yield _answered(connection, question)


def explain(url: str, name: str) -> Iterator[str]:
    """The plan of every question whose name holds `name`, as it went."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET timezone = 'UTC'")
        for question in _questions(connection):
            if name in question.name:
                yield f"-- {question.kind}: {question.name}\n{question.sql}"
                explained = connection.execute(f"EXPLAIN (ANALYZE, BUFFERS) {question.sql}".encode())
                yield "\n".join(line for (line,) in explained)


def _answered(connection: psycopg.Connection[Any], question: Question) -> Answered:
    rows, taken = 0, []
    for _ in range(1 + _TRIES):
        began = time.perf_counter()
        rows = len(connection.execute(question.sql.encode()).fetchall())
        taken.append(1000 * (time.perf_counter() - began))
    return Answered(question=question, milliseconds=statistics.median(taken[1:]), rows=rows)


def _questions(connection: psycopg.Connection[Any]) -> Iterator[Question]:
    sources = [name for (name,) in connection.execute("SELECT source FROM reporting.sources ORDER BY 1")]
    yield from _dashboards(sources, datetime.now(UTC))
    array = "ARRAY[" + ", ".join(f"'{name}'" for name in sources) + "]"
    for report in shipped_reports():
        sql = report.sql.replace(":days", str(_DAYS)).replace(":sources", array)
        yield Question(kind="report", name=report.name, sql=sql)
    yield from (Question(kind="count", name=name, sql=sql) for name, sql in _COUNTS.items())
    row = connection.execute(_SOME_TASK).fetchone()
    assert row is not None
    values = {"task_key": str(row[0]), "task_id": f"'{row[1]}'"}
    yield from (Question(kind="history", name=name, sql=sql % values) for name, sql in _HISTORIES.items())
    yield from (Question(kind="rows", name=name, sql=sql) for name, sql in _ROWS.items())


def _dashboards(sources: list[str], now: datetime) -> Iterator[Question]:
    """What Grafana asks with ninety days on show."""
    shown = TimeRange(now - timedelta(days=_DAYS), now)
    for asked in queries():
        values: dict[str, Any] = {**constants(asked.dashboard), "source": sources}
        sql = interpolate(asked.sql, shown, interval="2h", values=values)
        yield Question(kind="dashboard", name=str(asked), sql=sql)
