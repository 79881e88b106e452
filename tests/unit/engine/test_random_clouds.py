"""Random clouds with faults, kills and restarts: no task may be lost, duplicated or invented.

`pytest tests/unit/engine/test_random_clouds.py -k "world[SEED]"` repeats the world with that seed.
"""

from __future__ import annotations

import random
from collections.abc import Callable
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
    """Raises random errors, the first one at the tenth call at the latest."""

    rng: random.Random
    rate: float
    kinds: tuple[type[SyncerError] | type[Kill], ...]
    fired: list[str] = field(default_factory=list)
    calls: int = 0

    def __call__(self, argument: object) -> None:
        self.calls += 1
        is_due = self.rate > 0 and not self.fired and self.calls >= 10
        if self.rng.random() >= self.rate and not is_due:
            return
        kind = self.rng.choice(self.kinds)
        if kind is CursorRefused and not (isinstance(argument, Query) and argument.cursor):
            return
        self.fired.append(kind.__name__)
        if kind is Kill:
            raise Kill
        raise kind("trouble")


@dataclass
class World:
    """A cloud, a store, and the source that reads the cloud."""

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
    page_size = rng.choice([10, 20, 50])
    cloud = Cloud(
        facts,
        tasks,
        sorting=sorting,
        retention=retention,
        visibility_lag=timedelta(seconds=lag),
        filter_is=rng.choice(["honoured", "honoured", "honoured", "ignored", "refused"]),
        total_of=_totals(rng, page_size, facts.paging.overlap),
        trouble=chance,
    )
    store = FakeStore(trouble=Chance(rng, chance.rate / 3, (Kill,), chance.fired))
    # Some lists show more than their documented retention.
    documented = retention * rng.choice([1, 1, 0.8])
    source = {
        "retention": documented if facts.retention else None,
        "page_size": page_size,
        "visibility_lag": timedelta(seconds=5),
    }
    return World(seed, rng, cloud, store, chance, source)


def _totals(rng: random.Random, page_size: int, overlap: int) -> Callable[[int], int | None]:
    """What a list gives as its total, by its number of rows: a hint that may be wrong in any way."""
    # Totals stop counting at a round number, where a full page ends.
    cap = page_size + rng.randint(0, 5) * (page_size - overlap)
    return rng.choice(
        [
            lambda rows: rows,
            lambda rows: rows,
            lambda rows: min(rows, cap),
            lambda rows: rng.randint(0, rows),
            lambda _: 0,
            lambda _: None,
        ]
    )


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
    assert_no_state_is_seen_before_it_began(world)
    assert len(store.rows) > 20


def assert_coverage_is_true(world: World) -> None:
    """Check that every task inside `swept` coverage that was visible at the last sweep is stored.

    A list may be slower than the lookback: then the claim is withdrawn when the task appears.
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
    """Check that each task that was visible during the whole last run is stored in its visible state."""
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


def assert_no_state_is_seen_before_it_began(world: World) -> None:
    """Check that observations are dated after the states that they show began, also during the request."""
    tasks = {task.task_id: task for task in world.cloud.tasks}
    for task_id, row in world.store.rows.items():
        true, seen_at = tasks[task_id], row.sighting.observed_at
        assert row.first_seen_at >= true.created_at, (true, row)
        assert row.task.status is not Status.RUNNING or seen_at >= true.started_at, (true, row)
        assert row.task.is_open or seen_at >= true.finished_at, (true, row)


def assert_versions_are_true(world: World) -> None:
    """Check that the versions of each task follow its lifecycle."""
    order = {Status.WAITING: 0, Status.RUNNING: 1}
    for task_id, states in world.store.versions.items():
        places = [order.get(task.status, 2) for task in [*states, world.store.rows[task_id].task]]
        assert places == sorted(places), (task_id, places)
