"""Fixed test tasks of four sources in two weeks, the data behind the queries of docs/queries.md.

This module uses neither SQL nor the database. A FixtureTask holds every observed state of a task;
`tests.queries.fixture_rows` stores it as a provider would have shown it.
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
OBSERVED_WITHIN = timedelta(seconds=50)

OPEN = {"waiting", "running", "paused", "unknown"}
MESSAGES = {"404": "媒体文件不存在", "FAILED": "exit status", "TIMEOUT": "命令超时"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedState:
    """A state of a task, first observed at `at`."""

    at: datetime
    status: str
    progress_done: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FixtureTask:
    """A task with all its observed states."""

    source: str
    region: str
    task_id: str
    created_at: datetime
    states: tuple[ObservedState, ...]
    task_type: str | None = None
    name: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    resource_id: str | None = None
    error_code: str | None = None
    progress_total: int | None = None
    #: Whether it left the list while it was open.
    is_lost: bool = False
    record: dict[str, Any] = field(default_factory=dict)

    @property
    def status(self) -> str:
        return self.states[-1].status

    @property
    def is_open(self) -> bool:
        return self.status in OPEN and not self.is_lost

    @property
    def type_key(self) -> str:
        """The task type as in the rollup views."""
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
        """Seconds of work."""
        both = self.started_at and self.finished_at
        return (self.finished_at - self.started_at).total_seconds() if both else None  # type: ignore[operator]


def days() -> list[date]:
    """The days of the two weeks."""
    return [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]


def local(on: date, hour: int = 0, minute: int = 0) -> datetime:
    """An instant, given in the time of Shanghai."""
    return datetime.combine(on, time(hour, minute), tzinfo=ZONE).astimezone(UTC)


def fixture_tasks() -> list[FixtureTask]:
    """All tasks, in a fixed order."""
    random = Random(20260302)
    daily = [
        task for on in days() for task in (*_media(random, on), *_commands(random, on), *_robots(random, on))
    ]
    return [*daily, *_special_cases(), *_open_now()]


def _random_instant(random: Random, on: date) -> datetime:
    """A random instant of the day; more often in the morning."""
    hour = random.choice([0, 8, 9, 9, 10, 10, 10, 14, 15, 20, 23])
    return local(on, hour, random.randrange(60)) + timedelta(seconds=random.randrange(60))


def _life_cycle(random: Random, created_at: datetime, end: str, waits: int, works: int) -> dict[str, Any]:
    """Fields of a task that waits, runs and ends."""
    started_at = created_at + timedelta(seconds=random.randrange(1, waits))
    finished_at = started_at + timedelta(seconds=random.randrange(60, works))
    moments = zip((created_at, started_at, finished_at), ("waiting", "running", end), strict=True)
    observed = [ObservedState(at=_observed_at(random, at), status=status) for at, status in moments]
    # In their order, also if one follows the other within a second.
    states = tuple(
        replace(state, at=state.at + timedelta(minutes=number)) for number, state in enumerate(observed)
    )
    return {"started_at": started_at, "finished_at": finished_at, "states": states}


def _observed_at(random: Random, at: datetime) -> datetime:
    return at + timedelta(seconds=random.randrange(1, OBSERVED_WITHIN.seconds))


def _media(random: Random, on: date) -> Iterator[FixtureTask]:
    """MPS, with more tasks on working days; Baidu, which states no start."""
    for number in range(random.randrange(2, 4) if on.weekday() > 4 else random.randrange(5, 9)):
        task_type, works = random.choice(
            [("WorkflowTask", 900), ("WorkflowTask", 900), ("EditMediaTask", 7200)]
        )
        end = random.choices(["succeeded", "failed", "finished", "cancelled"], [12, 3, 2, 1])[0]
        at = _random_instant(random, on)
        cycle = _life_cycle(random, at, end, 900 if at.astimezone(ZONE).hour == 10 else 200, works)
        task = {"source": "mps-cn", "region": "global", "task_type": task_type, "created_at": at}
        yield FixtureTask(task_id=f"mps-{on:%m%d}-{number}", **task, **cycle)
    for number in range(random.randrange(1, 4)):
        at = _random_instant(random, on)
        cycle = {
            **_life_cycle(random, at, random.choice(["succeeded", "succeeded", "failed"]), 30, 600),
            "started_at": None,
        }
        failed = {"error_code": "404"} if cycle["states"][-1].status == "failed" else {}
        task = {"source": "vod", "region": "global", "task_type": random.choice(["PRESET", "THUMBNAIL"])}
        media = f"media-{random.randrange(4)}"
        yield FixtureTask(
            task_id=f"vod-{on:%m%d}-{number}", created_at=at, resource_id=media, **task, **cycle, **failed
        )


def _commands(random: Random, on: date) -> Iterator[FixtureTask]:
    for number in range(random.randrange(2, 5)):
        at = _random_instant(random, on)
        end = random.choices(["succeeded", "failed"], [4, 1])[0]
        code, exit_code = ("", 0) if end == "succeeded" else random.choice([("FAILED", 127), ("TIMEOUT", -1)])
        document = {"Timeout": 60}
        command = {"CommandName": random.choice(["备份", "清理"]), "CommandDocument": document}
        yield FixtureTask(
            source="tat",
            region=random.choice(["ap-guangzhou", "ap-singapore"]),
            task_id=f"invt-{on:%m%d}{number}",
            task_type="SHELL",
            created_at=at,
            resource_id=f"ins-{random.randrange(1, 4)}",
            error_code=code or None,
            record={**command, "TaskResult": {"ExitCode": exit_code}},
            **_life_cycle(random, at, end, 5, 300),
        )


def _robots(random: Random, on: date) -> Iterator[FixtureTask]:
    """A campaign on every third day; its provider states no end."""
    if on.day % 3:
        return
    at, total = local(on, 9), random.randrange(100, 400)
    done = sorted(random.sample(range(1, total), 2))
    states = [("running", done[0]), ("paused", done[1]), ("running", done[1]), ("succeeded", total)]
    observed = tuple(
        ObservedState(at=at + timedelta(hours=number + 1), status=status, progress_done=progress)
        for number, (status, progress) in enumerate(states)
    )
    yield FixtureTask(
        source="robot-calls",
        region="global",
        task_id=str(5004173692461398000 + on.day),
        name=f"回访 {on.day} 日",
        created_at=at,
        started_at=at + timedelta(seconds=30),
        states=observed,
        progress_total=total,
        resource_id="robot-1",
        record={"RobotName": "小云"},
    )


def _special_cases() -> Iterator[FixtureTask]:
    """A lost task, one that ended and ran again, and one that was observed late."""
    at = local(date(2026, 3, 6), 22)
    common = {"source": "mps-cn", "region": "global", "task_type": "WorkflowTask", "created_at": at}
    running = ObservedState(at=at + timedelta(minutes=1), status="running")
    yield FixtureTask(
        task_id="mps-lost", started_at=at + timedelta(seconds=9), states=(running,), is_lost=True, **common
    )
    again = [("failed", 2), ("running", 30), ("succeeded", 60)]
    states = tuple(
        ObservedState(at=at + timedelta(minutes=minutes), status=status) for status, minutes in again
    )
    ends = {"started_at": at + timedelta(seconds=9), "finished_at": at + timedelta(minutes=59)}
    yield FixtureTask(task_id="mps-again", states=states, **common, **ends)
    late = (ObservedState(at=at + timedelta(hours=30), status="succeeded"),)
    yield FixtureTask(task_id="mps-late", states=late, **common, **ends)


def _open_now() -> Iterator[FixtureTask]:
    """The tasks that are open now."""
    ages = {
        "now-urgent": ("vod", "waiting", timedelta(days=6, hours=12)),
        "now-fresh": ("vod", "running", timedelta(hours=1)),
        "now-old": ("mps-cn", "waiting", timedelta(days=2)),
        "now-command": ("tat", "running", timedelta(minutes=20)),
    }
    for task_id, (source, status, age) in ages.items():
        at = NOW - age
        yield FixtureTask(
            source=source,
            region="ap-guangzhou" if source == "tat" else "global",
            task_id=task_id,
            created_at=at,
            states=(ObservedState(at=at + timedelta(seconds=20), status=status),),
        )
