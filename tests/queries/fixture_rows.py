"""Store the lives of `tests.queries.fixture_tasks` as their providers would have reported them."""

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
from tests.queries.fixture_tasks import MESSAGES, NOW, OPEN, ZONE, Life, Seen, lives, local
from tests.support.fakes import make_source
from tests.support.sightings import see, store

SOURCES = {
    "mps-cn": make_source(name="mps-cn", provider="tencent_mps"),
    "tat": make_source(name="tat", provider="tencent_tat", retention=None),
    "robot-calls": make_source(name="robot-calls", provider="alibaba_aiccs", retention=None),
    "vod": make_source(name="vod", provider="baidu_vod"),
}
_BEGIN = local(date(2026, 3, 1))
#: By source and region, the creation times that are confirmed, and those that were read once.
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
#: The run that failed last, by source and region.
FAILED = {("tat", "ap-singapore"): "the key is refused"}


def fill(url: str) -> None:
    """Store everything in the migrated database at `url`, rollups included."""
    engine = make_engine(url)
    pg = PgStore(engine, holder="test")
    pg.configure(ZONE.key)
    pg.register(list(SOURCES.values()))
    for (source, region), group in groupby(sorted(lives(), key=_place), key=_place):
        _read(pg, Stream(SOURCES[source], region), list(group))
    refresh(engine)
    pg.close()
    engine.dispose()


def _place(life: Life) -> tuple[str, str]:
    return life.source, life.region


def _read(pg: PgStore, stream: Stream, group: list[Life]) -> None:
    place = (stream.source.name, stream.region)
    with pg.claim(stream) as ours:
        run = ours.start(Mode.SWEEP, NOW - timedelta(minutes=5))
        # A commit for each state, so that none of a task is passed over.
        for number in range(max(len(life.seen) for life in group)):
            store(ours, run, *(_sighting(life, number) for life in group if number < len(life.seen)))
        lost = tuple(life.task_id for life in group if life.is_lost)
        state = StreamState(
            polled=tuple(POLLED.get(place, ())),
            swept=tuple(SWEPT[place]),
            last_run_at=NOW - timedelta(minutes=5),
            last_sweep_at=NOW - timedelta(minutes=5),
        )
        store(ours, run, lost=lost, state=state, status=RunStatus.SUCCEEDED, pages=2, requests=3)
        if place in FAILED:
            failed = ours.start(Mode.POLL, NOW - timedelta(minutes=1))
            store(ours, failed, status=RunStatus.FAILED, error=FAILED[place], requests=1)


def _sighting(life: Life, number: int) -> Sighting:
    seen = life.seen[number]
    told = dict(_told(life, seen))
    sighting = see(life.task_id, seen.status, **told)
    record = json.dumps({**life.record, "state": number})
    mark = hashlib.blake2b(repr((record, told)).encode(), digest_size=16).digest()
    # Asked for by id, for a list alone is not believed when it shows an ended task as open.
    return replace(sighting, observed_at=seen.at, record=record, fingerprint=mark, is_confirmed=True)


def _told(life: Life, seen: Seen) -> Iterator[tuple[str, Any]]:
    """What the provider tells of the task at that time."""
    yield from {
        "provider_status": seen.status.upper(),
        "created_at": life.created_at,
        "task_type": life.task_type,
        "name": life.name,
        "resource_id": life.resource_id,
        "progress_total": life.progress_total,
        "progress_done": seen.progress_done,
    }.items()
    if _has_come(life.started_at, seen):
        yield "started_at", life.started_at
    if seen.status not in OPEN and _has_come(life.finished_at, seen):
        yield "finished_at", life.finished_at
    if seen.status == "failed" and life.error_code:
        yield "error_code", life.error_code
        yield "error_message", MESSAGES[life.error_code]


def _has_come(at: datetime | None, seen: Seen) -> bool:
    return at is not None and at <= seen.at
