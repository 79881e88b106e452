"""A demo's world is the same again as long as it is young."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syncer.demo import LONGEST, DemoState
from syncer.errors import ConfigurationError
from syncer.simulator import Simulator

NOW = datetime(2026, 3, 1, 9, 0, 0, 250_000, UTC)


def test_world_is_kept_to_the_instant(tmp_path: Path) -> None:
    world = DemoState.new(NOW)
    world.save(tmp_path / "world.json")
    assert DemoState.load(tmp_path / "world.json") == world


def test_world_is_none_where_nothing_was_kept(tmp_path: Path) -> None:
    assert DemoState.load(tmp_path / "world.json") is None


@pytest.mark.parametrize(
    "kept", ["", "[]", "{}", '{"seed": 1, "begin_at": "soon"}', '{"seed": 1, "begin_at": 5}']
)
def test_world_that_makes_no_sense_is_refused(tmp_path: Path, kept: str) -> None:
    (tmp_path / "world.json").write_text(kept)
    with pytest.raises(ConfigurationError, match=r"world\.json holds no demo's world"):
        DemoState.load(tmp_path / "world.json")


def test_world_is_over_when_it_is_old_or_not_begun() -> None:
    world = DemoState(1, NOW)
    spans = (timedelta(0), LONGEST, LONGEST + timedelta(seconds=1), -timedelta(seconds=1))
    assert [world.is_over(NOW + span) for span in spans] == [False, False, True, True]


def test_new_world_is_under_way() -> None:
    simulator = Simulator(DemoState.new(NOW).options())
    simulator.freeze()
    simulator.advance(NOW - simulator.clock.now())
    tasks = [task for name in simulator.pipelines for task in simulator.true_tasks(name)]
    assert len(tasks) > 10_000
    assert sum(task.states[-1].is_open for task in tasks) > 20


def test_same_world_has_the_same_tasks() -> None:
    world = DemoState.new(NOW)
    first, second = (Simulator(DemoState(world.seed, world.begin_at).options()) for _ in range(2))
    ids = [[task.task_id for task in each.true_tasks("tat", now=NOW)] for each in (first, second)]
    assert ids[0] == ids[1]


def test_kept_world_names_its_zone(tmp_path: Path) -> None:
    DemoState.new(NOW).save(tmp_path / "world.json")
    assert json.loads((tmp_path / "world.json").read_text())["begin_at"] == "2026-03-01T08:30:00+00:00"
