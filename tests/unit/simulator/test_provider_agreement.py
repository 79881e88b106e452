"""What our providers read out of the simulated records is what happened to the tasks."""

from __future__ import annotations

from typing import Any

import pytest

from syncer.model import GLOBAL, Query, Status, Task
from syncer.ports import Provider
from syncer.providers import PROVIDERS, create_provider
from syncer.simulator import Simulator
from syncer.simulator.ground_truth import TrueState, TrueTask
from tests.support.simulator_calls import frozen

KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "mps-cn": ("tencent_mps", {"site": "cn"}),
    "mps-intl": ("tencent_mps", {"site": "intl"}),
    "tat": ("tencent_tat", {"regions": ("ap-guangzhou",)}),
    "aiccs": ("alibaba_aiccs", {}),
    "baidu": ("baidu_vod", {}),
}


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    return frozen(backlog=3_000)


def provider_of(name: str) -> Provider:
    kind, own = KINDS[name]
    return create_provider(kind, options=PROVIDERS[kind].Options(**own))


def every_state(simulator: Simulator, name: str) -> list[tuple[TrueTask, TrueState]]:
    return [(task, state) for task in simulator.truth(name, future=True) for state in task.states]


@pytest.mark.parametrize("name", ["tat", "aiccs", "baidu"])
def test_row_means_the_true_state(simulator: Simulator, name: str) -> None:
    provider = provider_of(name)
    query = Query(list_name=provider.facts.lists[-1].name, region=GLOBAL)
    for true, state in every_state(simulator, name):
        read = provider.task(query, state.record)
        assert read.task_id == true.task_id
        assert read.provider_status == state.status
        assert (read.is_open, read.status is Status.FAILED) == (state.is_open, state.has_failed)
        assert_times(read, true, state)


@pytest.mark.parametrize("name", ["mps-cn", "mps-intl"])
def test_detail_means_the_true_outcome(simulator: Simulator, name: str) -> None:
    provider = provider_of(name)
    for true, state in every_state(simulator, name):
        read = provider.task(Query(ids=(true.task_id,)), state.detail)
        assert (read.is_open, read.status is Status.FAILED) == (state.is_open, state.has_failed)
        assert (read.status is Status.SUCCEEDED) is not (state.is_open or state.has_failed)
        assert bool(read.error_code) is state.has_failed
        assert_times(read, true, state)


def test_mps_row_bears_the_times_of_its_status(simulator: Simulator) -> None:
    provider = provider_of("mps-cn")
    for true, state in every_state(simulator, "mps-cn"):
        read = provider.task(Query(list_name=state.status), state.record)
        assert read.task_id == true.task_id
        assert read.provider_status == state.status
        assert_times(read, true, state)


def assert_times(read: Task, true: TrueTask, state: TrueState) -> None:
    """To the second: the creation, and the finish of what has ended."""
    assert read.created_at is not None
    assert read.created_at.replace(microsecond=0) == true.created_at.replace(microsecond=0)
    assert (read.finished_at is None) is state.is_open or read.progress_total is not None
    if read.finished_at is not None:
        assert read.finished_at == state.at.replace(microsecond=0)


@pytest.mark.parametrize("name", KINDS)
def test_records_hold_documented_fields_only(simulator: Simulator, name: str) -> None:
    facts = provider_of(name).facts
    known = {path.split(".")[0] for path in facts.known_paths}
    for _, state in every_state(simulator, name):
        assert state.record.keys() <= known
