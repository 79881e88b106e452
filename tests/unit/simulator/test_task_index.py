"""Tests of the index of listed tasks, compared with a complete sort at each step."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncer.simulator import ListOrder
from syncer.simulator.generator import GeneratorConfig, TaskGenerator
from syncer.simulator.simulated_tasks import SimTask
from syncer.simulator.sort_orders import sort_key_of
from syncer.simulator.task_index import TaskIndex
from syncer.simulator.vendors.tencent_mps.api import filter_keys
from syncer.simulator.vendors.tencent_mps.lifecycle import LIFECYCLE

BEGIN_MS = 1_700_000_000_000
HOUR_MS = 3_600_000
FILTER_KEYS = ("WAITING", "PROCESSING", "FINISH", "FINISH/failed", "FINISH/clean")


def make_generator(seed: int, backlog: int = 60) -> TaskGenerator:
    config = GeneratorConfig(
        seed=str(seed), backlog=backlog, span_ms=6 * HOUR_MS, arrivals_per_minute=0.5, pace=20.0
    )
    return TaskGenerator(LIFECYCLE, config, BEGIN_MS)


def expected(
    generator: TaskGenerator, filter_key: str, order: ListOrder, now_ms: int, span: tuple[int, int]
) -> list[str]:
    """The ids of the tasks with this filter whose age is in `span`, by a complete sort."""
    shown = [
        task
        for task in generator.tasks
        if span[0] <= now_ms - task.created_ms < span[1]
        and filter_key in filter_keys(task, task.states[task.index_at(now_ms)])
    ]
    key = sort_key_of(order)
    return [task.task_id for task in sorted(shown, key=lambda task: key(task, task.index_at(now_ms)))]


def ids(tasks: list[SimTask]) -> list[str]:
    return [task.task_id for task in tasks]


@settings(max_examples=40)
@given(
    seed=st.integers(0, 1_000),
    order=st.sampled_from(ListOrder),
    lag_ms=st.integers(0, HOUR_MS // 10),
    retention_ms=st.integers(HOUR_MS, 5 * HOUR_MS),
    steps=st.lists(st.integers(1, HOUR_MS), min_size=1, max_size=8),
)
def test_index_equals_a_complete_sort(
    seed: int, order: ListOrder, lag_ms: int, retention_ms: int, steps: list[int]
) -> None:
    generator = make_generator(seed)
    task_index = TaskIndex(generator, filter_keys, order=order, lag_ms=lag_ms, retention_ms=retention_ms)
    now_ms = BEGIN_MS
    for step in [0, *steps]:
        now_ms += step
        task_index.advance(now_ms)
        for filter_key in FILTER_KEYS:
            wanted = expected(generator, filter_key, order, now_ms, (lag_ms, retention_ms))
            assert ids(task_index.page(filter_key, 0, 10_000)) == wanted
            assert task_index.size(filter_key) == len(wanted)


def test_one_large_step_equals_many_small_ones() -> None:
    one_step = TaskIndex(make_generator(3, 2_000), filter_keys, retention_ms=20 * HOUR_MS)
    many_steps = TaskIndex(make_generator(3, 2_000), filter_keys, retention_ms=20 * HOUR_MS)
    one_step.advance(BEGIN_MS + 30 * HOUR_MS)
    for minute in range(30 * 60 + 1):
        many_steps.advance(BEGIN_MS + minute * 60_000)

    for filter_key in FILTER_KEYS:
        assert ids(one_step.page(filter_key, 0, 10_000)) == ids(many_steps.page(filter_key, 0, 10_000))
    assert one_step.size("FINISH") > 0


def test_position_finds_each_task() -> None:
    generator = make_generator(4)
    for order in ListOrder:
        task_index = TaskIndex(generator, filter_keys, order=order)
        task_index.advance(BEGIN_MS)
        for position, task in enumerate(task_index.page("FINISH", 0, 1_000)):
            assert task_index.position("FINISH", task) == position


def test_position_of_a_task_that_left_the_filter_is_its_former_one() -> None:
    generator = make_generator(5)
    task_index = TaskIndex(generator, filter_keys)
    task_index.advance(BEGIN_MS)
    running = task_index.page("PROCESSING", 0, 1_000)
    leaving = min(running, key=lambda task: task.times[-1])
    task_index.advance(leaving.times[-1])

    assert not task_index.contains("PROCESSING", leaving)
    after = task_index.page("PROCESSING", task_index.position("PROCESSING", leaving), 1_000)
    assert all(task.created_ms <= leaving.created_ms for task in after)


def test_expired_task_is_not_found() -> None:
    generator = make_generator(6)
    task_index = TaskIndex(generator, filter_keys, retention_ms=HOUR_MS)
    oldest = generator.tasks[0]
    task_index.advance(oldest.created_ms + HOUR_MS - 1)
    assert task_index.find(oldest.task_id) is oldest

    task_index.advance(oldest.created_ms + HOUR_MS)

    assert task_index.find(oldest.task_id) is None
    assert task_index.find_created(oldest.task_id) is oldest


def test_time_never_goes_back() -> None:
    task_index = TaskIndex(make_generator(7), filter_keys)
    task_index.advance(BEGIN_MS + HOUR_MS)
    before = ids(task_index.page("FINISH", 0, 1_000))

    task_index.advance(BEGIN_MS)

    assert ids(task_index.page("FINISH", 0, 1_000)) == before
    assert task_index.now_ms == BEGIN_MS + HOUR_MS


@pytest.mark.parametrize("order", ListOrder)
def test_creation_window_is_exact_in_every_order(order: ListOrder) -> None:
    generator = make_generator(8)
    task_index = TaskIndex(generator, filter_keys, order=order)
    task_index.advance(BEGIN_MS)
    shown = task_index.page("FINISH", 0, 1_000)
    begin, end = sorted(task.created_ms for task in shown)[10], sorted(task.created_ms for task in shown)[25]

    all_matches = list(task_index.created_between("FINISH", begin, end))
    rest = list(
        task_index.created_between("FINISH", begin, end, task_index.position("FINISH", all_matches[5]))
    )

    assert all_matches == [task for task in shown if begin <= task.created_ms <= end]
    assert rest == all_matches[5:]
    assert list(islice(task_index.created_between("FINISH", None, None), 3)) == shown[:3]


def test_orders_differ_and_show_the_same_tasks() -> None:
    generator = make_generator(9, 200)
    lists = {}
    for order in ListOrder:
        task_index = TaskIndex(generator, filter_keys, order=order)
        task_index.advance(BEGIN_MS)
        lists[order] = ids(task_index.page("FINISH", 0, 1_000))

    # A finished task does not change, so its latest update is its finish.
    assert lists.pop(ListOrder.UPDATED_DESC) == lists[ListOrder.FINISHED_DESC]
    assert len({tuple(shown) for shown in lists.values()}) == len(lists)
    assert len({frozenset(shown) for shown in lists.values()}) == 1
