"""Runs of the engine against a fake cloud and a fake store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from syncer.engine import RunReport, run_stream
from syncer.model import Mode, Page, Query, Status
from tests.support import fakes
from tests.support.fake_store import FakeStore
from tests.support.fakes import AICCS_FACTS, MPS_FACTS, TAT_FACTS, VOD_FACTS, WINDOWED_PAGES_FACTS, Cloud

ALL_FACTS = [
    pytest.param(MPS_FACTS, id="mps"),
    pytest.param(TAT_FACTS, id="tat"),
    pytest.param(AICCS_FACTS, id="aiccs"),
    pytest.param(VOD_FACTS, id="vod"),
    pytest.param(WINDOWED_PAGES_FACTS, id="windows and page numbers"),
]
ORDERS = [
    fakes.newest_created,
    fakes.newest_finished,
    fakes.newest_updated,
    fakes.oldest_created,
    fakes.shuffled,
]


def run(cloud: Cloud, store: FakeStore, mode: Mode = Mode.POLL, **source: object) -> RunReport:
    """Run the stream of `cloud` once, with 20 rows on a page; return the report."""
    values = {"retention": cloud.facts.retention, "page_size": 20, **source}
    return run_stream(store, cloud, stream=fakes.make_stream(**values), facts=cloud.facts, wanted=mode)


def run_with(
    fetch: Callable[[Query], Page], cloud: Cloud, store: FakeStore, mode: Mode = Mode.POLL, **source: object
) -> RunReport:
    """Run the stream of `cloud` once, with the pages of `fetch`; return the report."""

    class Fetcher:
        now, resume = cloud.now, cloud.resume

        def __call__(self, query: Query) -> Page:
            return fetch(query)

    values = {"retention": cloud.facts.retention, "page_size": 20, **source}
    return run_stream(store, Fetcher(), stream=fakes.make_stream(**values), facts=cloud.facts, wanted=mode)


def wrong_tasks(store: FakeStore, cloud: Cloud, begun_at: datetime) -> dict[str, object]:
    """Tasks that are not stored as the cloud shows them, by id.

    Tasks whose status has changed since the last run began at `begun_at` are left out.
    """
    return {
        task.task_id: (task, store.rows.get(task.task_id))
        for task in cloud.visible(begun_at)
        if task.status(begun_at) is task.status(cloud.clock)
        and not _is_right(store, task.task_id, task.status(begun_at))
    }


def _is_right(store: FakeStore, task_id: str, status: Status) -> bool:
    row = store.rows.get(task_id)
    return row is not None and row.task.status is status and row.lost_at is None
