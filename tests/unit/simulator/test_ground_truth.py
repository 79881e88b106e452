"""Ground truth of the simulated lists."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count, pairwise

import pytest

from syncer.simulator import LIST_NAMES, Simulator, SimulatorOptions
from tests.support.simulator_calls import frozen_simulator

BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_tasks_do_not_depend_on_the_speed_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    def ids() -> list[str]:
        simulator = Simulator(SimulatorOptions(begin_at=BEGIN, backlog=20))
        return [task.task_id for name in LIST_NAMES for task in simulator.true_tasks(name, now=BEGIN)]

    monkeypatch.setattr("time.monotonic", count().__next__)
    slow = ids()
    monkeypatch.setattr("time.monotonic", count(step=0.25).__next__)

    assert ids() == slow


def test_true_tasks_have_only_states_of_the_past() -> None:
    simulator = frozen_simulator(backlog=500, arrivals_per_minute=600)
    simulator.advance(timedelta(minutes=1))
    now = simulator.clock.now()

    for name in LIST_NAMES:
        tasks = list(simulator.true_tasks(name))
        assert len(tasks) > simulator.options.backlog_of(name)
        for task in tasks:
            assert task.states[0].at == task.created_at
            assert task.states[-1].at <= now
            assert all(a.at < b.at for a, b in pairwise(task.states))


def test_future_states_follow_the_past_ones() -> None:
    simulator = frozen_simulator(backlog=500)
    past = {task.task_id: task.states for task in simulator.true_tasks("mps-cn")}
    future = {task.task_id: task.states for task in simulator.true_tasks("mps-cn", future=True)}

    assert past.keys() == future.keys()
    assert all(future[task_id][: len(states)] == states for task_id, states in past.items())
    assert sum(map(len, future.values())) > sum(map(len, past.values()))


def test_states_go_on_after_the_list_has_dropped_the_task() -> None:
    simulator = frozen_simulator(backlog=500, retention=timedelta(hours=2))
    end = simulator.clock.now() + timedelta(days=30)
    late = next(
        task
        for task in simulator.true_tasks("mps-cn", future=True)
        if task.visible_until and task.states[-1].at > task.visible_until
    )

    assert late.visible_until is not None
    assert late.is_visible(late.visible_until - timedelta(microseconds=1))
    assert late.state_at(end) == late.states[-1]
    assert not late.is_visible(late.visible_until)


def test_true_record_is_the_row_of_the_list() -> None:
    simulator = frozen_simulator(backlog=300)
    pipeline = simulator.pipelines["baidu"]
    for task in simulator.true_tasks("baidu"):
        listed = pipeline.task_index.find(task.task_id)
        if listed is not None:
            index = listed.index_at(simulator.clock.now_ms())
            assert task.states[-1].record == pipeline.api.record(listed, index)
            assert task.as_json()["states"][-1]["record"]["taskId"] == task.task_id
