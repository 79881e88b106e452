"""Results of sample queries as tables."""

from __future__ import annotations

from datetime import UTC, datetime

from syncer.cli.views.sample_query_table import cross_table, sample_query_table
from syncer.cli.views.text_table import plain_lines
from syncer.storage import SampleQueryResult

COUNTS = SampleQueryResult(
    "Tasks by source and status",
    ("source", "status", "tasks", "newest"),
    (("mps", "running", 2, None), ("mps", "succeeded", 5, None), ("vod", "succeeded", 1, None)),
)
LONG = SampleQueryResult(
    "Longest",
    ("source", "task_id", "seen_at", "note"),
    tuple(
        (
            "mps",
            f"1308726455-WorkflowTask-{at:016}",
            datetime(2026, 3, 1, 9, at, tzinfo=UTC),
            "two words, long enough",
        )
        for at in range(9)
    ),
)


def test_cross_table_has_a_column_for_each_value_largest_first() -> None:
    assert plain_lines(cross_table(COUNTS, "source", "status", "tasks")) == [
        "Tasks by source and status",
        "source  succeeded  running",
        "mps             5        2",
        "vod             1        0",
    ]


def test_table_is_limited_in_rows_and_width() -> None:
    table = sample_query_table(LONG, rows=1, leave_out=("note",), in_title=("source",), instants="%H:%M")
    assert plain_lines(table) == [
        "Longest: mps",
        "task id                     seen at",
        "13087264…-0000000000000000  09:00",
    ]


def test_text_with_spaces_is_not_shortened() -> None:
    assert sample_query_table(LONG).rows[0][3] == "two words, long enough"


def test_table_without_rows_has_title_and_columns() -> None:
    empty = SampleQueryResult("Longest", ("source", "task_id"), ())
    assert plain_lines(sample_query_table(empty, in_title=("source",))) == ["Longest", "task id"]


def test_durations_are_readable() -> None:
    result = SampleQueryResult("Slowest", ("task_type", "p95_seconds"), (("a b", 95.5), ("c d", 0.25)))
    assert plain_lines(sample_query_table(result)) == [
        "Slowest",
        "task type     p95",
        "a b        1m 35s",
        "c d         0.25s",
    ]
