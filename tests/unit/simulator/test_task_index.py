"""The list a simulator shows, held against sorting everything at every step."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncer.simulator import ListOrder
from syncer.simulator.generator import GeneratorConfig, TaskGenerator
from syncer.simulator.simulated_tasks import SimTask
from syncer.simulator.sort_orders import entry_of
from syncer.simulator.task_index import TaskIndex
from syncer.simulator.vendors.tencent_mps.api import partitions
from syncer.simulator.vendors.tencent_mps.lifecycle import LIFECYCLE

BEGIN_MS = 1_700_000_000_000
HOUR_MS = 3_600_000
SHELVES = ("WAITING", "PROCESSING", "FINISH", "FINISH/failed", "FINISH/clean")


def world(seed: int, backlog: int = 60) -> TaskGenerator:
    plan = GeneratorConfig(
        seed=str(seed), backlog=backlog, span_ms=6 * HOUR_MS, arrivals_per_minute=0.5, pace=20.0
    )
    return TaskGenerator(LIFECYCLE, plan, BEGIN_MS)


def expected(
    generator: TaskGenerator, partition: str, order: ListOrder, now_ms: int, span: tuple[int, int]
) -> list[str]:
    """The shelf, sorted from nothing: tasks whose age lies in `span`."""
    shown = [
        task
        for task in generator.tasks
        if span[0] <= now_ms - task.created_ms < span[1]
        and partition in partitions(task, task.states[task.index_at(now_ms)])
    ]
    key = entry_of(order)
    return [task.task_id for task in sorted(shown, key=lambda task: key(task, task.index_at(now_ms)))]


def ids(tasks: list[SimTask]) -> list[str]:
    return [task.task_id for task in tasks]


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 1_000),
    order=st.sampled_from(ListOrder),
    lag_ms=st.integers(0, HOUR_MS // 10),
    retention_ms=st.integers(HOUR_MS, 5 * HOUR_MS),
    steps=st.lists(st.integers(1, HOUR_MS), min_size=1, max_size=8),
)
def test_catalogue_equals_sorting_everything(
    seed: int, order: ListOrder, lag_ms: int, retention_ms: int, steps: list[int]
) -> None:
    generator = world(seed)
    task_index = TaskIndex(generator, partitions, order=order, lag_ms=lag_ms, retention_ms=retention_ms)
    now_ms = BEGIN_MS
    for step in [0, *steps]:
        now_ms += step
        task_index.advance(now_ms)
        for partition in SHELVES:
            wanted = expected(generator, partition, order, now_ms, (lag_ms, retention_ms))
            assert ids(task_index.page(partition, 0, 10_000)) == wanted
            assert task_index.size(partition) == len(wanted)


def test_one_large_step_equals_many_small_ones() -> None:
    leaping = TaskIndex(world(3, 2_000), partitions, retention_ms=20 * HOUR_MS)
    walking = TaskIndex(world(3, 2_000), partitions, retention_ms=20 * HOUR_MS)
    leaping.advance(BEGIN_MS + 30 * HOUR_MS)
    for minute in range(30 * 60 + 1):
        walking.advance(BEGIN_MS + minute * 60_000)

    for partition in SHELVES:
        assert ids(leaping.page(partition, 0, 10_000)) == ids(walking.page(partition, 0, 10_000))
    assert leaping.size("FINISH") > 0


def test_position_finds_each_task() -> None:
    generator = world(4)
    for order in ListOrder:
        task_index = TaskIndex(generator, partitions, order=order)
        task_index.advance(BEGIN_MS)
        for position, task in enumerate(task_index.page("FINISH", 0, 1_000)):
            assert task_index.position("FINISH", task) == position


def test_position_of_a_task_that_moved_on_is_where_it_stood() -> None:
    generator = world(5)
    task_index = TaskIndex(generator, partitions)
    task_index.advance(BEGIN_MS)
    running = task_index.page("PROCESSING", 0, 1_000)
    leaving = min(running, key=lambda task: task.times[-1])
    task_index.advance(leaving.times[-1])

    assert not task_index.holds("PROCESSING", leaving)
    after = task_index.page("PROCESSING", task_index.position("PROCESSING", leaving), 1_000)
    assert all(task.created_ms <= leaving.created_ms for task in after)


def test_expired_task_is_found_no_more() -> None:
    generator = world(6)
    task_index = TaskIndex(generator, partitions, retention_ms=HOUR_MS)
    oldest = generator.tasks[0]
    task_index.advance(oldest.created_ms + HOUR_MS - 1)
    assert task_index.find(oldest.task_id) is oldest

    task_index.advance(oldest.created_ms + HOUR_MS)

    assert task_index.find(oldest.task_id) is None
    assert task_index.find_ever(oldest.task_id) is oldest


def test_time_never_goes_back() -> None:
    task_index = TaskIndex(world(7), partitions)
    task_index.advance(BEGIN_MS + HOUR_MS)
    before = ids(task_index.page("FINISH", 0, 1_000))

    task_index.advance(BEGIN_MS)

    assert ids(task_index.page("FINISH", 0, 1_000)) == before
    assert task_index.now_ms == BEGIN_MS + HOUR_MS


@pytest.mark.parametrize("order", ListOrder)
def test_window_of_creation_is_exact_in_every_order(order: ListOrder) -> None:
    generator = world(8)
    task_index = TaskIndex(generator, partitions, order=order)
    task_index.advance(BEGIN_MS)
    shown = task_index.page("FINISH", 0, 1_000)
    begin, end = sorted(task.created_ms for task in shown)[10], sorted(task.created_ms for task in shown)[25]

    whole = list(task_index.created_between("FINISH", begin, end))
    rest = list(task_index.created_between("FINISH", begin, end, task_index.position("FINISH", whole[5])))

    assert whole == [task for task in shown if begin <= task.created_ms <= end]
    assert rest == whole[5:]
    assert list(islice(task_index.created_between("FINISH", None, None), 3)) == shown[:3]


def test_shuffled_order_is_stable_and_no_other_order() -> None:
    generator = world(9, 200)
    lists = {}
    for order in ListOrder:
        task_index = TaskIndex(generator, partitions, order=order)
        task_index.advance(BEGIN_MS)
        lists[order] = ids(task_index.page("FINISH", 0, 1_000))

    # Finished tasks change no more, so their latest update is their finish.
    assert lists.pop(ListOrder.UPDATED_DESC) == lists[ListOrder.FINISHED_DESC]
    assert len({tuple(shown) for shown in lists.values()}) == len(lists)
    assert len({frozenset(shown) for shown in lists.values()}) == 1
