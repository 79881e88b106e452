"""Which open tasks are lost: they left their list before their end was seen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from syncer.model import OpenTask


def lost_tasks(
    missing: Mapping[str, OpenTask], *, has_read_all: bool, retention: timedelta | None, now: datetime
) -> tuple[str, ...]:
    """Ids of those of the `missing` tasks that are lost, where no call of the run has failed.

    `has_read_all` says that a complete scan had to show every open task. Otherwise only a task is lost whose
    window has closed.
    """
    return tuple(
        task_id for task_id, task in missing.items() if has_read_all or has_left_window(task, retention, now)
    )


def has_left_window(task: OpenTask, retention: timedelta | None, now: datetime) -> bool:
    """Whether the provider can no longer show `task`, in a list or by id."""
    return retention is not None and (task.created_at or task.first_seen_at) < now - retention
