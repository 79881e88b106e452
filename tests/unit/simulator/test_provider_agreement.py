"""Providers parse simulated records into the true states of the tasks."""

from __future__ import annotations

import pytest

from syncer.model import GLOBAL, Query, Status, Task
from syncer.simulator import LISTS, Simulator
from syncer.simulator.ground_truth import TrueState, TrueTask
from tests.support.simulator_calls import frozen_simulator, provider_for


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    return frozen_simulator(backlog=3_000)


def every_state(simulator: Simulator, name: str) -> list[tuple[TrueTask, TrueState]]:
    return [(task, state) for task in simulator.true_tasks(name, future=True) for state in task.states]


@pytest.mark.parametrize("name", ["tat", "aiccs", "baidu"])
def test_row_is_parsed_as_the_true_state(simulator: Simulator, name: str) -> None:
    provider = provider_for(name)
    query = Query(list_name=provider.facts.lists[-1].name, region=GLOBAL)
    for true_task, state in every_state(simulator, name):
        task = provider.task(query, state.record, true_task.states[-1].at)
        assert task.task_id == true_task.task_id
        assert task.provider_status == state.status
        assert (task.is_open, task.status is Status.FAILED) == (state.is_open, state.has_failed)
        assert_times(task, true_task, state)


@pytest.mark.parametrize("name", ["mps-cn", "mps-intl"])
def test_detail_is_parsed_as_the_true_outcome(simulator: Simulator, name: str) -> None:
    provider = provider_for(name)
    for true_task, state in every_state(simulator, name):
        task = provider.task(Query(ids=(true_task.task_id,)), state.detail, true_task.states[-1].at)
        assert (task.is_open, task.status is Status.FAILED) == (state.is_open, state.has_failed)
        assert (task.status is Status.SUCCEEDED) is not (state.is_open or state.has_failed)
        assert bool(task.error_code) is state.has_failed
        assert_times(task, true_task, state)


def test_mps_row_is_parsed_with_the_times_of_its_status(simulator: Simulator) -> None:
    provider = provider_for("mps-cn")
    for true_task, state in every_state(simulator, "mps-cn"):
        task = provider.task(Query(list_name=state.status), state.record, true_task.states[-1].at)
        assert task.task_id == true_task.task_id
        assert task.provider_status == state.status
        assert_times(task, true_task, state)


def assert_times(task: Task, true_task: TrueTask, state: TrueState) -> None:
    """Compare the creation, and the finish of ended tasks, to the second."""
    assert task.created_at is not None
    assert task.created_at.replace(microsecond=0) == true_task.created_at.replace(microsecond=0)
    assert (task.finished_at is None) is state.is_open or task.progress_total is not None
    if task.finished_at is not None:
        assert task.finished_at == state.at.replace(microsecond=0)


@pytest.mark.parametrize("name", LISTS)
def test_records_hold_documented_fields_only(simulator: Simulator, name: str) -> None:
    known = {path.split(".")[0] for path in provider_for(name).facts.known_paths}
    for _, state in every_state(simulator, name):
        assert state.record.keys() <= known
