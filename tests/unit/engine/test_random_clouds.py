"""Random worlds: random clouds, faults, kills and restarts must lose, double and invent nothing.

A failing world names its seed; `pytest tests/unit/engine/test_random_clouds.py -k "world[SEED]"` replays it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from syncer.engine import run_stream
from syncer.errors import CursorRefused, Retryable, Stopped, SyncerError
from syncer.model import Mode, Query, RunStatus, Status
from tests.support import fakes
from tests.support.fake_store import FakeStore
from tests.support.fakes import (
    AICCS_FACTS,
    MPS_FACTS,
    TAT_FACTS,
    VOD_FACTS,
    WINDOWED_PAGES_FACTS,
    Cloud,
    CloudTask,
    Kill,
)

WORLDS = 200
ROUNDS = 15


@dataclass
class Chance:
    """Troubles that come now and then, the first of them at the tenth question at the latest."""

    rng: random.Random
    rate: float
    kinds: tuple[type[SyncerError] | type[Kill], ...]
    fired: list[str] = field(default_factory=list)
    asked: int = 0

    def __call__(self, question: object) -> None:
        self.asked += 1
        is_due = self.rate > 0 and not self.fired and self.asked >= 10
        if self.rng.random() >= self.rate and not is_due:
            return
        kind = self.rng.choice(self.kinds)
        if kind is CursorRefused and not (isinstance(question, Query) and question.cursor):
            return
        self.fired.append(kind.__name__)
        if kind is Kill:
            raise Kill
        raise kind("trouble")


@dataclass
class World:
    """A cloud, a database, and what the cloud has really shown."""

    seed: int
    rng: random.Random
    cloud: Cloud
    store: FakeStore
    chance: Chance
    source: dict[str, object]

    def run(self, mode: Mode) -> RunStatus | None:
        stream = fakes.make_stream(**self.source)
        try:
            return run_stream(
                self.store, self.cloud, stream=stream, facts=self.cloud.facts, wanted=mode
            ).status
        except Kill:
            return None


def make_world(seed: int) -> World:
    rng = random.Random(seed)
    facts = rng.choice([MPS_FACTS, TAT_FACTS, AICCS_FACTS, VOD_FACTS, WINDOWED_PAGES_FACTS])
    sorting = rng.choice(
        [
            fakes.newest_created,
            fakes.newest_finished,
            fakes.newest_updated,
            fakes.oldest_created,
            fakes.shuffled,
        ]
    )
    lag = rng.choice([0.0, 0.0, 2.0, 20.0])
    every = rng.choice([4.0, 10.0, 40.0])
    retention = timedelta(hours=rng.choice([1, 24]))
    tasks = fakes.make_tasks(rng.randint(50, 400), seed=seed, every=every, ending=fakes.after(600))
    tasks += _late_finishers(rng)
    chance = Chance(rng, rng.choice([0.0, 0.05, 0.1]), (Kill, Retryable, Stopped, CursorRefused))
    cloud = Cloud(
        facts,
        tasks,
        sorting=sorting,
        retention=retention,
        visibility_lag=timedelta(seconds=lag),
        filter_is=rng.choice(["honoured", "honoured", "honoured", "ignored", "refused"]),
        trouble=chance,
    )
    store = FakeStore(trouble=Chance(rng, chance.rate / 3, (Kill,), chance.fired))
    source = {
        "retention": retention if facts.retention else None,
        "page_size": rng.choice([10, 20, 50]),
        "visibility_lag": timedelta(seconds=5),
    }
    return World(seed, rng, cloud, store, chance, source)


def _late_finishers(rng: random.Random) -> list[CloudTask]:
    return [
        CloudTask(
            f"late{n}",
            fakes.after(-rng.uniform(0, 3000)),
            fakes.after(-rng.uniform(0, 100)),
            fakes.after(rng.uniform(0, 1500)),
            rng.random() < 0.5,
        )
        for n in range(rng.randint(0, 8))
    ]


@pytest.mark.parametrize("seed", range(WORLDS))
def test_world(seed: int) -> None:
    world = make_world(seed)
    cloud, store, rng = world.cloud, world.store, world.rng
    for _ in range(ROUNDS):
        world.run(Mode.SWEEP if rng.random() < 0.1 else Mode.POLL)
        cloud.pass_time(rng.choice([1.0, 60.0, 60.0, 60.0, 200.0]))
        assert_coverage_is_true(world)
    assert bool(world.chance.fired) == (world.chance.rate > 0)
    world.chance.rate = store.trouble.rate = 0.0  # type: ignore[attr-defined]
    cloud.pass_time(60)
    world.run(Mode.SWEEP)
    begun_at = cloud.clock
    assert world.run(Mode.SWEEP) is RunStatus.SUCCEEDED, store.errors[-1:]
    assert_nothing_visible_is_wrong(world, begun_at)
    assert_versions_are_true(world)
    assert len(store.rows) > 20


def assert_coverage_is_true(world: World) -> None:
    """Whatever swept coverage claims, and was on show when it was last swept, stands in the database.

    A list may be slower than the lookback: then the claim falls once the task turns up.
    """
    store = world.store
    swept_at = store.stream_state.last_sweep_at
    for task in world.cloud.tasks:
        if swept_at is None or task.created_at + world.cloud.visibility_lag > swept_at:
            continue
        created_at = task.created_at.replace(microsecond=0)
        if any(i.start <= created_at < i.end for i in store.stream_state.swept):
            assert task.task_id in store.rows, (task, store.stream_state.swept)


def assert_nothing_visible_is_wrong(world: World, begun_at: datetime) -> None:
    """Each task that was shown all through the last run stands there in the state it was shown in."""
    cloud, store = world.cloud, world.store
    still_shown = {task.task_id for task in cloud.visible(cloud.clock)}
    for task in cloud.visible(begun_at):
        status = task.status(begun_at)
        if task.task_id not in still_shown or status is not task.status(cloud.clock):
            continue
        row = store.rows[task.task_id]
        expected = {status}
        if cloud.facts is MPS_FACTS and not status.is_open:
            expected.add(Status.FINISHED)
        assert row.task.status in expected, (task, row)
        assert row.lost_at is None, (task, row)


def assert_versions_are_true(world: World) -> None:
    """Every kept state was a real one, none stands twice in a row, and none goes backwards."""
    order = {Status.WAITING: 0, Status.RUNNING: 1}
    for task_id, states in world.store.versions.items():
        places = [order.get(task.status, 2) for task in [*states, world.store.rows[task_id].task]]
        assert places == sorted(places), (task_id, places)
