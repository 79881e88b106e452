"""Test data for clients: two tasks with values that drivers are known to change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from syncer.model import Interval, RunStatus, Stream, StreamState
from syncer.storage import PgStore, make_engine
from tests.support.fakes import make_source
from tests.support.sightings import begin, see, store

ZONE = ZoneInfo("Asia/Shanghai")
#: Beyond 64 bits, and beyond the integers that a double represents exactly.
BIG_ID, BIG_DONE, BIG_TOTAL = "18446744073709551617", 2**53 + 1, 2**63 - 1
NAME = '转码 "甲", 乙\t丙\n😀'
ERROR = "媒体文件不存在"
#: The last microsecond of February in UTC; in Shanghai it is March 1st.
CREATED_AT = datetime(2026, 2, 28, 23, 59, 59, 999_999, UTC)
STARTED_AT = CREATED_AT + timedelta(seconds=2, microseconds=500_002)
FINISHED_AT = STARTED_AT + timedelta(seconds=60)
FULL, BARE = BIG_ID, "空"
#: Columns of reporting.tasks that are null for the task without values.
NULLS = {
    *("name", "task_type", "parent_id", "resource_id", "error_code", "error_message"),
    *("created_at", "started_at", "finished_at", "created_day", "finished_day", "lost_at"),
    *("provider_updated_at", "queue_seconds", "run_seconds", "progress_done", "progress_total"),
}


def fill(url: str) -> None:
    """Store both tasks, the first in two versions, and the coverage of two days."""
    engine = make_engine(url)
    pg = PgStore(engine, holder="test")
    pg.configure(ZONE.key)
    with pg.claim(Stream(make_source(name="mps-cn", provider="tencent_mps"), "ap-guangzhou")) as stream_store:
        run = begin(stream_store)
        fields = {"name": NAME, "task_type": "转码", "created_at": CREATED_AT, "progress_total": BIG_TOTAL}
        store(stream_store, run, see(FULL, "waiting", **fields), see(BARE, "unknown"))
        fields |= {"started_at": STARTED_AT, "finished_at": FINISHED_AT, "progress_done": BIG_DONE}
        ended = see(FULL, "failed", at=60, error_code="E-404", error_message=ERROR, **fields)
        span = Interval(CREATED_AT - timedelta(days=1), CREATED_AT + timedelta(days=1))
        store(stream_store, run, ended, state=StreamState(swept=(span,)), status=RunStatus.SUCCEEDED)
    pg.close()
    engine.dispose()
