"""The dimension views: `sources`, `statuses`, `calendar`."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from syncer.model import Interval, RunStatus, Status, Stream, StreamState
from syncer.storage import PgStore, PgStreamStore
from tests.integration.reporting.conftest import Look
from tests.support.fakes import make_source
from tests.support.sightings import after, begin, see, store

FACTS = ("tasks", "task_versions", "task_transitions", "open_tasks", "runs", "coverage", "coverage_gaps")


# Sources


def test_source_with_regions_is_one_row(pg: PgStore, look: Look) -> None:
    source = make_source(name="tat", provider="tencent_tat", site="cn", account="100")
    for region, at in (("ap-guangzhou", 10), ("ap-singapore", 30)):
        with pg.claim(Stream(source, region)) as ours:
            state = StreamState(last_run_at=after(at), last_sweep_at=after(at - 5))
            store(ours, begin(ours), see("t"), state=state, status=RunStatus.SUCCEEDED)
    (row,) = look("SELECT * FROM reporting.sources")
    assert (row["source"], row["provider"], row["account"], row["site"]) == (
        "tat",
        "tencent_tat",
        "100",
        "cn",
    )
    assert (row["regions"], row["last_run_at"], row["last_sweep_at"]) == (2, after(30), after(25))
    # The region that is read no longer, although it is configured, is seen in one column.
    assert row["oldest_run_at"] == after(10)
    assert row["registered_at"] is not None
    assert look("SELECT DISTINCT source_key FROM reporting.tasks") == [{"source_key": row["source_key"]}]
    oldest = "SELECT oldest_run_at FROM reporting.sources"
    with pg.claim(Stream(source, "new")):
        assert look(oldest) == [{"oldest_run_at": None}]
    pg.retire({"tat": ["ap-singapore"]})
    assert look(oldest) == [{"oldest_run_at": after(30)}]
    pg.retire({})
    assert look(oldest) == [{"oldest_run_at": None}]


def test_source_without_runs_is_a_row(pg: PgStore, look: Look) -> None:
    pg.register([make_source(name="new")])
    (row,) = look("SELECT * FROM reporting.sources")
    assert (row["source"], row["regions"], row["last_run_at"], row["oldest_run_at"]) == ("new", 0, None, None)


@pytest.mark.parametrize("view", FACTS)
def test_every_fact_view_has_the_source(ours: PgStreamStore, look: Look, view: str) -> None:
    run = begin(ours)
    store(ours, run, see("t"))
    gaps = (Interval(after(-9), after(-8)), Interval(after(-7), after(-6)))
    store(ours, run, see("t", "running", at=9), state=StreamState(polled=gaps), status=RunStatus.SUCCEEDED)
    rows = look(
        f"SELECT f.*, s.source AS name FROM reporting.{view} f JOIN reporting.sources s USING (source_key)"
    )
    assert rows
    assert all(row["source"] == row["name"] == "fake" for row in rows)
    assert look(f"SELECT count(*) AS n FROM reporting.{view}") == [{"n": len(rows)}]


# Statuses


def test_statuses_equal_the_model(look: Look) -> None:
    rows = look("SELECT * FROM reporting.statuses ORDER BY sort_order")
    assert {row["status"]: row["is_open"] for row in rows} == {each.value: each.is_open for each in Status}
    assert [row["sort_order"] for row in rows] == list(range(1, len(Status) + 1))
    assert all(row["is_terminal"] is not row["is_open"] for row in rows)
    assert {row["status"] for row in rows if row["outcome_known"]} == {"succeeded", "failed", "cancelled"}
    assert all(row["label_en"] and row["label_zh"] for row in rows)


# Calendar


def calendar(look: Look, condition: str = "true", *values: object) -> list[dict[str, Any]]:
    return look(f"SELECT * FROM reporting.calendar WHERE {condition} ORDER BY day", *values)


def test_calendar_of_an_empty_database_has_this_and_next_year(look: Look) -> None:
    rows = calendar(look)
    year = datetime.now(UTC).year
    assert year in (rows[0]["day"].year, rows[0]["day"].year + 1)
    assert rows[0]["day"] == date(rows[0]["year"], 1, 1)
    assert rows[-1]["day"] == date(rows[0]["year"] + 1, 12, 31)
    assert all(b["day"] - a["day"] == timedelta(days=1) for a, b in pairwise(rows))


def test_calendar_begins_with_the_first_covered_year(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    first = datetime(2021, 12, 31, 23, 30, tzinfo=UTC)
    state = StreamState(polled=(Interval(after(0), after(9)),), swept=(Interval(first, after(-99)),))
    store(ours, begin(ours), state=state, status=RunStatus.SUCCEEDED)
    assert calendar(look)[0]["day"] == date(2021, 1, 1)
    pg.configure("Asia/Shanghai")
    assert calendar(look)[0]["day"] == date(2022, 1, 1)


def test_calendar_begins_with_the_first_task(ours: PgStreamStore, look: Look) -> None:
    first = datetime(2022, 5, 1, tzinfo=UTC)
    mistaken = datetime(2005, 12, 31, 23, 59, 59, tzinfo=UTC)
    store(ours, begin(ours), see("t", created_at=first), see("u", created_at=mistaken), see("v"))
    assert calendar(look)[0]["day"] == date(2022, 1, 1)


def test_calendar_columns_equal_python_dates(ours: PgStreamStore, look: Look) -> None:
    first = datetime(2019, 6, 1, tzinfo=UTC)
    state = StreamState(polled=(Interval(first, after(0)),))
    store(ours, begin(ours), state=state, status=RunStatus.SUCCEEDED)
    for row in calendar(look):
        day: date = row["day"]
        assert (row["year"], row["month"], row["day_of_month"]) == (day.year, day.month, day.day)
        assert (row["iso_year"], row["iso_week"], row["weekday"]) == tuple(day.isocalendar())
        assert row["is_weekend"] is (day.isoweekday() > 5)
        assert row["week_start"] == day - timedelta(days=day.weekday())
        assert row["month_start"] == day.replace(day=1)
        assert row["quarter"] == (day.month + 2) // 3
        assert row["quarter_start"] == date(day.year, 3 * row["quarter"] - 2, 1)


@pytest.mark.parametrize(
    "zone", ["UTC", "Asia/Shanghai", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe"]
)
def test_calendar_days_have_the_length_of_local_days(pg: PgStore, look: Look, zone: str) -> None:
    pg.configure(zone)
    rows = calendar(look)
    there = ZoneInfo(zone)
    for row in rows:
        midnight = datetime(row["year"], row["month"], row["day_of_month"], tzinfo=there)
        assert row["started_at"] == midnight.astimezone(UTC)
    assert all(a["ended_at"] == b["started_at"] for a, b in pairwise(rows))
    hours = {(row["ended_at"] - row["started_at"]) / timedelta(hours=1) for row in rows}
    assert hours == {
        "Europe/Berlin": {23.0, 24.0, 25.0},
        "Australia/Lord_Howe": {23.5, 24.0, 24.5},
    }.get(zone, {24.0})


def test_task_days_match_the_calendar_across_clock_changes(
    pg: PgStore, ours: PgStreamStore, look: Look
) -> None:
    pg.configure("Europe/Berlin")
    spring = datetime(2026, 3, 29, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    autumn = datetime(2026, 10, 25, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
    hours = [start + timedelta(hours=hour) for start in (spring, autumn) for hour in range(-1, 26)]
    state = StreamState(polled=(Interval(spring, after(0)),))
    store(
        ours,
        begin(ours),
        *(see(f"t{at:%m%d%H}", "succeeded", created_at=at, finished_at=at) for at in hours),
        state=state,
        status=RunStatus.SUCCEEDED,
    )
    counted = look(
        "SELECT t.created_day AS day, count(*) AS n, count(*) FILTER (WHERE created_at >= c.started_at"
        " AND created_at < c.ended_at AND t.finished_day = t.created_day) AS inside FROM reporting.tasks t"
        " JOIN reporting.calendar c ON c.day = t.created_day GROUP BY t.created_day ORDER BY 1"
    )
    assert [(row["day"], row["n"], row["inside"]) for row in counted] == [
        (date(2026, 3, 28), 1, 1),
        (date(2026, 3, 29), 23, 23),
        (date(2026, 3, 30), 3, 3),
        (date(2026, 10, 24), 1, 1),
        (date(2026, 10, 25), 25, 25),
        (date(2026, 10, 26), 1, 1),
    ]
