"""Change feed: each change is counted and shown once, changes of the status first, few lines at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syncer.cli.views.change_feed import ChangeFeed, change_line
from syncer.storage.read.transitions import Transition

NOON = datetime(2026, 3, 1, 12, 1, 7, tzinfo=UTC)


def make_change(**overrides: Any) -> Transition:
    values: dict[str, Any] = {
        "task_key": 1,
        "version": 2,
        "observed_at": NOON,
        "source": "tat",
        "region": "ap-guangzhou",
        "task_id": "invt-k3q81mz2",
        "former_status": "running",
        "status": "succeeded",
        "former_provider_status": "RUNNING",
        "provider_status": "SUCCESS",
        "former_progress_done": None,
        "progress_done": None,
        "progress_total": None,
        "changed_fields": "status",
    }
    return Transition(**{**values, **overrides})


def feed_of(*changes: Transition) -> tuple[ChangeFeed, list[str]]:
    feed = ChangeFeed(
        lambda since: [change for change in changes if change.observed_at > since],
        NOON - timedelta(hours=1),
    )
    return feed, list(feed.lines())


def test_line_has_time_stream_task_and_change() -> None:
    assert (
        change_line(make_change())
        == "12:01:07Z  tat/ap-guangzhou  invt-k3q81mz2           running → succeeded"
    )


@pytest.mark.parametrize(
    ("overrides", "what"),
    [
        ({"former_status": None, "status": "waiting"}, "new → waiting"),
        (
            {"status": "running", "former_provider_status": "STOP", "provider_status": "RUN"},
            "running: STOP → RUN",
        ),
        (
            {
                "status": "running",
                "provider_status": "RUNNING",
                "former_progress_done": 3,
                "progress_done": 5,
                "progress_total": 9,
            },
            "running: 3 → 5 of 9",
        ),
        (
            {"status": "running", "provider_status": "RUNNING", "changed_fields": "name, record"},
            "running: changed name, record",
        ),
    ],
)
def test_line_shows_what_differs(overrides: dict[str, Any], what: str) -> None:
    assert change_line(make_change(**overrides)).endswith(f"  {what}")


def test_line_of_a_source_without_regions_has_its_name() -> None:
    assert change_line(make_change(region="global")).split()[1] == "tat"


def test_long_ids_keep_their_end() -> None:
    output = change_line(make_change(task_id="1308726455-WorkflowTask-4f6e0d9a8b7c6d5e4f3att0")).split()[2]
    assert len(output) == 22
    assert output.endswith("7c6d5e4f3att0")


def test_change_is_shown_once() -> None:
    feed, first = feed_of(make_change())
    assert len(first) == 1
    assert list(feed.lines()) == []


def test_change_that_is_stored_late_is_shown() -> None:
    stored = [make_change(task_key=2, observed_at=NOON)]
    feed = ChangeFeed(lambda _: stored, NOON - timedelta(hours=1))
    assert len(list(feed.lines())) == 1
    stored.append(make_change(task_key=3, observed_at=NOON - timedelta(seconds=2)))
    assert len(list(feed.lines())) == 1


def test_feed_reads_back_one_minute() -> None:
    calls: list[datetime] = []

    def load(since: datetime) -> Sequence[Transition]:
        calls.append(since)
        return [make_change(task_key=len(calls), observed_at=NOON + timedelta(hours=len(calls)))]

    feed = ChangeFeed(load, NOON)
    for _ in range(3):
        assert len(list(feed.lines())) == 1
    assert calls[2] == NOON + timedelta(hours=2) - timedelta(minutes=1)


def test_omitted_changes_are_counted_and_statuses_come_first() -> None:
    growing = [
        make_change(task_key=at, status="running", former_progress_done=1, progress_done=2) for at in range(5)
    ]
    feed, lines = feed_of(
        *growing, make_change(task_key=9), make_change(task_key=10, version=1, former_status=None)
    )
    assert [text.partition("invt-k3q81mz2")[2].strip() for text in lines] == [
        "running → succeeded",
        "new → succeeded  +5",
    ]
    assert (feed.new_tasks, feed.changes) == (1, 6)
