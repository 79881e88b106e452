"""`reporting.tasks_as_of`: the tasks as known at an instant."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest

from syncer.model import Stream
from syncer.storage import PgStore, PgStreamStore
from tests.integration.reporting.conftest import Look
from tests.support.fakes import make_source
from tests.support.sightings import T0, after, begin, detail, see, store

SAME_COLUMNS = "SELECT * FROM reporting.tasks EXCEPT SELECT * FROM reporting.tasks_as_of('infinity')"


def as_of(look: Look, moment: datetime) -> dict[str, dict[str, Any]]:
    rows = look("SELECT * FROM reporting.tasks_as_of(%s)", moment)
    assert len({row["task_key"] for row in rows}) == len(rows)
    return {row["task_id"]: row for row in rows}


def statuses(look: Look, seconds: float) -> dict[str, str]:
    return {task_id: row["status"] for task_id, row in as_of(look, after(seconds)).items()}


def test_task_is_absent_before_its_first_observation(ours: PgStreamStore, look: Look) -> None:
    store(ours, begin(ours), see("t", at=10, created_at=T0 - timedelta(days=1)))
    assert statuses(look, 9.999999) == {}
    assert statuses(look, 10) == {"t": "waiting"}


def test_moment_before_the_first_run_is_an_error(ours: PgStreamStore, look: Look) -> None:
    assert look("SELECT * FROM reporting.tasks_as_of('2020-01-01')") == []
    store(ours, begin(ours), see("t", at=10, created_at=T0 - timedelta(days=1)))
    assert look("SELECT observed_since FROM reporting.settings") == [{"observed_since": T0}]
    with pytest.raises(psycopg.errors.NoDataFound, match=r"no data before .*: the first run began at"):
        as_of(look, after(-0.001))
    assert statuses(look, 0) == {}


def test_each_version_is_valid_until_the_next(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    for at, status in ((10, "waiting"), (20, "running"), (30, "succeeded")):
        store(ours, run, see("t", status, at=at))
    statuses_by_time = [(at, statuses(look, at)["t"]) for at in (10, 19.999999, 20, 29.999999, 30, 1e6)]
    assert statuses_by_time == [
        (10, "waiting"),
        (19.999999, "waiting"),
        (20, "running"),
        (29.999999, "running"),
        (30, "succeeded"),
        (1e6, "succeeded"),
    ]


def test_last_version_of_an_instant_is_shown(ours: PgStreamStore, look: Look) -> None:
    run = begin(ours)
    store(ours, run, see("t", "running", at=10))
    store(ours, run, detail("t", "failed", at=10, error_code="E"))
    assert [row["version"] for row in look("SELECT version FROM reporting.task_versions ORDER BY 1")] == [
        1,
        2,
    ]
    assert statuses(look, 9) == {}
    assert statuses(look, 10) == {"t": "failed"}


def test_lost_task_is_lost_until_it_appears_again(ours: PgStreamStore, look: Look) -> None:
    store(ours, begin(ours), see("t", "running", at=10))
    store(ours, begin(ours, at=50), lost=("t",))
    store(ours, begin(ours, at=90), see("t", "failed", at=90))
    rows = [as_of(look, after(at))["t"] for at in (49, 50, 89, 90)]
    assert [(row["status"], row["is_open"], row["is_lost"]) for row in rows] == [
        ("running", True, False),
        ("running", False, True),
        ("running", False, True),
        ("failed", False, False),
    ]
    assert [row["lost_at"] for row in rows] == [None, after(50), after(50), None]


def test_columns_have_the_values_of_that_time(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    late = datetime(2026, 3, 1, 16, 30, tzinfo=UTC)
    run = begin(ours)
    store(ours, run, see("t", at=5, name="旧", sub_types=("a", "b"), created_at=late, parent_id="p"))
    times = {"created_at": late, "started_at": late + timedelta(seconds=4)}
    store(ours, run, see("t", "running", at=50, name="新", progress_done=1, progress_total=2**60, **times))
    pg.configure("Asia/Shanghai")
    before, now = as_of(look, after(49))["t"], as_of(look, after(50))["t"]
    assert (before["name"], before["sub_types"], before["parent_id"]) == ("旧", "a, b", "p")
    assert (before["started_at"], before["queue_seconds"], before["progress_total"]) == (None, None, None)
    assert (before["created_day"], before["versions"]) == (date(2026, 3, 2), 1)
    assert (before["first_seen_at"], before["changed_at"]) == (after(5), after(5))
    assert (now["name"], now["queue_seconds"], now["progress_total"]) == ("新", 4.0, 2**60)
    assert (now["first_seen_at"], now["changed_at"], now["versions"]) == (after(5), after(50), 2)


def test_infinity_shows_the_current_tasks(pg: PgStore, look: Look) -> None:
    for number in range(3):
        with pg.claim(Stream(make_source(name=f"s{number}", account=str(number)), "r")) as ours:
            run = begin(ours)
            store(ours, run, see("a", created_at=T0), see("b", "failed", started_at=T0, finished_at=after(9)))
            store(ours, run, see("a", "running", at=9, created_at=T0, started_at=after(3)))
    assert look("SELECT count(*) AS n FROM reporting.tasks_as_of('infinity')") == [{"n": 6}]
    assert look(SAME_COLUMNS) == []


def test_random_histories_are_reproduced(ours: PgStreamStore, look: Look) -> None:
    histories: dict[str, list[tuple[int, str]]] = {}
    run = begin(ours)
    for number in range(40):
        history = ("waiting", "running", "paused", "running", "succeeded")[: 1 + number % 5]
        histories[f"t{number}"] = [
            (number + step * (1 + number % 7), status) for step, status in enumerate(history)
        ]
    for at in sorted({at for history in histories.values() for at, _ in history}):
        observed = [
            (task_id, status)
            for task_id, history in histories.items()
            for then, status in history
            if then == at
        ]
        store(ours, run, *(see(task_id, status, at=at) for task_id, status in observed))
    for at in range(0, 80, 3):
        expected = {
            t: max(state for state in history if state[0] <= at)[1]
            for t, history in histories.items()
            if history[0][0] <= at
        }
        assert statuses(look, at) == expected, at


@pytest.mark.parametrize(
    ("condition", "expected"),
    [("task_key = 1", "(task_key = 1)"), ("source = 'fake'", "(name = 'fake'::text)")],
    ids=["task", "source"],
)
def test_function_is_inlined(look: Look, condition: str, expected: str) -> None:
    look("SET enable_seqscan = off")
    plan = look(f"EXPLAIN SELECT status FROM reporting.tasks_as_of(now()) WHERE {condition}")
    text = "\n".join(row["QUERY PLAN"] for row in plan)
    assert "Function Scan" not in text
    assert expected in text
