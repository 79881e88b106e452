"""The list a simulator shows, held against sorting everything at every step."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncer.simulator import ListOrder
from syncer.simulator.catalogue import Catalogue
from syncer.simulator.lives.mps import SPECIES
from syncer.simulator.orders import entry_of
from syncer.simulator.tasks import SimTask
from syncer.simulator.wire.mps import shelves
from syncer.simulator.world import Plan, Population

BEGIN_MS = 1_700_000_000_000
HOUR_MS = 3_600_000
SHELVES = ("WAITING", "PROCESSING", "FINISH", "FINISH/failed", "FINISH/clean")


def world(seed: int, backlog: int = 60) -> Population:
    plan = Plan(seed=str(seed), backlog=backlog, span_ms=6 * HOUR_MS, arrivals_per_minute=0.5, pace=20.0)
    return Population(SPECIES, plan, BEGIN_MS)


def expected(
    population: Population, shelf: str, order: ListOrder, now_ms: int, span: tuple[int, int]
) -> list[str]:
    """The shelf, sorted from nothing: tasks whose age lies in `span`."""
    shown = [
        task
        for task in population.tasks
        if span[0] <= now_ms - task.created_ms < span[1]
        and shelf in shelves(task, task.states[task.index_at(now_ms)])
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
    population = world(seed)
    catalogue = Catalogue(population, shelves, order=order, lag_ms=lag_ms, retention_ms=retention_ms)
    now_ms = BEGIN_MS
    for step in [0, *steps]:
        now_ms += step
        catalogue.advance(now_ms)
        for shelf in SHELVES:
            wanted = expected(population, shelf, order, now_ms, (lag_ms, retention_ms))
            assert ids(catalogue.page(shelf, 0, 10_000)) == wanted
            assert catalogue.size(shelf) == len(wanted)


def test_one_large_step_equals_many_small_ones() -> None:
    leaping = Catalogue(world(3, 2_000), shelves, retention_ms=20 * HOUR_MS)
    walking = Catalogue(world(3, 2_000), shelves, retention_ms=20 * HOUR_MS)
    leaping.advance(BEGIN_MS + 30 * HOUR_MS)
    for minute in range(30 * 60 + 1):
        walking.advance(BEGIN_MS + minute * 60_000)

    for shelf in SHELVES:
        assert ids(leaping.page(shelf, 0, 10_000)) == ids(walking.page(shelf, 0, 10_000))
    assert leaping.size("FINISH") > 0


def test_position_finds_each_task() -> None:
    population = world(4)
    for order in ListOrder:
        catalogue = Catalogue(population, shelves, order=order)
        catalogue.advance(BEGIN_MS)
        for position, task in enumerate(catalogue.page("FINISH", 0, 1_000)):
            assert catalogue.position("FINISH", task) == position


def test_position_of_a_task_that_moved_on_is_where_it_stood() -> None:
    population = world(5)
    catalogue = Catalogue(population, shelves)
    catalogue.advance(BEGIN_MS)
    running = catalogue.page("PROCESSING", 0, 1_000)
    leaving = min(running, key=lambda task: task.times[-1])
    catalogue.advance(leaving.times[-1])

    assert not catalogue.holds("PROCESSING", leaving)
    after = catalogue.page("PROCESSING", catalogue.position("PROCESSING", leaving), 1_000)
    assert all(task.created_ms <= leaving.created_ms for task in after)


def test_expired_task_is_found_no_more() -> None:
    population = world(6)
    catalogue = Catalogue(population, shelves, retention_ms=HOUR_MS)
    oldest = population.tasks[0]
    catalogue.advance(oldest.created_ms + HOUR_MS - 1)
    assert catalogue.find(oldest.task_id) is oldest

    catalogue.advance(oldest.created_ms + HOUR_MS)

    assert catalogue.find(oldest.task_id) is None
    assert catalogue.find_ever(oldest.task_id) is oldest


def test_time_never_goes_back() -> None:
    catalogue = Catalogue(world(7), shelves)
    catalogue.advance(BEGIN_MS + HOUR_MS)
    before = ids(catalogue.page("FINISH", 0, 1_000))

    catalogue.advance(BEGIN_MS)

    assert ids(catalogue.page("FINISH", 0, 1_000)) == before
    assert catalogue.now_ms == BEGIN_MS + HOUR_MS


@pytest.mark.parametrize("order", ListOrder)
def test_window_of_creation_is_exact_in_every_order(order: ListOrder) -> None:
    population = world(8)
    catalogue = Catalogue(population, shelves, order=order)
    catalogue.advance(BEGIN_MS)
    shown = catalogue.page("FINISH", 0, 1_000)
    begin, end = sorted(task.created_ms for task in shown)[10], sorted(task.created_ms for task in shown)[25]

    whole = list(catalogue.created_between("FINISH", begin, end))
    rest = list(catalogue.created_between("FINISH", begin, end, catalogue.position("FINISH", whole[5])))

    assert whole == [task for task in shown if begin <= task.created_ms <= end]
    assert rest == whole[5:]
    assert list(islice(catalogue.created_between("FINISH", None, None), 3)) == shown[:3]


def test_shuffled_order_is_stable_and_no_other_order() -> None:
    population = world(9, 200)
    lists = {}
    for order in ListOrder:
        catalogue = Catalogue(population, shelves, order=order)
        catalogue.advance(BEGIN_MS)
        lists[order] = ids(catalogue.page("FINISH", 0, 1_000))

    # Finished tasks change no more, so their latest update is their finish.
    assert lists.pop(ListOrder.UPDATED_DESC) == lists[ListOrder.FINISHED_DESC]
    assert len({tuple(shown) for shown in lists.values()}) == len(lists)
    assert len({frozenset(shown) for shown in lists.values()}) == 1
