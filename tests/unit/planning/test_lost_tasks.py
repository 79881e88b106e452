"""Open tasks that are lost: after a complete scan, or by their age."""

from __future__ import annotations

from datetime import timedelta

import pytest

from syncer.model import OpenTask, StreamState
from syncer.planning.lost_tasks import lost_tasks
from tests.support.fakes import T0, after, make_source

DAY = timedelta(days=1)
TASKS = {
    "old": OpenTask(task_id="old", created_at=after(0), first_seen_at=after(0)),
    "undated": OpenTask(task_id="undated", created_at=None, first_seen_at=after(0)),
    "new": OpenTask(task_id="new", created_at=after(7200), first_seen_at=after(7200)),
}
LATER = T0 + DAY + timedelta(hours=1)
NEVER_SWEPT = StreamState()


def lost(
    state: StreamState = NEVER_SWEPT, retention: timedelta | None = DAY, *, has_read_all: bool = False
) -> tuple[str, ...]:
    source = make_source(retention=retention, sweep_every=timedelta(hours=6))
    return lost_tasks(TASKS, has_read_all=has_read_all, state=state, source=source, now=LATER)


def swept(ago: timedelta, shown_age: timedelta | None) -> StreamState:
    return StreamState(last_sweep_at=LATER - ago, shown_age=shown_age)


def test_missing_tasks_are_lost_after_a_complete_scan() -> None:
    assert lost(retention=None, has_read_all=True) == ("old", "undated", "new")
    assert lost(swept(timedelta(hours=1), 9 * DAY), has_read_all=True) == ("old", "undated", "new")


def test_missing_tasks_older_than_the_retention_are_lost() -> None:
    assert lost() == ("old", "undated")


def test_missing_tasks_are_not_lost_by_age_where_the_retention_is_unknown() -> None:
    assert lost(retention=None) == ()
    assert lost(swept(timedelta(hours=1), None), retention=None) == ()


@pytest.mark.parametrize("shown_age", [timedelta(hours=24), 9 * DAY], ids=["just shown", "shown for long"])
def test_task_that_the_last_sweep_showed_is_not_lost_by_age(shown_age: timedelta) -> None:
    assert lost(swept(timedelta(hours=1), shown_age)) == ()


@pytest.mark.parametrize("shown_age", [None, timedelta(hours=5)], ids=["nothing", "newer tasks only"])
def test_task_older_than_all_that_the_last_sweep_showed_is_lost(shown_age: timedelta | None) -> None:
    assert lost(swept(timedelta(hours=1), shown_age)) == ("old",)


def test_sweep_proves_nothing_after_two_intervals() -> None:
    assert lost(swept(timedelta(hours=12), 9 * DAY)) == ("old", "undated")
    assert lost(swept(timedelta(hours=12) - timedelta(seconds=1), 9 * DAY)) == ()
