"""Times of typical queries: dashboards, reports, counts, a task's history."""

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
#: By kind of query: the promised limit in milliseconds.
BUDGETS = {"dashboard": 300.0, "report": 300.0, "count": 50.0, "history": 10.0}

#: Common counts, of all times and of ninety days.
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
#: The history of one task, by its key and by its id.
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
#: For comparison: queries of the tasks instead of the rollups, without a limit.
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
class BenchQuery:
    """A query and its kind."""

    kind: str
    name: str
    sql: str

    @property
    def budget(self) -> float | None:
        """The limit in milliseconds; None where none is promised."""
        return BUDGETS.get(self.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryTiming:
    """A query and the median of its times."""

    query: BenchQuery
    milliseconds: float
    rows: int

    @property
    def is_too_slow(self) -> bool:
        """Whether it took longer than its limit."""
        return self.query.budget is not None and self.milliseconds > self.query.budget


def run_all(url: str) -> Iterator[QueryTiming]:
    """Run each query several times after a warm-up, in a session like an analyst's; yield the timings."""
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("timezone = 'UTC'", "search_path = reporting, pg_temp", "statement_timeout = '5min'"):
            connection.execute(f"SET {setting}".encode())
        for query in _queries(connection):
            yield _timing(connection, query)


def explain(url: str, name: str) -> Iterator[str]:
    """Run each query with `name` in its name; yield its plan with times."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET timezone = 'UTC'")
        for query in _queries(connection):
            if name in query.name:
                yield f"-- {query.kind}: {query.name}\n{query.sql}"
                explained = connection.execute(f"EXPLAIN (ANALYZE, BUFFERS) {query.sql}".encode())
                yield "\n".join(line for (line,) in explained)


def _timing(connection: psycopg.Connection[Any], query: BenchQuery) -> QueryTiming:
    rows, times = 0, []
    for _ in range(1 + _TRIES):
        begun = time.perf_counter()
        rows = len(connection.execute(query.sql.encode()).fetchall())
        times.append(1000 * (time.perf_counter() - begun))
    return QueryTiming(query=query, milliseconds=statistics.median(times[1:]), rows=rows)


def _queries(connection: psycopg.Connection[Any]) -> Iterator[BenchQuery]:
    sources = [name for (name,) in connection.execute("SELECT source FROM reporting.sources ORDER BY 1")]
    yield from _dashboards(sources, datetime.now(UTC))
    array = "ARRAY[" + ", ".join(f"'{name}'" for name in sources) + "]"
    for report in shipped_reports():
        sql = report.sql.replace(":days", str(_DAYS)).replace(":sources", array)
        yield BenchQuery(kind="report", name=report.name, sql=sql)
    yield from (BenchQuery(kind="count", name=name, sql=sql) for name, sql in _COUNTS.items())
    row = connection.execute(_SOME_TASK).fetchone()
    assert row is not None
    values = {"task_key": str(row[0]), "task_id": f"'{row[1]}'"}
    yield from (BenchQuery(kind="history", name=name, sql=sql % values) for name, sql in _HISTORIES.items())
    yield from (BenchQuery(kind="rows", name=name, sql=sql) for name, sql in _ROWS.items())


def _dashboards(sources: list[str], now: datetime) -> Iterator[BenchQuery]:
    """The queries of the Grafana dashboards over ninety days."""
    shown = TimeRange(now - timedelta(days=_DAYS), now)
    for query in queries():
        values: dict[str, Any] = {**constants(query.dashboard), "source": sources}
        sql = interpolate(query.sql, shown, interval="2h", values=values)
        yield BenchQuery(kind="dashboard", name=str(query), sql=sql)
