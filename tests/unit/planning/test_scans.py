"""Progress of one scan, and what it says about the end of a list."""

from __future__ import annotations

from datetime import datetime, timedelta

from syncer.model import Page, Sighting, Task
from syncer.planning.scans import Scan, ScanProgress, entered_after, may_have_expired, was_listed_at
from tests.support.fakes import MPS_FACTS, T0, TAT_FACTS, after
from tests.support.planning_values import make_task

DAY = timedelta(days=1)


def page(*tasks: Task, total: int | None = None, at: datetime = T0) -> Page:
    return Page(
        sightings=tuple(Sighting(task=t, requested_at=at, observed_at=at) for t in tasks),
        next_cursor=None,
        requested_at=at,
        observed_at=at,
        total=total,
    )


FINISH = MPS_FACTS.lists[2]


def progress_of(*tasks: Task, total: int | None = None, at: datetime = T0) -> ScanProgress:
    begun = Scan(listing=FINISH, reads_to_end=True).begin()
    return begun.observe(page(*tasks, total=total, at=at), tasks, FINISH)


def test_scan_with_fewer_rows_than_its_total_is_below_total() -> None:
    assert progress_of(make_task(1, 2), total=2).is_below_total
    assert not progress_of(make_task(1, 2), make_task(1, 3), total=2, at=after(10)).is_below_total
    assert not progress_of(make_task(1, 2)).is_below_total


def test_scan_does_not_count_tasks_that_entered_after_its_first_page() -> None:
    assert progress_of(make_task(1, 2), make_task(1, 30), total=2, at=after(10)).is_below_total


def test_scan_progress_survives_a_checkpoint() -> None:
    progress = progress_of(make_task(1, 2), total=5, at=after(10))
    assert ScanProgress.from_json(progress.to_json()) == progress
    empty = Scan(listing=FINISH, reads_to_end=True).begin()
    assert ScanProgress.from_json(empty.to_json()) == empty


def test_list_shows_tasks_for_the_highest_age_of_an_ended_task() -> None:
    progress = progress_of(make_task(1, 50), make_task(2, 40), make_task(0), at=after(60))
    assert progress.shown_for == timedelta(seconds=20)


def test_task_enters_a_list_when_it_finishes_or_is_created() -> None:
    everything = TAT_FACTS.lists[0]
    assert was_listed_at(make_task(1, 5), FINISH, after(6))
    assert not was_listed_at(make_task(1, 5), FINISH, after(5))
    assert was_listed_at(make_task(1, 5), everything, after(5))
    assert not was_listed_at(make_task(None), everything, after(5))
    assert not entered_after(make_task(None), everything, after(5))


def test_task_may_have_expired_at_the_end_of_the_retention() -> None:
    assert may_have_expired(make_task(0), T0 + DAY, DAY)
    assert not may_have_expired(make_task(60), T0 + DAY, DAY)
    assert may_have_expired(make_task(None), T0 + DAY, DAY)
    assert not may_have_expired(make_task(0), T0 + DAY, None)
    assert not may_have_expired(make_task(0), None, DAY)
