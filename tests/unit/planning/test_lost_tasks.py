"""Open tasks that are lost: after a complete scan, or by their age."""

from __future__ import annotations

from datetime import timedelta

from syncer.model import OpenTask
from syncer.planning.lost_tasks import lost_tasks
from tests.support.fakes import T0, after

DAY = timedelta(days=1)
TASKS = {
    "old": OpenTask(task_id="old", created_at=after(0), first_seen_at=after(0)),
    "undated": OpenTask(task_id="undated", created_at=None, first_seen_at=after(0)),
    "new": OpenTask(task_id="new", created_at=after(7200), first_seen_at=after(7200)),
}
LATER = T0 + DAY + timedelta(hours=1)


def test_missing_tasks_are_lost_after_a_complete_scan() -> None:
    assert lost_tasks(TASKS, has_read_all=True, retention=None, now=T0) == ("old", "undated", "new")


def test_missing_tasks_older_than_the_retention_are_lost() -> None:
    assert lost_tasks(TASKS, has_read_all=False, retention=DAY, now=LATER) == ("old", "undated")


def test_missing_tasks_are_not_lost_by_age_where_the_retention_is_unknown() -> None:
    assert lost_tasks(TASKS, has_read_all=False, retention=None, now=LATER) == ()
