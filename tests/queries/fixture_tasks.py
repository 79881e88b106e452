"""Two weeks of four sources, made up once and for all: every answer of docs/queries.md is counted from these.

Nothing here knows SQL or the database. A life is what really happened to a task, with every state that it was
seen in; `tests.queries.fixture_rows` stores it as providers would have told it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
#: Monday of the first week to Sunday of the second.
FIRST, LAST = date(2026, 3, 2), date(2026, 3, 15)
NOW = datetime.now(UTC).replace(microsecond=0)
SEEN_WITHIN = timedelta(seconds=50)

OPEN = {"waiting", "running", "paused", "unknown"}
KNOWN = {"succeeded", "failed", "cancelled"}
MESSAGES = {"404": "媒体文件不存在", "FAILED": "exit status", "TIMEOUT": "命令超时"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A state that a task was seen in for the first time at `at`."""

    at: datetime
    status: str
    progress_done: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One task."""

    source: str
    region: str
    task_id: str
    created_at: datetime
    seen: tuple[Seen, ...]
    task_type: str | None = None
    name: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    resource_id: str | None = None
    error_code: str | None = None
    progress_total: int | None = None
    #: Found to have left the list unfinished.
    is_lost: bool = False
    record: dict[str, Any] = field(default_factory=dict)

    @property
    def status(self) -> str:
        return self.seen[-1].status

    @property
    def is_open(self) -> bool:
        return self.status in OPEN and not self.is_lost

    @property
    def kind(self) -> str:
        """The task's type, as the facts have it."""
        return self.task_type or "unknown"

    @property
    def created_day(self) -> date:
        return self.created_at.astimezone(ZONE).date()

    @property
    def finished_day(self) -> date | None:
        return self.finished_at.astimezone(ZONE).date() if self.finished_at else None

    @property
    def queue(self) -> float | None:
        """Seconds in the queue."""
        return (self.started_at - self.created_at).total_seconds() if self.started_at else None

    @property
    def run(self) -> float | None:
        """Seconds at work."""
        both = self.started_at and self.finished_at
        return (self.finished_at - self.started_at).total_seconds() if both else None  # type: ignore[operator]


def days() -> list[date]:
    """All days of the two weeks."""
    return [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]


def local(on: date, hour: int = 0, minute: int = 0) -> datetime:
    """An instant by the clocks in Shanghai."""
    return datetime.combine(on, time(hour, minute), tzinfo=ZONE).astimezone(UTC)


def lives() -> list[Life]:
    """Everybody, in a fixed order."""
    dice = Random(20260302)
    told = [life for on in days() for life in (*_media(dice, on), *_commands(dice, on), *_robots(dice, on))]
    return [*told, *_oddities(), *_present()]


def _moment(dice: Random, on: date) -> datetime:
    """Some moment of the day; the mornings are busier."""
    hour = dice.choice([0, 8, 9, 9, 10, 10, 10, 14, 15, 20, 23])
    return local(on, hour, dice.randrange(60)) + timedelta(seconds=dice.randrange(60))


def _pass(dice: Random, created_at: datetime, end: str, waits: int, works: int) -> dict[str, Any]:
    """The instants and states of a task that waits, runs and ends."""
    started_at = created_at + timedelta(seconds=dice.randrange(1, waits))
    finished_at = started_at + timedelta(seconds=dice.randrange(60, works))
    moments = zip((created_at, started_at, finished_at), ("waiting", "running", end), strict=True)
    seen = tuple(Seen(at=_sight(dice, at), status=status) for at, status in moments)
    # Seen in their order, even where one followed the other within a second.
    later = tuple(replace(each, at=each.at + timedelta(minutes=number)) for number, each in enumerate(seen))
    return {"started_at": started_at, "finished_at": finished_at, "seen": later}


def _sight(dice: Random, at: datetime) -> datetime:
    return at + timedelta(seconds=dice.randrange(1, SEEN_WITHIN.seconds))


def _media(dice: Random, on: date) -> Iterator[Life]:
    """MPS, busier on working days; Baidu, which tells no start."""
    for number in range(dice.randrange(2, 4) if on.weekday() > 4 else dice.randrange(5, 9)):
        kind, works = dice.choice([("WorkflowTask", 900), ("WorkflowTask", 900), ("EditMediaTask", 7200)])
        end = dice.choices(["succeeded", "failed", "finished", "cancelled"], [12, 3, 2, 1])[0]
        at = _moment(dice, on)
        told = _pass(dice, at, end, 900 if at.astimezone(ZONE).hour == 10 else 200, works)
        task = {"source": "mps-cn", "region": "global", "task_type": kind, "created_at": at}
        yield Life(task_id=f"mps-{on:%m%d}-{number}", **task, **told)
    for number in range(dice.randrange(1, 4)):
        at = _moment(dice, on)
        told = {
            **_pass(dice, at, dice.choice(["succeeded", "succeeded", "failed"]), 30, 600),
            "started_at": None,
        }
        failed = {"error_code": "404"} if told["seen"][-1].status == "failed" else {}
        task = {"source": "vod", "region": "global", "task_type": dice.choice(["PRESET", "THUMBNAIL"])}
        media = f"media-{dice.randrange(4)}"
        yield Life(
            task_id=f"vod-{on:%m%d}-{number}", created_at=at, resource_id=media, **task, **told, **failed
        )


def _commands(dice: Random, on: date) -> Iterator[Life]:
    for number in range(dice.randrange(2, 5)):
        at = _moment(dice, on)
        end = dice.choices(["succeeded", "failed"], [4, 1])[0]
        code, exit_code = ("", 0) if end == "succeeded" else dice.choice([("FAILED", 127), ("TIMEOUT", -1)])
        document = {"Timeout": 60}
        command = {"CommandName": dice.choice(["备份", "清理"]), "CommandDocument": document}
        yield Life(
            source="tat",
            region=dice.choice(["ap-guangzhou", "ap-singapore"]),
            task_id=f"invt-{on:%m%d}{number}",
            task_type="SHELL",
            created_at=at,
            resource_id=f"ins-{dice.randrange(1, 4)}",
            error_code=code or None,
            record={**command, "TaskResult": {"ExitCode": exit_code}},
            **_pass(dice, at, end, 5, 300),
        )


def _robots(dice: Random, on: date) -> Iterator[Life]:
    """A campaign every third day, which tells no end."""
    if on.day % 3:
        return
    at, total = local(on, 9), dice.randrange(100, 400)
    done = sorted(dice.sample(range(1, total), 2))
    states = [("running", done[0]), ("paused", done[1]), ("running", done[1]), ("succeeded", total)]
    seen = tuple(
        Seen(at=at + timedelta(hours=number + 1), status=status, progress_done=progress)
        for number, (status, progress) in enumerate(states)
    )
    yield Life(
        source="robot-calls",
        region="global",
        task_id=str(5004173692461398000 + on.day),
        name=f"回访 {on.day} 日",
        created_at=at,
        started_at=at + timedelta(seconds=30),
        seen=seen,
        progress_total=total,
        resource_id="robot-1",
        record={"RobotName": "小云"},
    )


def _oddities() -> Iterator[Life]:
    """A task that was lost, one that ended and ran again, one that was seen late, one of never."""
    at = local(date(2026, 3, 6), 22)
    begun = {"source": "mps-cn", "region": "global", "task_type": "WorkflowTask", "created_at": at}
    running = Seen(at=at + timedelta(minutes=1), status="running")
    yield Life(
        task_id="mps-lost", started_at=at + timedelta(seconds=9), seen=(running,), is_lost=True, **begun
    )
    again = [("failed", 2), ("running", 30), ("succeeded", 60)]
    seen = tuple(Seen(at=at + timedelta(minutes=minutes), status=status) for status, minutes in again)
    ends = {"started_at": at + timedelta(seconds=9), "finished_at": at + timedelta(minutes=59)}
    yield Life(task_id="mps-again", seen=seen, **begun, **ends)
    late = (Seen(at=at + timedelta(hours=30), status="succeeded"),)
    yield Life(task_id="mps-late", seen=late, **begun, **ends)


def _present() -> Iterator[Life]:
    """What is open now."""
    ages = {
        "now-urgent": ("vod", "waiting", timedelta(days=6, hours=12)),
        "now-fresh": ("vod", "running", timedelta(hours=1)),
        "now-old": ("mps-cn", "waiting", timedelta(days=2)),
        "now-command": ("tat", "running", timedelta(minutes=20)),
    }
    for task_id, (source, status, age) in ages.items():
        at = NOW - age
        yield Life(
            source=source,
            region="ap-guangzhou" if source == "tat" else "global",
            task_id=task_id,
            created_at=at,
            seen=(Seen(at=at + timedelta(seconds=20), status=status),),
        )
