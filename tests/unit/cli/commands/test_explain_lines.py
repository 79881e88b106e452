"""What is asked for is understood, and what is known of it reads well."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from syncer.cli.commands.explain import both_times, parse_time
from syncer.cli.views.coverage_explanation import coverage_explanation, incomplete_run_line
from syncer.cli.views.json_values import as_json
from syncer.cli.views.task_explanation import task_history_lines, unknown_lines
from syncer.errors import ConfigurationError
from syncer.storage.read import (
    CoverageAnswer,
    Gap,
    IncompleteRuns,
    RunRef,
    TaskHistory,
    TaskVersion,
    UncoveredReason,
)

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)


def witness(run_id: int, mode: str = "poll", *, minutes: int = 0) -> RunRef:
    began_at = AT + minutes * MINUTE
    return RunRef(run_id=run_id, mode=mode, started_at=began_at, ended_at=began_at + timedelta(seconds=9))


POLLED = CoverageAnswer(
    source="tat",
    region="ap-tokyo",
    at=AT,
    grade="polled",
    reason=None,
    gap=None,
    covered_from=AT - timedelta(days=3),
    covered_to=AT + timedelta(days=1),
    shown_until=AT + timedelta(days=7),
    asked_at=AT + timedelta(days=2),
    last_before=witness(11),
    first_after=witness(12, minutes=1),
    confirmed_by=None,
    incomplete_runs=(),
)
SWEPT = replace(POLLED, grade="swept", confirmed_by=witness(40, "sweep", minutes=60))
SETBACK = IncompleteRuns(
    status="failed",
    count=1,
    first_at=AT,
    last_at=AT,
    run_id=17,
    mode="poll",
    error="the key is refused (request 5)",
)
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
STORY = TaskHistory(
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
    states=[WAITING],
    reading=POLLED,
)


@pytest.mark.parametrize(
    ("text", "zone", "at"),
    [
        ("2026-01-02T03:04:05Z", SHANGHAI, AT),
        ("2026-01-02T11:04:05+08:00", BERLIN, AT),
        ("2026-01-02 11:04:05", SHANGHAI, AT),
        ("2026-01-02", SHANGHAI, datetime(2026, 1, 1, 16, tzinfo=UTC)),
        ("2026-10-25T02:30", BERLIN, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
    ids=["utc", "offset", "local", "day", "hour that comes twice"],
)
def test_time_is_local_unless_it_says_otherwise(text: str, zone: ZoneInfo, at: datetime) -> None:
    assert parse_time(text, zone) == at
    assert parse_time(text, zone).tzinfo is UTC


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "0001-01-01", ""])
def test_time_that_is_none_says_how_to_write_one(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"write 2026-01-31T12:00:00Z.* for Asia/Shanghai"):
        parse_time(text, SHANGHAI)


def test_time_is_shown_as_both_clocks_have_it() -> None:
    assert both_times(AT, ZoneInfo("UTC")) == "2026-01-02 03:04:05Z"
    assert both_times(AT, SHANGHAI) == "2026-01-02 03:04:05Z (2026-01-02 11:04:05 Asia/Shanghai)"


def test_reading_names_the_runs_behind_the_grade() -> None:
    assert coverage_explanation(SWEPT) == [
        "tat/ap-tokyo: swept",
        "  read by poll 12, begun at 2026-01-02 03:05:05Z, complete at 2026-01-02 03:05:14Z",
        "  confirmed by sweep 40, begun at 2026-01-02 04:04:05Z, complete at 2026-01-02 04:04:14Z",
    ]
    assert coverage_explanation(POLLED)[2].startswith("  a later sweep is to confirm it")


def test_reading_outlives_the_record_of_its_runs() -> None:
    assert coverage_explanation(replace(SWEPT, first_after=None, confirmed_by=None))[1:] == [
        "  read by a run; which one is not on record",
        "  confirmed by a sweep; which one is not on record",
    ]


GAP = Gap(
    source="tat",
    region="ap-tokyo",
    started_at=AT - MINUTE,
    ended_at=AT + MINUTE,
    state="fillable",
    time_left=timedelta(days=5),
)


@pytest.mark.parametrize(
    ("reason", "line"),
    [
        (UncoveredReason.NOTHING, "nothing is covered yet"),
        (UncoveredReason.BEFORE, "the coverage begins later, at 2025-12-30 03:04:05Z"),
        (UncoveredReason.GAP, "in a gap (fillable) from 2026-01-02 03:03:05Z to 2026-01-02 03:05:05Z"),
        (
            UncoveredReason.AFTER,
            "no complete run reaches that far yet; the coverage ends at 2026-01-03 03:04:05Z",
        ),
    ],
)
def test_reading_says_why_not(reason: UncoveredReason, line: str) -> None:
    reading = replace(POLLED, grade=None, reason=reason, gap=GAP if reason is UncoveredReason.GAP else None)
    assert coverage_explanation(reading) == [
        "tat/ap-tokyo: not covered",
        f"  {line}",
        "  last complete run before it: poll 11, begun at 2026-01-02 03:04:05Z, "
        "complete at 2026-01-02 03:04:14Z",
        "  first complete run after it: poll 12, begun at 2026-01-02 03:05:05Z, "
        "complete at 2026-01-02 03:05:14Z",
        "  the provider shows such tasks until 2026-01-09 03:04:05Z: 5d left to read them",
    ]


def test_reading_says_when_it_is_too_late() -> None:
    missed = replace(POLLED, grade=None, reason=UncoveredReason.BEFORE, incomplete_runs=[SETBACK])
    late = coverage_explanation(replace(missed, asked_at=AT + timedelta(days=8)))
    assert late[-2] == (
        "  the provider showed such tasks until 2026-01-09 03:04:05Z: nothing can fill it any more"
    )
    assert late[-1] == "  poll 17 failed, begun at 2026-01-02 03:04:05Z: the key is refused (request 5)"
    unknown = coverage_explanation(replace(missed, shown_until=None, last_before=None, first_after=None))
    assert unknown[2] == "  how long the provider shows such tasks is not known"


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"count": 1200, "last_at": AT + MINUTE},
            "1,200 polls failed, begun from 2026-01-02 03:04:05Z to 2026-01-02 03:05:05Z; the last, 17: "
            "the key is refused (request 5)",
        ),
        (
            {"status": "running", "mode": "sweep", "error": None},
            "sweep 17 under way, begun at 2026-01-02 03:04:05Z",
        ),
    ],
    ids=["many", "under way"],
)
def test_setback_is_a_line(changes: dict[str, object], line: str) -> None:
    assert incomplete_run_line(replace(SETBACK, **changes)) == line  # type: ignore[arg-type]


def test_setback_of_many_words_is_short() -> None:
    assert len(incomplete_run_line(replace(SETBACK, error="x" * 10_000))) < 250


def test_story_tells_how_a_task_was_read() -> None:
    assert task_history_lines(STORY) == [
        "task invt-1",
        "  stream      tat/ap-tokyo (tencent_tat)",
        "  what        SHELL, backup",
        "  status      waiting (PENDING); its last change was seen at 2026-01-02 03:04:05Z",
        "  created     2026-01-02 03:03:05Z",
        "  first seen  2026-01-02 03:04:05Z, 1m after it was created",
        "  coverage    the time it was created at is polled",
        "              read by poll 12, begun at 2026-01-02 03:05:05Z, complete at 2026-01-02 03:05:14Z",
        "              a later sweep is to confirm it: until then a task that was listed late may be missing",
        "states, the oldest first:",
        "    1  waiting (PENDING): seen at 2026-01-02 03:04:05Z",
        "       sweep 12, begun at 2026-01-02 03:04:05Z; request ed55",
    ]


def test_story_of_a_lost_task_says_so() -> None:
    lines = task_history_lines(replace(STORY, states=[WAITING, LOST]))
    assert "  lost        it had left the list unfinished by 2026-01-02 03:05:05Z" in lines
    assert lines[-3:] == [
        "    2  lost: came about after 2026-01-02 03:04:05Z, seen at 2026-01-02 03:05:05Z",
        "       run 13; no answer showed it any more",
        "       changed: lost_at",
    ]


def test_story_does_without_what_is_not_told() -> None:
    bare = replace(
        STORY,
        name=None,
        task_type=None,
        created_at=None,
        finished_at=AT,
        reading=None,
        states=[replace(WAITING, provider_status=None, request_id="")],
    )
    assert task_history_lines(bare) == [
        "task invt-1",
        "  stream      tat/ap-tokyo (tencent_tat)",
        "  status      waiting; its last change was seen at 2026-01-02 03:04:05Z",
        "  created     the provider does not tell when",
        "  first seen  2026-01-02 03:04:05Z",
        "  finished    2026-01-02 03:04:05Z",
        "states, the oldest first:",
        "    1  waiting: seen at 2026-01-02 03:04:05Z",
        "       sweep 12, begun at 2026-01-02 03:04:05Z; told by several answers together",
    ]


def test_unknown_task_says_what_to_ask_next() -> None:
    nothing, ask = unknown_lines("abc", ["mps-cn", "tat"])
    assert "no task has the id abc" in nothing
    assert ask.endswith("`syncer explain SOURCE TIME`; the sources are mps-cn, tat")
    assert unknown_lines("abc", [])[1].endswith("; no source was read yet")
    assert unknown_lines("tat", ["tat"]) == [
        "tat is a source: add a time, as in `syncer explain tat 2026-01-31T12:00:00Z`"
    ]


def test_story_is_json_to_its_depths() -> None:
    told = json.loads(json.dumps(as_json(STORY)))
    assert told["states"][0]["observed_at"] == "2026-01-02T03:04:05+00:00"
    assert told["reading"]["first_after"]["run_id"] == 12
