"""After any history the rollups are what the tasks come to, and what computing them from nothing gives."""

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
    OF_TASKS,
    VIEWS,
    assert_durations,
    failures_shown,
    failures_told,
    forget,
    held,
    shown,
    told,
)
from tests.support.sightings import begin, see, store

#: When clocks are changed: at night, at midnight's door, by half an hour; and days that begin at a quarter.
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
class Story:
    """Tasks that live at random, around an instant, as two streams show them."""

    chance: Random
    around: datetime
    at: float = 0
    shown: dict[tuple[int, str], Sighting] = field(default_factory=dict)

    def step(self, streams: tuple[PgStreamStore, PgStreamStore]) -> None:
        """One batch: new tasks, changed ones, and now and then one that is lost."""
        self.at += 60
        number = self.chance.randrange(2)
        ours = streams[number]
        known = [task_id for stream, task_id in self.shown if stream == number]
        seen = self.chance.sample(known, min(len(known), 4)) + [f"t{self.at:.0f}-{n}" for n in range(4)]
        batch = [self._see(number, task_id) for task_id in seen]
        lost = tuple(self.chance.sample(known, min(len(known), 1))) if self.chance.random() < 0.3 else ()
        store(ours, begin(ours, at=self.at), *batch, lost=lost)

    def _see(self, number: int, task_id: str) -> Sighting:
        """The task, a little further, or told otherwise than before: times and types get corrected."""
        chance, before = self.chance, self.shown.get((number, task_id))
        created_at = before.task.created_at if before and chance.random() < 0.7 else self._moment()
        begun = chance.random() < 0.7
        over = begun and chance.random() < 0.6
        started_at = (
            created_at + timedelta(seconds=chance.randrange(-60, 7200)) if created_at and begun else None
        )
        finished_at = (
            started_at + timedelta(seconds=chance.randrange(-9, 90_000)) if started_at and over else None
        )
        sighting = see(
            task_id,
            chance.choice(_ENDS) if over else "running" if begun else "waiting",
            at=self.at,
            created_at=created_at,
            started_at=started_at,
            finished_at=finished_at,
            task_type=chance.choice((None, "", "A", "B")),
            error_code=chance.choice((None, "", "E1", "E2")),
            error_message=f"at {self.at:.0f}" if chance.random() < 0.5 else None,
            progress_done=chance.randrange(100),
        )
        self.shown[number, task_id] = sighting
        return sighting

    def _moment(self) -> datetime | None:
        if self.chance.random() < 0.05:
            return None
        return self.around + timedelta(seconds=self.chance.randrange(-2 * 86_400, 2 * 86_400))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("seed", range(3))
def test_refreshed_now_and_then_is_as_if_computed_from_nothing(
    pg: PgStore, look: Look, zone: str, seed: int
) -> None:
    story = Story(Random(seed), ZONES[zone])
    pg.configure(zone)
    source = make_source(name="tat")
    with (
        pg.claim(Stream(source, "one")) as one,
        pg.claim(Stream(make_source(name="mps", account="other"))) as other,
    ):
        for _ in range(25):
            story.step((one, other))
            if story.chance.random() < 0.4:
                pg.refresh_rollups()
        pg.refresh_rollups()
    fresh = held(look)
    assert all(fresh[name] for name in OF_TASKS)
    for view in VIEWS:
        assert shown(look, view) == told(look, view)
    assert failures_shown(look) == failures_told(look)
    assert_durations(look)
    forget(look)
    pg.rebuild_rollups()
    pg.refresh_rollups()
    assert held(look) == fresh
    assert look("SELECT count(*) AS n FROM sync.dirty_hours") == [{"n": 0}]


def test_new_zone_counts_every_day_anew(pg: PgStore, look: Look) -> None:
    story = Story(Random(7), ZONES["UTC"])
    with (
        pg.claim(Stream(make_source(name="a"))) as one,
        pg.claim(Stream(make_source(name="b", account="b"))) as other,
    ):
        for at, zone in enumerate(("UTC", "Asia/Shanghai", "Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC")):
            pg.configure(zone)
            for _ in range(5):
                story.step((one, other))
                # A day may be under way when the next zone comes.
                if at % 2:
                    pg.refresh_rollups()
    pg.refresh_rollups()
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu"):
        pg.configure(zone)
        pg.refresh_rollups()
        for view in VIEWS:
            assert shown(look, view) == told(look, view), zone


def test_days_without_tasks_in_the_new_zone_go(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    store(ours, begin(ours), see("t", "finished", created_at=at(23), finished_at=at(23)))
    pg.refresh_rollups()
    assert {row["day"].day for rows in held(look).values() for row in rows} == {1}
    pg.configure("Asia/Shanghai")
    pg.refresh_rollups()
    assert {row["day"].day for rows in held(look).values() for row in rows} == {2}
    assert [len(held(look)[name]) for name in (*VIEWS, "slo_daily")] == [1] * 5


def test_configuring_the_same_again_counts_nothing(pg: PgStore, ours: PgStreamStore) -> None:
    minute = timedelta(minutes=1)
    pg.configure("Asia/Shanghai", queue_target=minute, run_target=minute)
    store(ours, begin(ours), see("t", created_at=at(1)))
    pg.refresh_rollups()
    pg.configure("Asia/Shanghai", queue_target=minute, run_target=minute)
    pg.configure("Asia/Shanghai")
    assert pg.stale_days() == 0


@pytest.mark.parametrize("target", ["queue_target", "run_target"])
def test_new_targets_count_every_day_anew(pg: PgStore, ours: PgStreamStore, look: Look, target: str) -> None:
    minutes = [timedelta(minutes=n) for n in (1, 3)]
    pg.configure("UTC", **{target: minutes[0]})
    times = {"created_at": at(1), "started_at": at(1.03), "finished_at": at(1.06)}
    store(ours, begin(ours), see("t", "finished", **times))
    pg.refresh_rollups()
    column = target.replace("target", "within_target")
    assert look(f"SELECT {column} AS n FROM reporting.slo_daily") == [{"n": 0}]
    pg.configure("UTC", **{target: minutes[1]})
    # The day of the task, and that of the run.
    assert pg.stale_days() == 2
    pg.refresh_rollups()
    assert look(f"SELECT {column} AS n FROM reporting.slo_daily") == [{"n": 1}]


def test_tasks_removed_by_hand_leave_the_rollups(pg: PgStore, ours: PgStreamStore, look: Look) -> None:
    times = {"created_at": at(1), "finished_at": at(2)}
    store(ours, begin(ours), see("a", "failed", **times), see("b", "finished", **times))
    pg.refresh_rollups()
    look("DELETE FROM sync.tasks WHERE task_id = 'a'")
    pg.refresh_rollups()
    assert {row["tasks"] for rows in held(look).values() for row in rows} == {1}
    assert {row["status"] for row in shown(look, "completions_daily")} == {"finished"}


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
    forget(look)
    pg.rebuild_rollups()
    pg.refresh_rollups()
    assert look(counted) == [{"n": 3, "days": 3}]


def at(hour: float) -> datetime:
    return datetime(2026, 3, 1, tzinfo=ZoneInfo("UTC")) + timedelta(hours=hour)
