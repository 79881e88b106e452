"""The answers to questions 1 to 18: how much, how well, how long."""

from __future__ import annotations

from datetime import date
from statistics import fmean
from typing import Any

from tests.queries.fixture_rows import SOURCES
from tests.queries.fixture_tasks import MESSAGES, ZONE, Life, days, local
from tests.queries.grouping import (
    CREATED,
    ENDED,
    Row,
    by,
    is_terminal,
    kind,
    percentile,
    ratio,
    source,
    with_outcome,
    with_status,
)

# How much


def created_by_day() -> list[Row]:
    count = by(CREATED, lambda life: life.created_day, source)
    return [(day, name, len(count.get((day, name), ()))) for day in days() for name in sorted(SOURCES)]


def by_weekday() -> list[Row]:
    count = by(CREATED, lambda life: life.created_day.isoweekday())
    return [(weekday, len(count[(weekday,)]) / 2) for weekday in range(1, 8)]


def by_hour() -> list[Row]:
    return [(*hour, len(group)) for hour, group in by(CREATED, _hour).items()]


def _hour(life: Life) -> int:
    return life.created_at.astimezone(ZONE).hour


def busy_kinds() -> list[Row]:
    hours = {
        key: (len(group), sum(life.run or 0 for life in group) / 3600)
        for key, group in by(ENDED, source, kind).items()
    }
    total = sum(spent for _, spent in hours.values())
    rows = [(*key, tasks, spent, 100 * spent / total) for key, (tasks, spent) in hours.items() if spent]
    return sorted(rows, key=lambda row: -row[3])


def two_weeks() -> list[Row]:
    second = date(2026, 3, 9)
    return [
        (
            *key,
            sum(life.created_day >= second for life in group),
            sum(life.created_day < second for life in group),
        )
        for key, group in by(CREATED, source).items()
    ]


def at_the_same_time() -> list[Row]:
    """At most as many as are at work at the moment that one of them begins."""
    rows = []
    for key, group in by([life for life in CREATED if life.run is not None], source).items():
        spans = [(life.started_at, life.finished_at) for life in group]
        most = max(sum(a <= at < b for a, b in spans) for at, _ in spans)  # type: ignore[operator]
        rows.append((*key, most))
    return rows


# How well


def failures_by_day() -> list[Row]:
    return [
        (*key, failed := with_status(group, "failed"), known := with_outcome(group), ratio(failed, known))
        for key, group in by(ENDED, lambda life: life.finished_day, source).items()
    ]


def failing_kinds() -> list[Row]:
    rows = [
        (*key, known, with_status(group, "failed") / known)
        for key, group in by(ENDED, source, kind).items()
        if (known := with_outcome(group)) >= 10
    ]
    return sorted(rows, key=lambda row: (-row[3], row[:2]))


def frequent_errors() -> list[Row]:
    failed = [life for life in ENDED if life.status == "failed" and life.error_code]
    rows = [
        (
            *key,
            MESSAGES[key[1]],
            len(group),
            len({life.resource_id for life in group}),
            max(map(_ended, group)),
        )
        for key, group in by(failed, source, lambda life: life.error_code).items()
    ]
    return sorted(rows, key=lambda row: (-row[3], row[:2]))


def _ended(life: Life) -> date:
    assert life.finished_day is not None
    return life.finished_day


def not_told() -> list[Row]:
    over = [life for life in CREATED if is_terminal(life.status)]
    return [(*key, len(group), with_status(group, "finished")) for key, group in by(over, source).items()]


def failing_resources() -> list[Row]:
    failed = [life for life in CREATED if life.status == "failed" and life.resource_id]
    rows = []
    for key, group in by(failed, source, lambda life: life.resource_id).items():
        if len(group) >= 3:
            created = [life.created_day for life in group]
            rows.append((*key, len(group), min(created), max(created)))
    return sorted(rows, key=lambda row: (-row[2], row[:2]))


def never_made_good() -> list[Row]:
    def same(life: Life) -> tuple[Any, ...]:
        return life.source, life.resource_id, life.task_type

    good = [life for life in CREATED if life.status == "succeeded"]
    return sorted(
        (failed.source, failed.task_id, failed.resource_id)
        for failed in CREATED
        if failed.status == "failed" and failed.resource_id
        if not any(same(life) == same(failed) and life.created_at > failed.created_at for life in good)
    )


def ended_unseen() -> list[Row]:
    """There is one, created in the evening of the sixth."""
    return [("mps-cn", "global", "mps-lost", "WorkflowTask", local(date(2026, 3, 6), 22), True)]


# How long


def wait_and_run() -> list[Row]:
    rows: list[Row] = []
    begun = [life for life in CREATED if life.queue is not None and life.task_type]
    for key, group in by(begun, source, kind).items():
        waits = [life.queue for life in group if life.queue is not None]
        runs = [life.run for life in group if life.run is not None]
        shares = [percentile(values, share) for values in (waits, runs) for share in (0.5, 0.95)]
        rows.append((*key, len(group), *shares))
    return rows


def slower_by_day() -> list[Row]:
    right = [each for each in ENDED if (each.source, each.kind, each.status) == _WORKFLOWS]
    rows = []
    for key, group in by(right, _ended).items():
        runs = [life.run for life in group if life.run is not None]
        rows.append((*key, len(runs), percentile(runs, 0.5), percentile(runs, 0.95), max(runs)))
    return rows


_WORKFLOWS = ("mps-cn", "WorkflowTask", "succeeded")


def longest_waits() -> list[Row]:
    begun = [life for life in CREATED if life.queue is not None]
    first = sorted(begun, key=lambda life: (-(life.queue or 0), life.task_id))[:10]
    return [(life.source, life.task_id, life.queue, life.status) for life in first]


def in_time() -> list[Row]:
    """By default a task is to begin within five minutes; it is counted on the day it ended."""
    rows: list[Row] = []
    for key, group in by(ENDED, source).items():
        waits = [life.queue for life in group if life.queue is not None]
        in_time = sum(wait <= 300 for wait in waits)
        rows.append((*key, len(waits), None if not waits else 100 * in_time / len(waits)))
    return rows


def long_waits_by_hour() -> list[Row]:
    rows = []
    for key, group in by([life for life in CREATED if life.source == "mps-cn"], _hour).items():
        waits = [life.queue for life in group if life.queue is not None]
        rows.append((*key, len(waits), fmean(waits) if waits else None))
    return rows
