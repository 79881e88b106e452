"""Which open tasks are lost: they left their list before their end was seen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from syncer.model import OpenTask, Source, StreamState, in_bounds

#: For so many sweep intervals a complete sweep proves what the list shows.
_SWEEP_INTERVALS = 2


def lost_tasks(
    missing: Mapping[str, OpenTask], *, has_read_all: bool, state: StreamState, source: Source, now: datetime
) -> tuple[str, ...]:
    """Ids of those of the `missing` tasks that are lost, where no call of the run has failed.

    `has_read_all` says that a complete scan had to show every open task. Otherwise only a task is lost whose
    window has closed.
    """
    return tuple(
        task_id
        for task_id, task in missing.items()
        if has_read_all or has_left_window(task, state, source, now)
    )


def has_left_window(task: OpenTask, state: StreamState, source: Source, now: datetime) -> bool:
    """Whether the provider can no longer show `task`, by its age alone.

    Many lists show tasks for longer than the retention says. So a recent complete sweep decides: whatever is
    younger than the oldest task that it showed is not lost before the next sweep, which either shows it or
    does not.
    """
    if source.retention is None:
        return False
    created_at, shown_since = in_bounds(task.created_at, now), now - source.retention
    if state.last_sweep_at and now - state.last_sweep_at < _SWEEP_INTERVALS * source.sweep_every:
        if created_at is None:
            return False
        shown_since = min(shown_since, state.last_sweep_at - (state.shown_age or timedelta(0)))
    return (created_at or task.first_seen_at) < shown_since
