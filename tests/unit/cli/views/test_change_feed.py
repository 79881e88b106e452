"""Changes are told once, the news before the counters, and no more of them than people read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from syncer.cli.views.change_feed import ChangeFeed, change_line
from syncer.storage.read.transitions import Transition

NOON = datetime(2026, 3, 1, 12, 1, 7, tzinfo=UTC)


def change(**overrides: Any) -> Transition:
    told: dict[str, Any] = {
        "task_key": 1,
        "version": 2,
        "observed_at": NOON,
        "source": "tat",
        "region": "ap-guangzhou",
        "task_id": "invt-k3q81mz2",
        "former_status": "running",
        "status": "succeeded",
        "former_word": "RUNNING",
        "provider_status": "SUCCESS",
        "former_done": None,
        "progress_done": None,
        "progress_total": None,
        "changed_fields": "status",
    }
    return Transition(**{**told, **overrides})


def told(*found: Transition) -> tuple[ChangeFeed, list[str]]:
    changes = ChangeFeed(
        lambda since: [each for each in found if each.observed_at > since], NOON - timedelta(hours=1)
    )
    return changes, list(changes.lines())


def test_line_tells_when_where_which_and_what() -> None:
    assert change_line(change()) == "12:01:07Z  tat/ap-guangzhou  invt-k3q81mz2           running → succeeded"


@pytest.mark.parametrize(
    ("overrides", "what"),
    [
        ({"former_status": None, "status": "waiting"}, "new → waiting"),
        ({"status": "running", "former_word": "STOP", "provider_status": "RUN"}, "running: STOP → RUN"),
        (
            {
                "status": "running",
                "provider_status": "RUNNING",
                "former_done": 3,
                "progress_done": 5,
                "progress_total": 9,
            },
            "running: 3 → 5 of 9",
        ),
        (
            {"status": "running", "provider_status": "RUNNING", "changed_fields": "name, record"},
            "running: other name, record",
        ),
    ],
)
def test_line_says_what_differs(overrides: dict[str, Any], what: str) -> None:
    assert change_line(change(**overrides)).endswith(f"  {what}")


def test_line_of_a_source_without_regions_names_the_source() -> None:
    assert change_line(change(region="global")).split()[1] == "tat"


def test_long_ids_keep_the_end_that_tells_them_apart() -> None:
    shown = change_line(change(task_id="1308726455-WorkflowTask-4f6e0d9a8b7c6d5e4f3att0")).split()[2]
    assert len(shown) == 22
    assert shown.endswith("7c6d5e4f3att0")


def test_changes_are_told_once() -> None:
    changes, first = told(change())
    assert len(first) == 1
    assert list(changes.lines()) == []


def test_changes_that_are_stored_late_are_told() -> None:
    stored = [change(task_key=2, observed_at=NOON)]
    changes = ChangeFeed(lambda _: stored, NOON - timedelta(hours=1))
    assert len(list(changes.lines())) == 1
    stored.append(change(task_key=3, observed_at=NOON - timedelta(seconds=2)))
    assert len(list(changes.lines())) == 1


def test_changes_look_back_no_longer_than_they_must() -> None:
    asked: list[datetime] = []

    def load(since: datetime) -> Sequence[Transition]:
        asked.append(since)
        return [change(task_key=len(asked), observed_at=NOON + timedelta(hours=len(asked)))]

    changes = ChangeFeed(load, NOON)
    for _ in range(3):
        assert len(list(changes.lines())) == 1
    assert asked[2] == NOON + timedelta(hours=2) - timedelta(minutes=1)


def test_too_many_changes_are_counted_and_statuses_come_first() -> None:
    growing = [change(task_key=at, status="running", former_done=1, progress_done=2) for at in range(5)]
    changes, lines = told(*growing, change(task_key=9), change(task_key=10, version=1, former_status=None))
    assert [text.partition("invt-k3q81mz2")[2].strip() for text in lines] == [
        "running → succeeded",
        "new → succeeded  +5",
    ]
    assert (changes.arrived, changes.moved) == (1, 6)
