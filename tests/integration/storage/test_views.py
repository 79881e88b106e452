"""The views of the schema `reporting`: comments, types and values."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import Engine

from syncer.model import Interval, RunStatus, Stream, StreamState
from syncer.reporting import sample_queries
from syncer.storage import PgStore, PgStreamStore, run_sample_query
from tests.integration.storage.conftest import Look
from tests.support.fakes import make_source
from tests.support.sightings import T0, after, begin, detail, see, store

COLUMNS = """
SELECT c.relname AS view, c.relkind::text AS kind, obj_description(c.oid) AS about, a.attname AS name,
       format_type(a.atttypid, a.atttypmod) AS type, col_description(c.oid, a.attnum) AS comment
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'reporting'::regnamespace AND a.attnum > 0 ORDER BY c.relname, a.attnum
"""
NOW = datetime.now(UTC).replace(microsecond=0)


def ago(**units: float) -> datetime:
    return NOW - timedelta(**units)


# All views


def test_views_and_columns_are_commented(look: Look) -> None:
    in_both_languages = re.compile(r"[^一-鿿]+\. / .*[一-鿿].*。")
    for row in look(COLUMNS):
        assert in_both_languages.fullmatch(row["about"] or ""), row["view"]
        assert in_both_languages.fullmatch(row["comment"] or ""), f"{row['view']}.{row['name']}"


def test_views_have_plain_types_only(look: Look) -> None:
    plain = {"text", "bigint", "boolean", "double precision", "date", "timestamp with time zone"}
    assert {row["type"] for row in look(COLUMNS)} <= plain
    assert {row["kind"] for row in look(COLUMNS)} == {"v"}


def test_partitions_are_in_their_own_schema(look: Look) -> None:
    inside = "SELECT relnamespace::regnamespace::text AS schema FROM pg_class WHERE relispartition"
    assert {row["schema"] for row in look(inside)} == {"sync_history"}


# Tasks


def one(look: Look, task_id: str = "t") -> dict[str, Any]:
    (row,) = look("SELECT * FROM reporting.tasks WHERE task_id = %s", task_id)
    return row


def test_task_has_its_source(pg: PgStore, look: Look) -> None:
    source = make_source(name="mps-cn", provider="tencent_mps", site="cn", account="100")
    with pg.claim(Stream(source, "ap-guangzhou")) as ours:
        fields = {"name": "好", "sub_types": ("a", "b"), "created_at": T0, "updated_at": after(1)}
        store(ours, begin(ours), see("t", "running", provider_status="RUN", **fields))
    row = one(look)
    assert (row["source"], row["provider"], row["site"]) == ("mps-cn", "tencent_mps", "cn")
    assert (row["account"], row["region"]) == ("100", "ap-guangzhou")
    assert (row["name"], row["sub_types"], row["versions"]) == ("好", "a, b", 1)
    assert (row["status"], row["provider_status"]) == ("running", "RUN")
    assert (row["is_open"], row["is_lost"], row["lost_at"]) == (True, False, None)
    assert row["provider_updated_at"] == after(1)


@pytest.mark.parametrize(
    ("created", "started", "finished", "queue", "run"),
    [
        (0, 2.5, 10, 2.5, 7.5),
        (0, 0, 0, 0, 0),
        (5, 2, 1, None, None),
        (None, 2, 10, None, 8),
        (0, None, 10, None, None),
    ],
    ids=["usual", "at once", "negative", "no creation", "no start"],
)
def test_durations_are_seconds_or_null(
    ours: PgStreamStore, look: Look, created: Any, started: Any, finished: Any, queue: Any, run: Any
) -> None:
    moments = zip(("created_at", "started_at", "finished_at"), (created, started, finished), strict=True)
    fields = {name: after(at) for name, at in moments if at is not None}
    store(ours, begin(ours), see("t", "succeeded", **fields))
    assert (one(look)["queue_seconds"], one(look)["run_seconds"]) == (queue, run)


def test_days_are_in_the_reporting_time_zone(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    late = datetime(2026, 3, 1, 16, 30, tzinfo=UTC)
    store(ours, begin(ours), see("t", "failed", created_at=late, finished_at=late + timedelta(hours=16)))
    days = [one(look)]
    pg.configure("Asia/Shanghai")
    days.append(one(look))
    assert [row["created_day"] for row in days] == [date(2026, 3, 1), date(2026, 3, 2)]
    assert [row["finished_day"] for row in days] == [date(2026, 3, 2), date(2026, 3, 2)]


def test_unknown_days_are_null(ours: PgStreamStore, look: Look) -> None:
    store(ours, begin(ours), see("t"))
    assert (one(look)["created_day"], one(look)["finished_day"]) == (None, None)


# Versions


def test_each_state_is_one_version(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("t", "running", created_at=T0))
    store(ours, run, detail("t", "running", at=5, resource_id="r"))
    store(ours, run, see("t", "running", at=9, created_at=T0))
    store(ours, run, lost=("t",))
    store(ours, run, see("t", "failed", at=30, created_at=T0))
    rows = look("SELECT * FROM reporting.task_versions ORDER BY version")
    assert [row["version"] for row in rows] == [1, 2, 3, 4] == list(range(1, one(look)["versions"] + 1))
    assert [row["is_current"] for row in rows] == [False, False, False, True]
    assert len({row["fingerprint"] for row in rows}) == 4
    assert {row["task_key"] for row in rows} == {one(look)["task_key"]}
    assert [row["changed_fields"] for row in rows] == [None, "resource_id", "lost_at", "lost_at, status"]
    assert all(a["observed_at"] <= b["observed_after"] for a, b in pairwise(rows))


def test_views_keep_sources_that_left_the_configuration(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    store(ours, begin(ours), see("t"))
    pg.register([make_source(name="another", account="other")])
    assert one(look)["source"] == "fake"


# Coverage


def cover(ours: PgStreamStore, polled: list[Interval], swept: list[Interval] | None = None) -> None:
    state = StreamState(polled=tuple(polled), swept=tuple(swept or ()))
    store(ours, begin(ours), state=state, status=RunStatus.SUCCEEDED)


def gaps(look: Look) -> list[dict[str, Any]]:
    return look("SELECT * FROM reporting.coverage_gaps ORDER BY started_at")


def test_coverage_has_two_grades(ours: PgStreamStore, look: Look) -> None:
    cover(
        ours,
        [Interval(after(0), after(30))],
        [Interval(after(-10), after(10)), Interval(after(20), after(25))],
    )
    rows = look("SELECT started_at, ended_at, grade FROM reporting.coverage ORDER BY started_at")
    assert [(row["grade"], row["started_at"], row["ended_at"]) for row in rows] == [
        ("swept", after(-10), after(10)),
        ("polled", after(10), after(20)),
        ("swept", after(20), after(25)),
        ("polled", after(25), after(30)),
    ]


def test_stream_without_runs_has_no_coverage_and_no_gap(ours: PgStreamStore, look: Look) -> None:
    assert look("SELECT * FROM reporting.coverage") == gaps(look) == []


def test_gap_is_covered_in_neither_grade(ours: PgStreamStore, look: Look) -> None:
    cover(ours, [Interval(ago(hours=9), ago(hours=8))], [Interval(ago(hours=8), ago(hours=6))])
    assert gaps(look) == []
    cover(ours, [Interval(ago(hours=9), ago(hours=8))], [Interval(ago(hours=5), ago(hours=4))])
    (gap,) = gaps(look)
    assert (gap["source"], gap["region"], gap["state"]) == ("fake", "global", "fillable")
    assert (gap["started_at"], gap["ended_at"]) == (ago(hours=8), ago(hours=5))
    # The fake shows tasks for seven days.
    assert (
        timedelta(days=6, hours=15)
        < timedelta(seconds=gap["seconds_until_lost"])
        < timedelta(days=6, hours=16, minutes=1)
    )


def test_expired_part_of_a_gap_is_lost(ours: PgStreamStore, look: Look) -> None:
    cover(ours, [Interval(ago(days=20), ago(days=10)), Interval(ago(days=6), ago(days=5))])
    lost, fillable = gaps(look)
    assert (lost["state"], lost["started_at"], lost["seconds_until_lost"]) == ("lost", ago(days=10), None)
    assert (fillable["state"], fillable["ended_at"]) == ("fillable", ago(days=6))
    assert lost["ended_at"] == fillable["started_at"]
    forgotten_at = datetime.now(UTC) - timedelta(days=7)
    assert abs(lost["ended_at"] - forgotten_at) < timedelta(minutes=5)
    assert fillable["seconds_until_lost"] == 0


def test_old_gap_stays_lost(ours: PgStreamStore, look: Look) -> None:
    cover(ours, [Interval(ago(days=900), ago(days=800)), Interval(ago(days=700), ago(days=5))])
    (gap,) = gaps(look)
    assert (gap["state"], gap["started_at"], gap["ended_at"]) == ("lost", ago(days=800), ago(days=700))


def test_expired_time_after_the_last_run_is_lost(ours: PgStreamStore, look: Look) -> None:
    cover(ours, [Interval(ago(days=20), ago(days=10))])
    (gap,) = gaps(look)
    assert (gap["state"], gap["started_at"]) == ("lost", ago(days=10))
    assert abs(gap["ended_at"] - (datetime.now(UTC) - timedelta(days=7))) < timedelta(minutes=5)
    cover(ours, [Interval(ago(days=20), ago(days=6))])
    assert gaps(look) == []


def test_gap_of_a_retired_stream_ends_with_its_retirement(
    pg: PgStore, ours: PgStreamStore, look: Look
) -> None:
    cover(ours, [Interval(ago(days=20), ago(days=10))])
    assert pg.retire({}) == ["fake"]
    look("UPDATE sync.streams SET retired_at = %s", ago(days=9))
    (gap,) = gaps(look)
    assert (gap["started_at"], gap["ended_at"]) == (ago(days=10), ago(days=9))


def test_gap_without_known_retention_is_unknown(pg: PgStore, look: Look) -> None:
    with pg.claim(Stream(make_source(retention=None))) as ours:
        cover(ours, [Interval(ago(days=20), ago(days=10)), Interval(ago(days=6), ago(days=5))])
    (gap,) = gaps(look)
    assert (gap["state"], gap["seconds_until_lost"]) == ("unknown", None)


# Sample queries


def test_sample_queries_return_rows(ours: PgStreamStore, engine: Engine) -> None:
    run = begin(ours)
    slow = {"task_type": "slow", "created_at": T0, "started_at": after(5), "finished_at": after(65)}
    store(ours, run, see("a", "waiting", created_at=T0), see("b", "succeeded", **slow))
    store(ours, run, see("a", "running", at=9, created_at=T0, started_at=after(9)))
    results = {query.name: run_sample_query(engine, query) for query in sample_queries()}
    by_status = results["tasks_by_status"]
    assert by_status.title == "Tasks by source and status"
    assert by_status.columns == ("source", "status", "tasks", "newest")
    assert by_status.rows == (("fake", "running", 1, T0), ("fake", "succeeded", 1, T0))
    store(ours, run, lost=("a",))
    assert run_sample_query(engine, sample_queries()[0]).rows[0] == ("fake", "lost", 1, T0)
    assert results["slowest_types"].rows == (("fake", "slow", 1, 60.0, 60.0),)
    assert [row[4] for row in results["longest_queue"].rows] == [9.0, 5.0]
    history = results["task_history"]
    assert [row[:4] for row in history.rows] == [("fake", "a", 1, "waiting"), ("fake", "a", 2, "running")]


def test_sample_queries_read_only_the_views() -> None:
    for query in sample_queries():
        assert "reporting." in query.sql
        assert "sync." not in query.sql
