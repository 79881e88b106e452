"""Explanation of a task: its facts, the coverage of its creation time, its versions."""

from __future__ import annotations

from dataclasses import replace

from syncer.cli.views.task_explanation import task_explanation, unknown_task_lines
from syncer.storage.read import TaskHistory, TaskVersion
from tests.unit.cli.views.test_coverage_explanation import AT, MINUTE, POLLED

WAITING = TaskVersion(
    version=1,
    status="waiting",
    provider_status="PENDING",
    changed_fields=(),
    observed_after=None,
    observed_at=AT,
    lost_at=None,
    run_id=12,
    mode="sweep",
    run_started_at=AT,
    request_id="ed55",
)
LOST = replace(
    WAITING,
    version=2,
    changed_fields=["lost_at"],
    observed_after=AT,
    observed_at=AT + MINUTE,
    lost_at=AT + MINUTE,
    run_id=13,
    mode=None,
    run_started_at=None,
    request_id="",
)
HISTORY = TaskHistory(
    source="tat",
    provider="tencent_tat",
    region="ap-tokyo",
    task_id="invt-1",
    name="backup",
    task_type="SHELL",
    created_at=AT - MINUTE,
    finished_at=None,
    first_seen_at=AT,
    last_run_at=AT,
    versions=[WAITING],
    coverage=POLLED,
)


def test_task_shows_its_facts_coverage_and_versions() -> None:
    assert task_explanation(HISTORY) == [
        "task invt-1",
        "  stream      tat/ap-tokyo (tencent_tat)",
        "  what        SHELL, backup",
        "  status      waiting (PENDING); last change seen at 2026-01-02 03:04:05Z",
        "  created     2026-01-02 03:03:05Z",
        "  first seen  2026-01-02 03:04:05Z, 1m after the creation",
        "  coverage    the creation time is polled",
        "              read by poll 12, started at 2026-01-02 03:05:05Z, complete at 2026-01-02 03:05:14Z",
        "              not yet confirmed by a later sweep: a task that was listed late may be missing",
        "versions, oldest first:",
        "    1  waiting (PENDING): seen at 2026-01-02 03:04:05Z",
        "       sweep 12, started at 2026-01-02 03:04:05Z; request ed55",
    ]


def test_lost_task_shows_when_that_was_noticed() -> None:
    lines = task_explanation(replace(HISTORY, versions=[WAITING, LOST]))
    assert "  lost        left the list before it ended; noticed at 2026-01-02 03:05:05Z" in lines
    assert lines[-3:] == [
        "    2  lost: reached after 2026-01-02 03:04:05Z, seen at 2026-01-02 03:05:05Z",
        "       run 13; no response listed the task",
        "       changed: lost_at",
    ]


def test_task_without_optional_facts() -> None:
    bare = replace(
        HISTORY,
        name=None,
        task_type=None,
        created_at=None,
        finished_at=AT,
        coverage=None,
        versions=[replace(WAITING, provider_status=None, request_id="")],
    )
    assert task_explanation(bare) == [
        "task invt-1",
        "  stream      tat/ap-tokyo (tencent_tat)",
        "  status      waiting; last change seen at 2026-01-02 03:04:05Z",
        "  created     not reported by the provider",
        "  first seen  2026-01-02 03:04:05Z",
        "  finished    2026-01-02 03:04:05Z",
        "versions, oldest first:",
        "    1  waiting: seen at 2026-01-02 03:04:05Z",
        "       sweep 12, started at 2026-01-02 03:04:05Z; concluded from several responses",
    ]


def test_unknown_task_suggests_the_next_command() -> None:
    unknown, next_command = unknown_task_lines("abc", ["mps-cn", "tat"])
    assert "no task has the id abc" in unknown
    assert next_command.endswith("`syncer explain SOURCE TIME`; the sources are mps-cn, tat")
    assert unknown_task_lines("abc", [])[1].endswith("; no source has been read yet")
    assert unknown_task_lines("tat", ["tat"]) == [
        "tat is a source: add a time, as in `syncer explain tat 2026-01-31T12:00:00Z`"
    ]
