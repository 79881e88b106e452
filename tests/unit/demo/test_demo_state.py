"""The saved state of a demo: it restores the same tasks until it is too old."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syncer.demo import MAX_AGE, DemoState
from syncer.errors import ConfigurationError
from syncer.simulator import Simulator

NOW = datetime(2026, 3, 1, 9, 0, 0, 250_000, UTC)


def test_saved_state_is_loaded_unchanged(tmp_path: Path) -> None:
    state = DemoState.new(NOW)
    state.save(tmp_path / "state.json")
    assert DemoState.load(tmp_path / "state.json") == state


def test_missing_file_has_no_state(tmp_path: Path) -> None:
    assert DemoState.load(tmp_path / "state.json") is None


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"seed": 1, "begin_at": "soon"}', '{"seed": 1, "begin_at": 5}']
)
def test_invalid_file_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "state.json").write_text(content)
    with pytest.raises(ConfigurationError, match=r"state\.json holds no state of a demo"):
        DemoState.load(tmp_path / "state.json")


def test_state_expires_by_age_or_by_a_start_in_the_future() -> None:
    state = DemoState(1, NOW)
    ages = (timedelta(0), MAX_AGE, MAX_AGE + timedelta(seconds=1), -timedelta(seconds=1))
    assert [state.has_expired(NOW + age) for age in ages] == [False, False, True, True]


def test_new_demo_has_tasks_in_progress() -> None:
    simulator = Simulator(DemoState.new(NOW).simulator_options())
    simulator.freeze()
    simulator.advance(NOW - simulator.clock.now())
    tasks = [task for name in simulator.pipelines for task in simulator.true_tasks(name)]
    assert len(tasks) > 10_000
    assert sum(task.states[-1].is_open for task in tasks) > 20


def test_same_state_gives_the_same_tasks() -> None:
    state = DemoState.new(NOW)
    simulators = [Simulator(DemoState(state.seed, state.begin_at).simulator_options()) for _ in range(2)]
    first, second = (
        [task.task_id for task in simulator.true_tasks("tat", now=NOW)] for simulator in simulators
    )
    assert first == second


def test_saved_start_has_a_time_zone(tmp_path: Path) -> None:
    DemoState.new(NOW).save(tmp_path / "state.json")
    assert json.loads((tmp_path / "state.json").read_text())["begin_at"] == "2026-03-01T08:30:00+00:00"
