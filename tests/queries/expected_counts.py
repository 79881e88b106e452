"""The expected results of queries 1 to 18: volume, failures, durations."""

from __future__ import annotations

from datetime import date
from statistics import fmean
from typing import Any

from tests.queries.fixture_rows import SOURCES
from tests.queries.fixture_tasks import MESSAGES, ZONE, FixtureTask, days, local
from tests.queries.grouping import (
    CREATED,
    ENDED,
    Row,
    group_by,
    is_terminal,
    percentile,
    ratio,
    source,
    task_type,
    with_outcome,
    with_status,
)

# Volume


def created_by_day() -> list[Row]:
    count = group_by(CREATED, lambda task: task.created_day, source)
    return [(day, name, len(count.get((day, name), ()))) for day in days() for name in sorted(SOURCES)]


def by_weekday() -> list[Row]:
    count = group_by(CREATED, lambda task: task.created_day.isoweekday())
    return [(weekday, len(count[(weekday,)]) / 2) for weekday in range(1, 8)]


def by_hour() -> list[Row]:
    return [(*hour, len(group)) for hour, group in group_by(CREATED, _hour).items()]


def _hour(task: FixtureTask) -> int:
    return task.created_at.astimezone(ZONE).hour


def busy_task_types() -> list[Row]:
    hours = {
        key: (len(group), sum(task.run or 0 for task in group) / 3600)
        for key, group in group_by(ENDED, source, task_type).items()
    }
    total = sum(spent for _, spent in hours.values())
    rows = [(*key, tasks, spent, 100 * spent / total) for key, (tasks, spent) in hours.items() if spent]
    return sorted(rows, key=lambda row: -row[3])


def two_weeks() -> list[Row]:
    second = date(2026, 3, 9)
    return [
        (
            *key,
            sum(task.created_day >= second for task in group),
            sum(task.created_day < second for task in group),
        )
        for key, group in group_by(CREATED, source).items()
    ]


def concurrent_tasks() -> list[Row]:
    """The maximum number of tasks that run at the start of one of them."""
    rows = []
    for key, group in group_by([task for task in CREATED if task.run is not None], source).items():
        spans = [(task.started_at, task.finished_at) for task in group]
        maximum = max(sum(a <= at < b for a, b in spans) for at, _ in spans)  # type: ignore[operator]
        rows.append((*key, maximum))
    return rows


# Failures


def failures_by_day() -> list[Row]:
    return [
        (*key, failed := with_status(group, "failed"), known := with_outcome(group), ratio(failed, known))
        for key, group in group_by(ENDED, lambda task: task.finished_day, source).items()
    ]


def failing_task_types() -> list[Row]:
    rows = [
        (*key, known, with_status(group, "failed") / known)
        for key, group in group_by(ENDED, source, task_type).items()
        if (known := with_outcome(group)) >= 10
    ]
    return sorted(rows, key=lambda row: (-row[3], row[:2]))


def frequent_errors() -> list[Row]:
    failed = [task for task in ENDED if task.status == "failed" and task.error_code]
    rows = [
        (
            *key,
            MESSAGES[key[1]],
            len(group),
            len({task.resource_id for task in group}),
            max(map(_ended, group)),
        )
        for key, group in group_by(failed, source, lambda task: task.error_code).items()
    ]
    return sorted(rows, key=lambda row: (-row[3], row[:2]))


def _ended(task: FixtureTask) -> date:
    assert task.finished_day is not None
    return task.finished_day


def unknown_outcomes() -> list[Row]:
    ended = [task for task in CREATED if is_terminal(task.status)]
    return [
        (*key, len(group), with_status(group, "finished")) for key, group in group_by(ended, source).items()
    ]


def failing_resources() -> list[Row]:
    failed = [task for task in CREATED if task.status == "failed" and task.resource_id]
    rows = []
    for key, group in group_by(failed, source, lambda task: task.resource_id).items():
        if len(group) >= 3:
            created = [task.created_day for task in group]
            rows.append((*key, len(group), min(created), max(created)))
    return sorted(rows, key=lambda row: (-row[2], row[:2]))


def never_repeated_successfully() -> list[Row]:
    def repetition_key(task: FixtureTask) -> tuple[Any, ...]:
        return task.source, task.resource_id, task.task_type

    succeeded = [task for task in CREATED if task.status == "succeeded"]
    return sorted(
        (failed.source, failed.task_id, failed.resource_id)
        for failed in CREATED
        if failed.status == "failed" and failed.resource_id
        if not any(
            repetition_key(task) == repetition_key(failed) and task.created_at > failed.created_at
            for task in succeeded
        )
    )


def lost_tasks() -> list[Row]:
    """One task, created in the evening of the 6th."""
    return [("mps-cn", "global", "mps-lost", "WorkflowTask", local(date(2026, 3, 6), 22), True)]


# Durations


def wait_and_run() -> list[Row]:
    rows: list[Row] = []
    started = [task for task in CREATED if task.queue is not None and task.task_type]
    for key, group in group_by(started, source, task_type).items():
        waits = [task.queue for task in group if task.queue is not None]
        runs = [task.run for task in group if task.run is not None]
        shares = [percentile(values, share) for values in (waits, runs) for share in (0.5, 0.95)]
        rows.append((*key, len(group), *shares))
    return rows


def slower_by_day() -> list[Row]:
    workflows = [task for task in ENDED if (task.source, task.type_key, task.status) == _WORKFLOWS]
    rows = []
    for key, group in group_by(workflows, _ended).items():
        runs = [task.run for task in group if task.run is not None]
        rows.append((*key, len(runs), percentile(runs, 0.5), percentile(runs, 0.95), max(runs)))
    return rows


_WORKFLOWS = ("mps-cn", "WorkflowTask", "succeeded")


def longest_waits() -> list[Row]:
    started = [task for task in CREATED if task.queue is not None]
    first = sorted(started, key=lambda task: (-(task.queue or 0), task.task_id))[:10]
    return [(task.source, task.task_id, task.queue, task.status) for task in first]


def within_target() -> list[Row]:
    """The default target of the queue time is five minutes; tasks count on the day of their end."""
    rows: list[Row] = []
    for key, group in group_by(ENDED, source).items():
        waits = [task.queue for task in group if task.queue is not None]
        in_time = sum(wait <= 300 for wait in waits)
        rows.append((*key, len(waits), None if not waits else 100 * in_time / len(waits)))
    return rows


def long_waits_by_hour() -> list[Row]:
    rows = []
    for key, group in group_by([task for task in CREATED if task.source == "mps-cn"], _hour).items():
        waits = [task.queue for task in group if task.queue is not None]
        rows.append((*key, len(waits), fmean(waits) if waits else None))
    return rows
