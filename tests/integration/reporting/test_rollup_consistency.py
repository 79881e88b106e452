"""After random changes the rollups equal the tasks, and a computation from scratch."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from syncer.model import Sighting, Stream
from syncer.storage import PgStore, PgStreamStore
from tests.integration.reporting.conftest import Look
from tests.support.fakes import make_source
from tests.support.rollup_checks import (
    TASK_ROLLUPS,
    VIEWS,
    all_rows,
    assert_durations,
    clear_rollups,
    expected_failures,
    expected_rows,
    failure_rows,
    rollup_rows,
)
from tests.support.sightings import begin, see, store

#: Clock changes at night, close to midnight and by half an hour; and an offset of a quarter of an hour.
ZONES = {
    "UTC": datetime(2026, 3, 1, tzinfo=UTC),
    "America/New_York": datetime(2026, 11, 1, 6, tzinfo=UTC),
    "America/Santiago": datetime(2026, 9, 6, 4, tzinfo=UTC),
    "Atlantic/Azores": datetime(2026, 10, 25, 1, tzinfo=UTC),
    "Australia/Lord_Howe": datetime(2026, 4, 4, 15, tzinfo=UTC),
    "Asia/Kathmandu": datetime(2026, 3, 1, 18, 15, tzinfo=UTC),
}
_ENDS = ("succeeded", "failed", "cancelled", "finished")


@dataclass
class RandomTasks:
    """Random tasks around an instant, in two streams."""

    random: Random
    around: datetime
    at: float = 0
    latest: dict[tuple[int, str], Sighting] = field(default_factory=dict)

    def step(self, streams: tuple[PgStreamStore, PgStreamStore]) -> None:
        """Store a batch: new tasks, changed tasks, and sometimes a lost task."""
        self.at += 60
        number = self.random.randrange(2)
        ours = streams[number]
        stored = [task_id for stream, task_id in self.latest if stream == number]
        task_ids = self.random.sample(stored, min(len(stored), 4)) + [f"t{self.at:.0f}-{n}" for n in range(4)]
        batch = [self._sighting(number, task_id) for task_id in task_ids]
        lost = tuple(self.random.sample(stored, min(len(stored), 1))) if self.random.random() < 0.3 else ()
        store(ours, begin(ours, at=self.at), *batch, lost=lost)

    def _sighting(self, number: int, task_id: str) -> Sighting:
        """A sighting of the task with progress, or with a corrected time or type."""
        random, before = self.random, self.latest.get((number, task_id))
        created_at = before.task.created_at if before and random.random() < 0.7 else self._moment()
        has_started = random.random() < 0.7
        has_ended = has_started and random.random() < 0.6
        started_at = (
            created_at + timedelta(seconds=random.randrange(-60, 7200))
            if created_at and has_started
            else None
        )
        finished_at = (
            started_at + timedelta(seconds=random.randrange(-9, 90_000)) if started_at and has_ended else None
        )
        sighting = see(
            task_id,
            random.choice(_ENDS) if has_ended else "running" if has_started else "waiting",
            at=self.at,
            created_at=created_at,
            started_at=started_at,
            finished_at=finished_at,
            task_type=random.choice((None, "", "A", "B")),
            error_code=random.choice((None, "", "E1", "E2")),
            error_message=f"at {self.at:.0f}" if random.random() < 0.5 else None,
            progress_done=random.randrange(100),
        )
        self.latest[number, task_id] = sighting
        return sighting

    def _moment(self) -> datetime | None:
        if self.random.random() < 0.05:
            return None
        return self.around + timedelta(seconds=self.random.randrange(-2 * 86_400, 2 * 86_400))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("seed", range(3))
def test_incremental_refresh_equals_a_computation_from_scratch(
    pg: PgStore, look: Look, zone: str, seed: int
) -> None:
    story = RandomTasks(Random(seed), ZONES[zone])
    pg.configure(zone)
    source = make_source(name="tat")
    with (
        pg.claim(Stream(source, "one")) as one,
        pg.claim(Stream(make_source(name="mps", account="other"))) as other,
    ):
        for _ in range(25):
            story.step((one, other))
            if story.random.random() < 0.4:
                pg.refresh_rollups()
        pg.refresh_rollups()
    fresh = all_rows(look)
    assert all(fresh[name] for name in TASK_ROLLUPS)
    for view in VIEWS:
        assert rollup_rows(look, view) == expected_rows(look, view)
    assert failure_rows(look) == expected_failures(look)
    assert_durations(look)
    clear_rollups(look)
    pg.rebuild_rollups()
    pg.refresh_rollups()
    assert all_rows(look) == fresh
    assert look("SELECT count(*) AS n FROM sync.dirty_hours") == [{"n": 0}]


def test_new_time_zone_computes_every_day_again(pg: PgStore, look: Look) -> None:
    story = RandomTasks(Random(7), ZONES["UTC"])
    with (
        pg.claim(Stream(make_source(name="a"))) as one,
        pg.claim(Stream(make_source(name="b", account="b"))) as other,
    ):
        for at, zone in enumerate(("UTC", "Asia/Shanghai", "Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC")):
            pg.configure(zone)
            for _ in range(5):
                story.step((one, other))
                # The time zone may change during a refresh.
                if at % 2:
                    pg.refresh_rollups()
    pg.refresh_rollups()
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu"):
        pg.configure(zone)
        pg.refresh_rollups()
        for view in VIEWS:
            assert rollup_rows(look, view) == expected_rows(look, view), zone


def test_days_without_tasks_in_the_new_zone_are_deleted(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    store(ours, begin(ours), see("t", "finished", created_at=at(23), finished_at=at(23)))
    pg.refresh_rollups()
    assert {row["day"].day for rows in all_rows(look).values() for row in rows} == {1}
    pg.configure("Asia/Shanghai")
    pg.refresh_rollups()
    assert {row["day"].day for rows in all_rows(look).values() for row in rows} == {2}
    assert [len(all_rows(look)[name]) for name in (*VIEWS, "slo_daily")] == [1] * 5


def test_unchanged_settings_mark_nothing(pg: PgStore, ours: PgStreamStore) -> None:
    minute = timedelta(minutes=1)
    pg.configure("Asia/Shanghai", queue_target=minute, run_target=minute)
    store(ours, begin(ours), see("t", created_at=at(1)))
    pg.refresh_rollups()
    pg.configure("Asia/Shanghai", queue_target=minute, run_target=minute)
    pg.configure("Asia/Shanghai")
    assert pg.stale_days() == 0


@pytest.mark.parametrize("target", ["queue_target", "run_target"])
def test_new_targets_compute_every_day_again(
    pg: PgStore, ours: PgStreamStore, look: Look, target: str
) -> None:
    minutes = [timedelta(minutes=n) for n in (1, 3)]
    pg.configure("UTC", **{target: minutes[0]})
    times = {"created_at": at(1), "started_at": at(1.03), "finished_at": at(1.06)}
    store(ours, begin(ours), see("t", "finished", **times))
    pg.refresh_rollups()
    column = target.replace("target", "within_target")
    assert look(f"SELECT {column} AS n FROM reporting.slo_daily") == [{"n": 0}]
    pg.configure("UTC", **{target: minutes[1]})
    # The day of the task, and the day of the run.
    assert pg.stale_days() == 2
    pg.refresh_rollups()
    assert look(f"SELECT {column} AS n FROM reporting.slo_daily") == [{"n": 1}]


def test_deleted_tasks_leave_the_rollups(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    times = {"created_at": at(1), "finished_at": at(2)}
    store(ours, begin(ours), see("a", "failed", **times), see("b", "finished", **times))
    pg.refresh_rollups()
    look("DELETE FROM sync.tasks WHERE task_id = 'a'")
    pg.refresh_rollups()
    assert {row["tasks"] for rows in all_rows(look).values() for row in rows} == {1}
    assert {row["status"] for row in rollup_rows(look, "completions_daily")} == {"finished"}


def test_tasks_of_any_year_are_counted(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    pg.configure("America/New_York")
    years = [
        datetime.min.replace(tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime.max.replace(tzinfo=UTC),
    ]
    store(ours, begin(ours), *(see(f"t{year:%Y}", created_at=year) for year in years))
    counted = "SELECT sum(tasks)::int AS n, count(DISTINCT day) AS days FROM sync.arrivals_daily"
    assert pg.refresh_rollups() == 3
    assert look(counted) == [{"n": 3, "days": 3}]
    clear_rollups(look)
    pg.rebuild_rollups()
    pg.refresh_rollups()
    assert look(counted) == [{"n": 3, "days": 3}]


def at(hour: float) -> datetime:
    return datetime(2026, 3, 1, tzinfo=ZoneInfo("UTC")) + timedelta(hours=hour)
