"""Orders of lists, and when they allow a poll to stop."""

from __future__ import annotations

from syncer.model import Order, Task
from syncer.planning.order import Boundary, OrderEvidence, is_beyond, may_stop
from tests.support.fakes import after
from tests.support.planning_values import make_task


def evidence(*tasks: Task, terminal: bool = True) -> OrderEvidence:
    return OrderEvidence.begin(terminal=terminal).observe(tasks)


def test_order_is_proven_by_strict_steps_only() -> None:
    assert Order.CREATED_DESC in evidence(*map(make_task, (9, 8, 8, 7, 6))).proven
    assert evidence(*map(make_task, (8, 8, 8, 8, 8, 8))).proven == frozenset()


def test_order_with_one_contradiction_is_removed() -> None:
    seen = evidence(*map(make_task, (9, 8, 7, 6, 5, 4, 10, 3, 2, 1)))
    assert Order.CREATED_DESC not in seen.steps
    assert Order.CREATED_ASC not in seen.steps


def test_order_is_contradicted_by_a_row_without_timestamp() -> None:
    assert Order.CREATED_DESC not in evidence(make_task(9), make_task(8), make_task(None), make_task(6)).steps


def test_finish_order_needs_a_list_of_ended_tasks() -> None:
    assert Order.FINISHED_DESC in evidence(make_task(1, 9), terminal=True).steps
    assert Order.FINISHED_DESC not in evidence(make_task(1, 9), terminal=False).steps


def test_order_evidence_survives_a_checkpoint() -> None:
    seen = evidence(make_task(9, 9, 9), make_task(8, 12, 9))
    assert OrderEvidence.from_json(seen.to_json()) == seen


BOUNDARY = Boundary(created_at=after(100), changed_at=after(200))


LEARNED = frozenset({Order.CREATED_DESC})


def test_poll_stops_after_a_whole_page_beyond_the_boundary() -> None:
    page = [make_task(s) for s in (90, 80, 70, 60)]
    assert may_stop(LEARNED, evidence(*page), page, BOUNDARY)


def test_poll_does_not_stop_without_a_complete_scan_before() -> None:
    page = [make_task(s) for s in (90, 80, 70, 60)]
    assert not may_stop(frozenset(), evidence(*page), page, BOUNDARY)


def test_poll_does_not_stop_on_equal_timestamps() -> None:
    page = [make_task(90)] * 50
    assert not may_stop(LEARNED, evidence(*page), page, BOUNDARY)


def test_poll_does_not_stop_at_a_late_finisher_on_the_last_row() -> None:
    page = [make_task(s, 300) for s in (140, 130, 120, 90)]
    assert not may_stop(LEARNED, evidence(*page), page, BOUNDARY)


def test_poll_does_not_stop_while_another_learned_order_is_possible() -> None:
    learned = LEARNED | {Order.FINISHED_DESC}
    page = [make_task(90, 399), make_task(80, 398), make_task(70, 397), make_task(60, 396)]
    assert not may_stop(learned, evidence(*page), page, BOUNDARY)
    assert may_stop(LEARNED, evidence(*page), page, BOUNDARY)


def test_poll_stops_by_finish_and_by_update_against_the_last_run() -> None:
    ended = [make_task(150, s, s) for s in (190, 180, 170, 160)]
    for order in (Order.FINISHED_DESC, Order.UPDATED_DESC):
        assert may_stop(frozenset({order}), evidence(*ended), ended, BOUNDARY)


def test_poll_never_stops_in_a_list_sorted_oldest_first() -> None:
    page = [make_task(s) for s in (10, 20, 30, 40)]
    assert not may_stop(frozenset({Order.CREATED_ASC}), evidence(*page), page, BOUNDARY)
    assert not is_beyond(page[0], Order.CREATED_ASC, BOUNDARY)


def test_poll_does_not_stop_on_an_empty_page() -> None:
    assert not may_stop(LEARNED, evidence(*map(make_task, (9, 8, 7, 6))), [], BOUNDARY)
