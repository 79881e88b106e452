"""Stores the tasks of `tests.queries.fixture_tasks` as their providers would have shown them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from syncer.model import Interval, Mode, RunStatus, Sighting, Stream, StreamState
from syncer.storage import PgStore, make_engine
from syncer.storage.rollups import refresh
from tests.queries.fixture_tasks import (
    MESSAGES,
    NOW,
    OPEN,
    ZONE,
    FixtureTask,
    ObservedState,
    fixture_tasks,
    local,
)
from tests.support.fakes import make_source
from tests.support.sightings import see, store

SOURCES = {
    "mps-cn": make_source(name="mps-cn", provider="tencent_mps"),
    "tat": make_source(name="tat", provider="tencent_tat", retention=None),
    "robot-calls": make_source(name="robot-calls", provider="alibaba_aiccs", retention=None),
    "vod": make_source(name="vod", provider="baidu_vod"),
}
_BEGIN = local(date(2026, 3, 1))
#: The swept and the polled creation times, by source and region.
SWEPT = {
    ("mps-cn", "global"): [
        Interval(_BEGIN, local(date(2026, 3, 5), 6)),
        Interval(local(date(2026, 3, 5), 9), local(date(2026, 3, 14))),
    ],
    ("tat", "ap-guangzhou"): [Interval(_BEGIN, NOW)],
    ("tat", "ap-singapore"): [Interval(_BEGIN, local(date(2026, 3, 10)))],
    ("robot-calls", "global"): [Interval(_BEGIN, NOW)],
    ("vod", "global"): [Interval(_BEGIN, NOW - timedelta(days=2)), Interval(NOW - timedelta(days=1), NOW)],
}
POLLED = {("mps-cn", "global"): [Interval(local(date(2026, 3, 5), 9), NOW)]}
#: The error of the last failed run, by source and region.
FAILED = {("tat", "ap-singapore"): "the key is refused"}


def fill(url: str) -> None:
    """Store all tasks in the migrated database at `url`, and compute the rollups."""
    engine = make_engine(url)
    pg = PgStore(engine, holder="test")
    pg.configure(ZONE.key)
    pg.register(list(SOURCES.values()))
    for (source, region), group in groupby(sorted(fixture_tasks(), key=_stream_key), key=_stream_key):
        _store(pg, Stream(SOURCES[source], region), list(group))
    refresh(engine)
    pg.close()
    engine.dispose()


def _stream_key(task: FixtureTask) -> tuple[str, str]:
    return task.source, task.region


def _store(pg: PgStore, stream: Stream, group: list[FixtureTask]) -> None:
    key = (stream.source.name, stream.region)
    with pg.claim(stream) as stream_store:
        run = stream_store.start(Mode.SWEEP, NOW - timedelta(minutes=5))
        # One commit per state, so that each state becomes a version.
        for number in range(max(len(task.states) for task in group)):
            store(
                stream_store, run, *(_sighting(task, number) for task in group if number < len(task.states))
            )
        lost = tuple(task.task_id for task in group if task.is_lost)
        state = StreamState(
            polled=tuple(POLLED.get(key, ())),
            swept=tuple(SWEPT[key]),
            last_run_at=NOW - timedelta(minutes=5),
            last_sweep_at=NOW - timedelta(minutes=5),
        )
        store(stream_store, run, lost=lost, state=state, status=RunStatus.SUCCEEDED, pages=2, requests=3)
        if key in FAILED:
            failed = stream_store.start(Mode.POLL, NOW - timedelta(minutes=1))
            store(stream_store, failed, status=RunStatus.FAILED, error=FAILED[key], requests=1)


def _sighting(task: FixtureTask, number: int) -> Sighting:
    state = task.states[number]
    fields = dict(_fields(task, state))
    sighting = see(task.task_id, state.status, **fields)
    record = json.dumps({**task.record, "state": number})
    fingerprint = hashlib.blake2b(repr((record, fields)).encode(), digest_size=16).digest()
    # Confirmed by id: a list alone does not reopen an ended task.
    return replace(
        sighting,
        requested_at=state.at,
        observed_at=state.at,
        record=record,
        fingerprint=fingerprint,
        is_confirmed=True,
    )


def _fields(task: FixtureTask, state: ObservedState) -> Iterator[tuple[str, Any]]:
    """The fields of the task that the provider shows in this state."""
    yield from {
        "provider_status": state.status.upper(),
        "created_at": task.created_at,
        "task_type": task.task_type,
        "name": task.name,
        "resource_id": task.resource_id,
        "progress_total": task.progress_total,
        "progress_done": state.progress_done,
    }.items()
    if _is_reached(task.started_at, state):
        yield "started_at", task.started_at
    if state.status not in OPEN and _is_reached(task.finished_at, state):
        yield "finished_at", task.finished_at
    if state.status == "failed" and task.error_code:
        yield "error_code", task.error_code
        yield "error_message", MESSAGES[task.error_code]


def _is_reached(at: datetime | None, state: ObservedState) -> bool:
    return at is not None and at <= state.at
