"""Page faults and visibility lag, which all simulated lists have."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from syncer.simulator import Faults
from syncer.simulator.request_pipeline import RequestPipeline
from syncer.simulator.vendor_api import PageFailure
from tests.support.simulator_calls import (
    REGION,
    aiccs_page,
    baidu_page,
    frozen_simulator,
    mps_page,
    one_list,
    tat_page,
)


def first_page(name: str, pipeline: RequestPipeline, limit: int) -> list[dict[str, Any]]:
    """The rows on the first page of a list, requested with a limit."""
    rows: list[dict[str, Any]] = {
        "mps-cn": lambda: mps_page(pipeline, Status="FINISH", Limit=limit)["TaskSet"],
        "tat": lambda: tat_page(pipeline, REGION, Limit=limit)["InvocationTaskSet"],
        "aiccs": lambda: aiccs_page(pipeline, PageSize=limit)["Data"]["Record"],
        "baidu": lambda: baidu_page(pipeline, maxSize=limit)["data"],
    }[name]()
    return rows


NAMES = ["mps-cn", "tat", "aiccs", "baidu"]


@pytest.mark.parametrize("name", NAMES)
def test_page_above_the_largest_size_fails(name: str) -> None:
    pipeline = one_list(name, faults=Faults(largest_page=25))

    assert len(first_page(name, pipeline, 25)) == 25
    with pytest.raises(PageFailure):
        first_page(name, pipeline, 26)
    assert pipeline.injector.fired() == {"largest_page": 1}


@pytest.mark.parametrize("name", NAMES)
def test_page_with_a_poisoned_task_fails(name: str) -> None:
    pipeline = one_list(name)
    filter_key = {"mps-cn": "FINISH", "tat": REGION}.get(name, "")
    poisoned = pipeline.task_index.page(filter_key, 8, 1)[0].task_id
    pipeline.injector.faults = Faults(poisoned_ids=(poisoned,))

    assert len(first_page(name, pipeline, 8)) == 8
    with pytest.raises(PageFailure):
        first_page(name, pipeline, 9)


@pytest.mark.parametrize("name", NAMES)
def test_page_may_show_a_row_twice(name: str) -> None:
    pipeline = one_list(name, faults=Faults(duplicate_rate=1.0))
    rows = first_page(name, pipeline, 10)

    assert len(rows) == 11
    assert rows[-1] in rows[:-1]


@pytest.mark.parametrize("name", NAMES)
def test_list_shows_a_task_only_after_the_lag(name: str) -> None:
    simulator = frozen_simulator(arrivals_per_minute=6_000, visibility_lag=timedelta(seconds=30))
    simulator.advance(timedelta(seconds=60))
    pipeline = simulator.pipelines[name]
    now = simulator.clock.now()
    tasks = list(simulator.true_tasks(name))
    hidden = [task for task in tasks if now - task.created_at < timedelta(seconds=30)]

    assert hidden and not any(task.is_visible(now) for task in hidden)
    assert all(pipeline.task_index.find(task.task_id) is None for task in hidden)
    late = [task for task in tasks if timedelta(seconds=30) <= now - task.created_at < timedelta(hours=1)]
    assert late and all(pipeline.task_index.find(task.task_id) for task in late)
