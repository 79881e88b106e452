"""Test data with known results: four sources, and tasks of two local days.

Days are counted back from today in Asia/Shanghai, the reporting time zone. No task is created today.
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
    """The local day `ago` days before today."""
    return TODAY - timedelta(days=ago)


def local(ago: int, hour: int = 0, minute: int = 0) -> datetime:
    """An instant on the local day `ago` days before today."""
    on = day(ago)
    return datetime(on.year, on.month, on.day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def sighting(
    task_id: str, status: str, created_at: datetime, *, record: Any = None, **fields: Any
) -> Sighting:
    """A sighting of a task; `wait` and `work` are seconds in the queue and of work."""
    wait, work = fields.pop("wait", None), fields.pop("work", None)
    times: dict[str, Any] = {"created_at": created_at}
    if wait is not None:
        times["started_at"] = created_at + timedelta(seconds=wait)
    if work is not None:
        times["finished_at"] = times.get("started_at", created_at) + timedelta(seconds=work)
    seen = see(task_id, status, provider_status=status.upper(), **times, **fields)
    seen = replace(seen, requested_at=NOW, observed_at=NOW)
    return replace(seen, record=json.dumps(record)) if record else seen


def mps() -> Iterator[Sighting]:
    """Seven tasks of two days ago and two of yesterday; one of these is of two days ago in UTC."""
    work = {"task_type": "WorkflowTask", "work": 60}
    yield sighting("w1", "succeeded", local(2, 10), wait=10, **work)
    yield sighting("w2", "succeeded", local(2, 11), wait=20, **work)
    yield sighting("w3", "finished", local(2, 12), wait=30, **work)
    failed = {"error_code": "InvalidInput", "error_message": "no such file:\n\x1b[31m片头.mp4"}
    yield sighting("w4", "failed", local(2, 23, 30), wait=40, **failed, **work)
    yield sighting("w5", "running", local(2, 9), wait=5, task_type="WorkflowTask")
    yield sighting("w6", "running", local(2, 8), wait=5, task_type="WorkflowTask")
    yield sighting("e1", "cancelled", local(2, 13), wait=1, work=2, task_type="EditMediaTask")
    yield sighting("e2", "succeeded", local(1, 0, 30), wait=100, work=600, task_type="EditMediaTask")
    yield sighting("e3", "waiting", local(1, 8), task_type="EditMediaTask")


def tat(region: str) -> Iterator[Sighting]:
    """One successful task in each region, and a failed one in Guangzhou."""
    command = {"CommandName": "备份", "CommandDocument": {"Timeout": 60}, "TaskResult": {"ExitCode": 0}}
    fields = {"task_type": "SHELL", "wait": 1, "work": 3}
    yield sighting(f"invt-{region}", "succeeded", local(1, 9), record=command, resource_id="ins-1", **fields)
    if region == "ap-guangzhou":
        failed = {**command, "CommandName": "清理", "TaskResult": {"ExitCode": 127}}
        fields |= {"error_code": "FAILED", "resource_id": "ins-2"}
        yield sighting("invt-refused", "failed", local(1, 10), record=failed, **fields)


def fill(url: str) -> None:
    """Store the test data in the migrated database at `url`, and compute the rollups."""
    engine = make_engine(url)
    pg = PgStore(engine, holder="test")
    pg.configure(ZONE.key)
    hole = [Interval(local(20), local(5)), Interval(local(5, 6), NOW)]
    _store_sweep(
        pg,
        Stream(MPS),
        mps(),
        swept=[Interval(local(20), local(5)), Interval(local(5, 6), local(1, 6))],
        polled=hole,
    )
    _store_lost_task(pg, Stream(MPS), "w6")
    unknown = [Interval(local(20), local(10)), Interval(local(9), local(0))]
    for region in ("ap-guangzhou", "ap-singapore"):
        _store_sweep(pg, Stream(TAT, region), tat(region), swept=unknown, polled=[])
    confirmed = [Interval(local(20), local(10)), Interval(local(9), local(1))]
    _store_sweep(pg, Stream(AICCS), campaigns(), swept=confirmed, polled=[])
    lost = [Interval(local(20), local(19)), Interval(local(18), local(0))]
    _store_sweep(pg, Stream(VOD), media(), swept=lost, polled=[])
    _store_failed_run(pg, Stream(VOD))
    refresh(engine)
    pg.close()
    engine.dispose()


def campaigns() -> Iterator[Sighting]:
    """One running campaign; its provider states no end time."""
    record = {"RobotName": "小云"}
    progress = {"progress_done": 41, "progress_total": 205}
    yield sighting("5004173692461398602", "running", local(1, 9), name="回访", record=record, **progress)


def media() -> Iterator[Sighting]:
    """One failed task without an error and without a start time."""
    yield sighting("media-1", "failed", local(1, 11), task_type="PRESET", work=30)


def _store_sweep(
    pg: PgStore,
    stream: Stream,
    sightings: Iterator[Sighting],
    *,
    swept: list[Interval],
    polled: list[Interval],
) -> None:
    with pg.claim(stream) as stream_store:
        run = stream_store.start(Mode.SWEEP, NOW)
        state = StreamState(polled=tuple(polled), swept=tuple(swept), last_sweep_at=NOW, last_run_at=NOW)
        counted = {"pages": 2, "requests": 3}
        store(stream_store, run, *sightings, state=state, status=RunStatus.SUCCEEDED, **counted)


def _store_lost_task(pg: PgStore, stream: Stream, task_id: str) -> None:
    with pg.claim(stream) as stream_store:
        store(stream_store, stream_store.start(Mode.POLL, NOW), lost=(task_id,), status=RunStatus.SUCCEEDED)


def _store_failed_run(pg: PgStore, stream: Stream) -> None:
    with pg.claim(stream) as stream_store:
        store(
            stream_store,
            stream_store.start(Mode.POLL, NOW),
            status=RunStatus.FAILED,
            error="the key is refused",
            requests=1,
        )
