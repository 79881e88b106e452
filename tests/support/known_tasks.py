"""A small ledger whose numbers can be told beforehand: four sources, and the tasks of two local days.

Days are counted back from today in Shanghai, where the reports' days are; nothing is created today.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from syncer.model import Interval, Mode, RunStatus, Sighting, Stream, StreamState
from syncer.storage import PgStore, make_engine
from syncer.storage.rollups import refresh
from tests.support.fakes import make_source
from tests.support.sightings import see, store

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime.now(UTC).replace(microsecond=0)
TODAY = NOW.astimezone(ZONE).date()

MPS = make_source(name="mps-cn", provider="tencent_mps", site="cn")
TAT = make_source(name="tat", provider="tencent_tat", site="cn", retention=None)
AICCS = make_source(name="robot-calls", provider="alibaba_aiccs", retention=None)
VOD = make_source(name="vod", provider="baidu_vod")


def day(ago: int) -> date:
    """The local day so many days before today."""
    return TODAY - timedelta(days=ago)


def local(ago: int, hour: int = 0, minute: int = 0) -> datetime:
    """An hour of that day."""
    on = day(ago)
    return datetime(on.year, on.month, on.day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def tell(task_id: str, status: str, created_at: datetime, *, record: Any = None, **told: Any) -> Sighting:
    """A task as a list told it; `wait` and `work` are seconds in the queue and at work."""
    wait, work = told.pop("wait", None), told.pop("work", None)
    times: dict[str, Any] = {"created_at": created_at}
    if wait is not None:
        times["started_at"] = created_at + timedelta(seconds=wait)
    if work is not None:
        times["finished_at"] = times.get("started_at", created_at) + timedelta(seconds=work)
    sighting = see(task_id, status, provider_status=status.upper(), **times, **told)
    sighting = replace(sighting, observed_at=NOW)
    return replace(sighting, record=json.dumps(record)) if record else sighting


def mps() -> Iterator[Sighting]:
    """Seven of the day before yesterday, and two of yesterday, one of which is of the day before in UTC."""
    work = {"task_type": "WorkflowTask", "work": 60}
    yield tell("w1", "succeeded", local(2, 10), wait=10, **work)
    yield tell("w2", "succeeded", local(2, 11), wait=20, **work)
    yield tell("w3", "finished", local(2, 12), wait=30, **work)
    failed = {"error_code": "InvalidInput", "error_message": "no such file:\n\x1b[31m片头.mp4"}
    yield tell("w4", "failed", local(2, 23, 30), wait=40, **failed, **work)
    yield tell("w5", "running", local(2, 9), wait=5, task_type="WorkflowTask")
    yield tell("w6", "running", local(2, 8), wait=5, task_type="WorkflowTask")
    yield tell("e1", "cancelled", local(2, 13), wait=1, work=2, task_type="EditMediaTask")
    yield tell("e2", "succeeded", local(1, 0, 30), wait=100, work=600, task_type="EditMediaTask")
    yield tell("e3", "waiting", local(1, 8), task_type="EditMediaTask")


def tat(region: str) -> Iterator[Sighting]:
    """One that went well in each region, and in Guangzhou one that did not."""
    command = {"CommandName": "备份", "CommandDocument": {"Timeout": 60}, "TaskResult": {"ExitCode": 0}}
    told = {"task_type": "SHELL", "wait": 1, "work": 3}
    yield tell(f"invt-{region}", "succeeded", local(1, 9), record=command, resource_id="ins-1", **told)
    if region == "ap-guangzhou":
        refused = {**command, "CommandName": "清理", "TaskResult": {"ExitCode": 127}}
        told |= {"error_code": "FAILED", "resource_id": "ins-2"}
        yield tell("invt-refused", "failed", local(1, 10), record=refused, **told)


def fill(url: str) -> None:
    """Store this world in the migrated database at `url`."""
    engine = make_engine(url)
    pg = PgStore(engine, holder="test")
    pg.configure(ZONE.key)
    hole = [Interval(local(20), local(5)), Interval(local(5, 6), NOW)]
    _read(
        pg,
        Stream(MPS),
        mps(),
        swept=[Interval(local(20), local(5)), Interval(local(5, 6), local(1, 6))],
        polled=hole,
    )
    _lose(pg, Stream(MPS), "w6")
    unknown = [Interval(local(20), local(10)), Interval(local(9), local(0))]
    for region in ("ap-guangzhou", "ap-singapore"):
        _read(pg, Stream(TAT, region), tat(region), swept=unknown, polled=[])
    confirmed = [Interval(local(20), local(10)), Interval(local(9), local(1))]
    _read(pg, Stream(AICCS), campaigns(), swept=confirmed, polled=[])
    lost = [Interval(local(20), local(19)), Interval(local(18), local(0))]
    _read(pg, Stream(VOD), media(), swept=lost, polled=[])
    _fail(pg, Stream(VOD))
    refresh(engine)
    pg.close()
    engine.dispose()


def campaigns() -> Iterator[Sighting]:
    """One campaign under way, which tells no time of an end."""
    record = {"RobotName": "小云"}
    progress = {"progress_done": 41, "progress_total": 205}
    yield tell("5004173692461398602", "running", local(1, 9), name="回访", record=record, **progress)


def media() -> Iterator[Sighting]:
    """One that failed and does not tell why, with no time of a start."""
    yield tell("media-1", "failed", local(1, 11), task_type="PRESET", work=30)


def _read(
    pg: PgStore, stream: Stream, told: Iterator[Sighting], *, swept: list[Interval], polled: list[Interval]
) -> None:
    with pg.claim(stream) as ours:
        run = ours.start(Mode.SWEEP, NOW)
        state = StreamState(polled=tuple(polled), swept=tuple(swept), last_sweep_at=NOW, last_run_at=NOW)
        counted = {"pages": 2, "requests": 3}
        store(ours, run, *told, state=state, status=RunStatus.SUCCEEDED, **counted)


def _lose(pg: PgStore, stream: Stream, task_id: str) -> None:
    with pg.claim(stream) as ours:
        store(ours, ours.start(Mode.POLL, NOW), lost=(task_id,), status=RunStatus.SUCCEEDED)


def _fail(pg: PgStore, stream: Stream) -> None:
    with pg.claim(stream) as ours:
        store(
            ours, ours.start(Mode.POLL, NOW), status=RunStatus.FAILED, error="the key is refused", requests=1
        )
