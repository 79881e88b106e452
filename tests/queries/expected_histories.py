"""The expected results of queries 19 to 30: histories and current state."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import fmean

from tests.queries.fixture_rows import FAILED
from tests.queries.fixture_tasks import NOW, ZONE, local
from tests.queries.grouping import CREATED, TASKS, Row, group_by, is_within, source

# Histories


def one_history() -> list[Row]:
    at = local(date(2026, 3, 6), 22)
    moments = [at + timedelta(minutes=minutes) for minutes in (2, 30, 60)]
    changed = "provider_status, status"
    return [
        (1, "failed", "FAILED", None, moments[0], None, False),
        (2, "running", "RUNNING", moments[0], moments[1], changed, False),
        (3, "succeeded", "SUCCEEDED", moments[1], moments[2], f"finished_at, {changed}", True),
    ]


def transitions() -> list[Row]:
    """Source, id, former status, new status, and the first observation of each."""
    rows: list[Row] = []
    for task in TASKS:
        for former, state in pairwise(task.states):
            if former.status != state.status:
                rows.append((task.source, task.task_id, former.status, state.status, former.at, state.at))
    return rows


def last_night() -> list[Row]:
    since, until = local(date(2026, 3, 6), 20), local(date(2026, 3, 7), 8)
    rows = [(*row[:4], row[5]) for row in transitions() if since <= row[5] < until]
    return sorted(rows, key=lambda row: (row[4], row[1]))


def seconds_in_status() -> list[Row]:
    within = [row for row in transitions() if is_within(_day(row[5]))]
    return [
        (*key, len(rows), fmean((row[5] - row[4]).total_seconds() for row in rows))
        for key, rows in group_by(within, lambda row: row[0], lambda row: row[2]).items()
    ]


def _day(at: datetime) -> date:
    return at.astimezone(ZONE).date()


def reopened_tasks() -> list[Row]:
    return [("mps-cn", "mps-again", "failed", "running", date(2026, 3, 6))]


def as_of() -> list[Row]:
    instant = local(date(2026, 3, 6), 22, 10)
    statuses = []
    for task in TASKS:
        observed = [state for state in task.states if state.at <= instant]
        if observed and date(2026, 3, 2) <= task.created_day <= date(2026, 3, 6):
            statuses.append((task.source, observed[-1].status))
    return [
        (*key, len(rows)) for key, rows in group_by(statuses, lambda row: row[0], lambda row: row[1]).items()
    ]


def campaign() -> list[Row]:
    [task] = [task for task in CREATED if task.source == "robot-calls" and task.created_day.day == 9]
    total = task.progress_total or 0
    return [
        (task.task_id, task.name, state.at, state.status, (state.progress_done or 0) / total)
        for state in task.states
    ]


def exit_codes() -> list[Row]:
    ended = [task for task in CREATED if task.source == "tat" and not task.is_open]
    rows = group_by(
        ended, lambda task: task.record["CommandName"], lambda task: task.record["TaskResult"]["ExitCode"]
    )
    return [(*key, len(group), len({task.resource_id for task in group})) for key, group in rows.items()]


# Current state


def open_now() -> list[Row]:
    return [("mps-cn", 1, 48), ("tat", 1, 0), ("vod", 2, 156)]


def soon_hidden() -> list[Row]:
    return [("vod", "now-urgent", "waiting", 12)]


def gaps() -> list[Row]:
    """Three hours of MPS are lost; a day of Baidu can be filled for five more days."""
    lost = (local(date(2026, 3, 5), 6), local(date(2026, 3, 5), 9))
    fillable = (NOW - timedelta(days=2), NOW - timedelta(days=1))
    return [("vod", "global", "fillable", *fillable, 5), ("mps-cn", "global", "lost", *lost, None)]


def covered_days() -> list[Row]:
    """MPS has a gap on the 5th and is not swept on the last two days; one region of TAT ends on the 10th."""
    uncovered = {"mps-cn": {5, 14, 15}, "tat": set(range(10, 16))}
    rows: list[Row] = []
    for (name,) in group_by(CREATED, source):
        missing = {date(2026, 3, day) for day in uncovered.get(name, ())}
        rows.append((name, 14 - len(missing), len(missing), min(missing, default=None)))
    return rows


def failed_runs() -> list[Row]:
    return [(*stream, "poll", error) for stream, error in FAILED.items()]
