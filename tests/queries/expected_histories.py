"""The answers to questions 19 to 30: what happened, and how things stand."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from statistics import fmean

from tests.queries.fixture_rows import FAILED
from tests.queries.fixture_tasks import NOW, ZONE, Life, local
from tests.queries.grouping import CREATED, LIVES, Row, by, is_within, source

# What happened


def one_history() -> list[Row]:
    at = local(date(2026, 3, 6), 22)
    moments = [at + timedelta(minutes=minutes) for minutes in (2, 30, 60)]
    moved = "provider_status, status"
    return [
        (1, "failed", "FAILED", None, moments[0], None, False),
        (2, "running", "RUNNING", moments[0], moments[1], moved, False),
        (3, "succeeded", "SUCCEEDED", moments[1], moments[2], f"finished_at, {moved}", True),
    ]


def transitions() -> list[Row]:
    """Source, id, former status and the next, since when it was seen in the one, and in the other."""
    rows: list[Row] = []
    for life in LIVES:
        for former, seen in zip(life.seen, life.seen[1:], strict=False):
            if former.status != seen.status:
                rows.append((life.source, life.task_id, former.status, seen.status, former.at, seen.at))
    return rows


def last_night() -> list[Row]:
    since, until = local(date(2026, 3, 6), 20), local(date(2026, 3, 7), 8)
    rows = [(*row[:4], row[5]) for row in transitions() if since <= row[5] < until]
    return sorted(rows, key=lambda row: (row[4], row[1]))


def seconds_in_status() -> list[Row]:
    within = [row for row in transitions() if is_within(_day(row[5]))]
    return [
        (*key, len(rows), fmean((row[5] - row[4]).total_seconds() for row in rows))
        for key, rows in by(within, lambda row: row[0], lambda row: row[2]).items()
    ]


def _day(at: datetime) -> date:
    return at.astimezone(ZONE).date()


def ended_and_went_on() -> list[Row]:
    return [("mps-cn", "mps-again", "failed", "running", date(2026, 3, 6))]


def as_of() -> list[Row]:
    moment = local(date(2026, 3, 6), 22, 10)
    known = []
    for life in LIVES:
        seen = [state for state in life.seen if state.at <= moment]
        if seen and date(2026, 3, 2) <= life.created_day <= date(2026, 3, 6):
            known.append((life.source, seen[-1].status))
    return [(*key, len(rows)) for key, rows in by(known, lambda row: row[0], lambda row: row[1]).items()]


def campaign() -> list[Row]:
    [life] = [life for life in CREATED if life.source == "robot-calls" and life.created_day.day == 9]
    total = life.progress_total or 0
    return [
        (life.task_id, life.name, seen.at, seen.status, (seen.progress_done or 0) / total)
        for seen in life.seen
    ]


def exit_codes() -> list[Row]:
    over = [life for life in CREATED if life.source == "tat" and not life.is_open]
    rows = by(
        over, lambda life: life.record["CommandName"], lambda life: life.record["TaskResult"]["ExitCode"]
    )
    return [(*key, len(group), len({life.resource_id for life in group})) for key, group in rows.items()]


def _command_name(life: Life) -> str:
    return str(life.record["CommandName"])


def _exit_code(life: Life) -> int:
    return int(life.record["TaskResult"]["ExitCode"])


# How things stand


def open_now() -> list[Row]:
    return [("mps-cn", 1, 48), ("tat", 1, 0), ("vod", 2, 156)]


def soon_hidden() -> list[Row]:
    return [("vod", "now-urgent", "waiting", 12)]


def missing() -> list[Row]:
    """Three hours of MPS are gone for ever; a day of Baidu's can be had for five more."""
    lost = (local(date(2026, 3, 5), 6), local(date(2026, 3, 5), 9))
    hole = (NOW - timedelta(days=2), NOW - timedelta(days=1))
    return [("vod", "global", "fillable", *hole, 5), ("mps-cn", "global", "lost", *lost, None)]


def reliable_days() -> list[Row]:
    """MPS lacks the fifth, and is not confirmed on the last two days; TAT ends at the tenth in one region."""
    holes = {"mps-cn": {5, 14, 15}, "tat": set(range(10, 16))}
    rows: list[Row] = []
    for (name,) in by(CREATED, source):
        bad = {date(2026, 3, day) for day in holes.get(name, ())}
        rows.append((name, 14 - len(bad), len(bad), min(bad, default=None)))
    return rows


def went_wrong() -> list[Row]:
    return [(*place, "poll", error) for place, error in FAILED.items()]
