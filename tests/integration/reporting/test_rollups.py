"""The values of the rollups for tasks with known results."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from syncer.model import Interval, RunStatus, Stream, StreamState
from syncer.storage import PgStore, PgStreamStore
from tests.integration.reporting.conftest import Look
from tests.support.fakes import make_source
from tests.support.sightings import T0, after, begin, see, store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def ended(
    task_id: str, status: str = "succeeded", *, waits: float = 10, runs: float = 100, **fields: Any
) -> Any:
    """A task with `waits` seconds in the queue and `runs` seconds of work; created at noon by default."""
    created_at = fields.pop("created_at", NOON)
    started_at = created_at + timedelta(seconds=waits)
    finished_at = started_at + timedelta(seconds=runs)
    return see(
        task_id, status, created_at=created_at, started_at=started_at, finished_at=finished_at, **fields
    )


def test_arrival_is_on_the_day_of_creation(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    store(
        ours,
        begin(ours),
        see("open", "running", created_at=NOON, started_at=NOON + timedelta(seconds=4), task_type="A"),
        ended("done", task_type="A", runs=90_000),
        ended("bad", "failed", task_type="B"),
        see("bare", created_at=NOON, task_type=""),
    )
    assert pg.refresh_rollups() == 2
    rows = look("SELECT * FROM reporting.arrivals_daily ORDER BY task_type, status")
    counted = [
        (row["task_type"], row["status"], row["tasks"], row["outcome_known"], row["succeeded"], row["failed"])
        for row in rows
    ]
    assert counted == [
        ("A", "running", 1, 0, 0, 0),
        ("A", "succeeded", 1, 1, 1, 0),
        ("B", "failed", 1, 1, 0, 1),
        ("unknown", "waiting", 1, 0, 0, 0),
    ]
    assert {(row["day"], row["source"], row["provider"]) for row in rows} == {
        (date(2026, 3, 1), "fake", "fake")
    }
    assert [(row["queue_known"], row["run_known"]) for row in rows] == [(1, 0), (1, 1), (1, 1), (0, 0)]
    assert (rows[3]["queue_seconds_p50"], rows[3]["queue_seconds_sum"]) == (None, 0)


def test_completion_is_on_the_day_of_the_end(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    store(ours, begin(ours), ended("done", runs=90_000), see("open", "running", created_at=NOON))
    pg.refresh_rollups()
    (row,) = look("SELECT * FROM reporting.completions_daily")
    assert (row["day"], row["status"], row["tasks"], row["run_seconds_max"]) == (
        date(2026, 3, 2),
        "succeeded",
        1,
        90_000.0,
    )


def test_percentiles_are_exact(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    store(ours, begin(ours), *(ended(f"t{n}", waits=n, runs=n * n) for n in range(101)))
    pg.refresh_rollups()
    for view in ("arrivals_daily", "arrivals_hourly", "completions_daily", "slo_daily"):
        rows = look(f"SELECT * FROM reporting.{view} ORDER BY tasks DESC")
        row = rows[0]
        assert row["tasks"] == 101
        percentiles = [row[f"queue_seconds_{name}"] for name in ("p50", "p90", "p95", "p99", "max")]
        assert percentiles == [50.0, 90.0, 95.0, 99.0, 100.0]
        percentiles = [row[f"run_seconds_{name}"] for name in ("p50", "p90", "p95", "p99", "max")]
        assert percentiles == pytest.approx([2500.0, 8100.0, 9025.0, 9801.0, 10000.0])
    (row,) = look("SELECT queue_seconds_sum, run_seconds_sum FROM reporting.arrivals_daily")
    assert row == {"queue_seconds_sum": 5050.0, "run_seconds_sum": 338350.0}


def test_percentiles_are_interpolated(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    store(ours, begin(ours), ended("a", waits=10), ended("b", waits=20))
    pg.refresh_rollups()
    (row,) = look("SELECT queue_seconds_p50, queue_seconds_p90 FROM reporting.arrivals_daily")
    assert row == {"queue_seconds_p50": 15.0, "queue_seconds_p90": 19.0}


def test_sums_are_exact(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    store(ours, begin(ours), *(ended(f"t{n}", waits=0.1, runs=0.7) for n in range(10)))
    pg.refresh_rollups()
    (row,) = look("SELECT queue_seconds_sum, run_seconds_sum FROM reporting.completions_daily")
    assert row == {"queue_seconds_sum": 1.0, "run_seconds_sum": 7.0}


def test_negative_durations_are_unknown(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    store(ours, begin(ours), ended("a", waits=-5, runs=30))
    pg.refresh_rollups()
    (row,) = look(
        "SELECT queue_known, queue_seconds_max, run_known, run_seconds_max FROM reporting.slo_daily"
    )
    assert tuple(row.values()) == (0, None, 1, 30.0)


def test_hours_are_local(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    pg.configure("Asia/Kathmandu")
    store(ours, begin(ours), see("t", created_at=datetime(2026, 3, 1, 18, 20, tzinfo=UTC)))
    pg.refresh_rollups()
    (row,) = look("SELECT day, hour, hour_at FROM reporting.arrivals_hourly")
    assert row == {
        "day": date(2026, 3, 2),
        "hour": 0,
        "hour_at": datetime(2026, 3, 1, 18, 15, tzinfo=UTC),
    }


def test_changed_settings_are_applied_once_all_days_are_computed(
    pg: PgStore, ours: PgStreamStore, look: Look
) -> None:
    applied = "SELECT time_zone, is_applied FROM reporting.settings"
    pg.configure("UTC")
    assert look(applied) == [{"time_zone": "UTC", "is_applied": True}]
    run, days = begin(ours), [NOON - timedelta(days=9 * number) for number in range(3)]
    store(ours, run, *(see(f"t{at}", created_at=at) for at in days))
    pg.refresh_rollups()
    pg.configure("Asia/Shanghai")
    seen = []
    pg.refresh_rollups(lambda: seen.append(look(applied)[0]["is_applied"]))
    assert (seen[0], seen[-1]) == (False, True)
    assert seen == sorted(seen)
    # Later changes of tasks are not changes of the settings.
    store(ours, run, see("new", created_at=NOON))
    assert look(applied) == [{"time_zone": "Asia/Shanghai", "is_applied": True}]


def test_repeated_hour_is_two_rows(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    pg.configure("America/New_York")
    twice = [datetime(2026, 11, 1, hour, 30, tzinfo=UTC) for hour in (5, 6)]
    store(ours, begin(ours), *(see(f"t{at}", created_at=at) for at in twice))
    pg.refresh_rollups()
    rows = look("SELECT hour, hour_at, tasks FROM reporting.arrivals_hourly ORDER BY hour_at")
    assert [(row["hour"], row["hour_at"].hour, row["tasks"]) for row in rows] == [(1, 5, 1), (1, 6, 1)]
    assert look("SELECT day, tasks FROM reporting.arrivals_daily") == [
        {"day": date(2026, 11, 1), "tasks": 1 + 1}
    ]


def test_lost_tasks_are_counted_as_lost(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("a", created_at=NOON), see("b", created_at=NOON))
    pg.refresh_rollups()
    store(ours, run, lost=("a",))
    assert pg.refresh_rollups() == 1
    assert look("SELECT tasks, lost FROM reporting.arrivals_daily") == [{"tasks": 2, "lost": 1}]
    store(ours, run, see("a", created_at=NOON, at=60))
    pg.refresh_rollups()
    assert look("SELECT tasks, lost FROM reporting.arrivals_daily") == [{"tasks": 2, "lost": 0}]


@pytest.mark.parametrize("view", ["arrivals_daily", "completions_daily", "slo_daily"])
def test_day_is_covered_when_every_region_swept_it(pg: PgStore, look: Look, view: str) -> None:
    pg.configure("Asia/Shanghai")
    source = make_source(name="tat")
    midnight = datetime(2026, 2, 28, 16, tzinfo=UTC)
    day, almost = timedelta(days=1), timedelta(days=1) - timedelta(microseconds=1)

    def sweep(region: str, length: timedelta) -> list[bool]:
        with pg.claim(Stream(source, region)) as ours:
            state = StreamState(
                polled=(Interval(midnight - day, midnight + 2 * day),),
                swept=(Interval(midnight, midnight + length),),
            )
            store(ours, begin(ours), ended("t"), state=state, status=RunStatus.SUCCEEDED)
        pg.refresh_rollups()
        return [row["is_covered"] for row in look(f"SELECT is_covered FROM reporting.{view}")]

    assert sweep("one", almost) == [False]
    assert sweep("one", day) == [True]
    assert sweep("other", almost) == [False]
    assert sweep("other", day) == [True]


def test_added_region_does_not_count_for_earlier_days(pg: PgStore, look: Look) -> None:
    source = make_source(name="tat", retention=timedelta(days=1))
    day, begins_at = timedelta(days=1), datetime(2026, 3, 1, tzinfo=UTC)

    def covered() -> list[int]:
        rows = look(
            "SELECT day, is_covered FROM reporting.coverage_daily WHERE day BETWEEN %s AND %s", *march
        )
        return [row["day"].day for row in rows if row["is_covered"]]

    def sweep(region: str, first: int, days: int) -> None:
        swept = Interval(begins_at + (first - 1) * day, begins_at + (first - 1 + days) * day)
        with pg.claim(Stream(source, region)) as ours:
            state = StreamState(polled=(swept,), swept=(swept,))
            store(ours, begin(ours), state=state, status=RunStatus.SUCCEEDED)

    march = (date(2026, 3, 1), date(2026, 3, 9))
    sweep("one", 2, 7)
    assert covered() == [2, 3, 4, 5, 6, 7, 8]
    # A region without runs counts since the oldest task that its list can show: here only today.
    with pg.claim(Stream(source, "other")):
        assert covered() == [2, 3, 4, 5, 6, 7, 8]
    look("UPDATE sync.streams SET retention = NULL WHERE region = 'other' RETURNING 1")
    assert covered() == []
    sweep("other", 6, 2)
    assert covered() == [2, 3, 4, 5, 6, 7]


def test_retired_region_does_not_count_for_later_days(pg: PgStore, look: Look) -> None:
    source = make_source(name="tat", retention=None)
    day, begins_at = timedelta(days=1), datetime(2026, 3, 1, tzinfo=UTC)

    def sweep(region: str, days: int) -> None:
        swept = Interval(begins_at, begins_at + days * day)
        with pg.claim(Stream(source, region)) as ours:
            state = StreamState(polled=(swept,), swept=(swept,))
            store(ours, begin(ours), state=state, status=RunStatus.SUCCEEDED)

    def covered() -> int:
        [row] = look("SELECT count(*) FILTER (WHERE is_covered) AS days FROM reporting.coverage_daily")
        return int(row["days"])

    sweep("one", 9)
    sweep("other", 4)
    with pg.claim(Stream(source, "mistyped")):
        assert covered() == 0
    assert pg.retire({"tat": ["one", "other"]}) == ["tat/mistyped"]
    assert covered() == 4
    assert pg.retire({"tat": None}) == []
    assert pg.retire({"tat": ["one"], "another": None}) == ["tat/other"]
    look("UPDATE sync.streams SET retired_at = %s WHERE region = 'other'", begins_at + 4 * day)
    assert covered() == 9
    assert look("SELECT regions FROM reporting.sources") == [{"regions": 1}]
    sweep("other", 5)
    assert covered() == 5
    assert look("SELECT regions FROM reporting.sources") == [{"regions": 2}]
    # With all regions retired, later days are not covered.
    assert pg.retire({}) == ["tat/one", "tat/other"]
    look("UPDATE sync.streams SET retired_at = %s WHERE region = 'one'", begins_at + 7 * day)
    look("UPDATE sync.streams SET retired_at = %s WHERE region = 'other'", begins_at + 4 * day)
    assert covered() == 7
    look("UPDATE sync.streams SET retired_at = %s WHERE region <> 'mistyped'", begins_at - day)
    assert covered() == 0


def test_days_without_tasks_have_a_coverage(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    def days(expected: str) -> list[int]:
        rows = look("SELECT * FROM reporting.coverage_daily WHERE day BETWEEN '2026-03-01' AND '2026-03-08'")
        return sorted(row["day"].day for row in rows if row[expected])

    assert days("day") == [1, 2, 3, 4, 5, 6, 7, 8]
    assert days("is_read") == []
    midnight = datetime(2026, 3, 1, tzinfo=UTC)
    polled, swept = (
        Interval(midnight + timedelta(days=first), midnight + timedelta(days=last))
        for first, last in ((1, 6), (2, 4))
    )
    state = StreamState(polled=(polled,), swept=(swept,))
    store(ours, begin(ours), state=state, status=RunStatus.SUCCEEDED)
    assert days("is_read") == [2, 3, 4, 5, 6]
    assert days("is_covered") == [3, 4]


def test_hours_have_their_own_coverage(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    swept = Interval(NOON, NOON + timedelta(hours=1))
    store(
        ours,
        begin(ours),
        see("in", created_at=NOON),
        see("out", created_at=NOON - timedelta(minutes=1)),
        state=StreamState(polled=(swept,), swept=(swept,)),
        status=RunStatus.SUCCEEDED,
    )
    pg.refresh_rollups()
    rows = look("SELECT hour, is_covered FROM reporting.arrivals_hourly ORDER BY hour")
    assert rows == [{"hour": 11, "is_covered": False}, {"hour": 12, "is_covered": True}]


def test_slo_counts_successes_and_tasks_within_targets(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    pg.configure("UTC", queue_target=timedelta(seconds=10), run_target=timedelta(seconds=100))
    store(
        ours,
        begin(ours),
        ended("exactly", waits=10, runs=100),
        ended("late", waits=11, runs=100, task_type="B"),
        ended("slow", "failed", waits=10, runs=100.5),
        ended("off", "cancelled", waits=10, runs=1),
        ended("mute", "finished", waits=10, runs=1),
        see("never", "failed", created_at=NOON, finished_at=NOON),
        see("open", created_at=NOON),
    )
    pg.refresh_rollups()
    (row,) = look("SELECT * FROM reporting.slo_daily")
    assert (row["tasks"], row["outcome_known"], row["succeeded"], row["failed"]) == (6, 5, 2, 2)
    assert (row["success_rate"], row["failure_rate"]) == (2 / 5, 2 / 5)
    assert (row["queue_known"], row["queue_within_target"], row["queue_within_target_rate"]) == (5, 4, 0.8)
    assert (row["run_known"], row["run_within_target"], row["run_within_target_rate"]) == (5, 4, 0.8)
    assert (row["queue_target_seconds"], row["run_target_seconds"]) == (10.0, 100.0)


def test_slo_of_a_day_without_outcomes_has_no_rates(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    store(ours, begin(ours), see("mute", "finished", finished_at=NOON))
    pg.refresh_rollups()
    (row,) = look("SELECT * FROM reporting.slo_daily")
    rates = ("success_rate", "failure_rate", "queue_within_target_rate", "run_within_target_rate")
    assert [row[name] for name in rates] == [None] * 4


def test_long_task_type_is_truncated(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    # Random text, because a compressed key would fit.
    endless = "".join(Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=20_000))
    store(ours, begin(ours), ended("a", task_type=endless))
    pg.refresh_rollups()
    for view in ("arrivals_daily", "arrivals_hourly", "completions_daily", "completions_hourly"):
        (row,) = look(f"SELECT task_type FROM reporting.{view}")
        assert row["task_type"] == endless[:200]


OPEN_OR_LOST = ("waiting", "running", "paused", "unknown")


def test_counts_tell_lost_tasks_from_open_tasks(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    for status in OPEN_OR_LOST:
        kept, gone, undated = (f"{status}-{name}" for name in ("kept", "gone", "undated"))
        store(ours, run, *(see(name, status, created_at=NOON) for name in (kept, gone)), see(undated, status))
        store(ours, run, lost=(gone, undated))
    # A provider may show an end before the status follows.
    store(ours, run, see("ending", "running", finished_at=NOON), ended("done"))
    store(ours, run, lost=("ending",))
    pg.refresh_rollups()
    counted = "SELECT sum(tasks)::bigint AS tasks, sum(lost)::bigint AS lost, sum(open)::bigint AS open"
    joined = "USING (status) WHERE is_open"
    expected = look("SELECT count(*) AS n FROM reporting.open_tasks")[0]["n"]
    assert expected == 4
    for view, lost in (("task_counts", 9), ("arrivals_daily", 4), ("arrivals_hourly", 4)):
        (row,) = look(f"{counted} FROM reporting.{view} JOIN reporting.statuses {joined}")
        assert row == {"tasks": expected + lost, "lost": lost, "open": expected}
        assert look(f"{counted} FROM reporting.{view}")[0]["open"] == expected
    for view in ("completions_daily", "completions_hourly"):
        rows = look(f"SELECT status, tasks, lost FROM reporting.{view} ORDER BY status")
        assert [tuple(row.values()) for row in rows] == [("running", 1, 1), ("succeeded", 1, 0)]


def test_task_counts_include_all_tasks(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    store(
        ours,
        begin(ours),
        see("dated", created_at=T0, task_type="A"),
        see("older", created_at=after(-1e6), task_type="A"),
        see("undated", task_type="A"),
        see("bare", "failed"),
        *(see(f"long {at}", created_at=at, task_type="z" * 300) for at in (T0, None)),
    )
    pg.refresh_rollups()
    rows = look("SELECT task_type, status, tasks FROM reporting.task_counts ORDER BY task_type")
    assert [tuple(row.values()) for row in rows] == [
        ("A", "waiting", 3),
        ("unknown", "failed", 1),
        ("z" * 200, "waiting", 2),
    ]
