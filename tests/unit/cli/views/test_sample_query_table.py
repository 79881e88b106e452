"""Answers become tables that fit a terminal."""

from __future__ import annotations

from datetime import UTC, datetime

from syncer.cli.views.sample_query_table import crossed_table, sample_query_table
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


def test_crossed_table_has_a_column_a_value_the_commonest_first() -> None:
    assert plain_lines(crossed_table(COUNTS, "source", "status", "tasks")) == [
        "Tasks by source and status",
        "source  succeeded  running",
        "mps             5        2",
        "vod             1        0",
    ]


def test_report_table_is_short_and_narrow() -> None:
    table = sample_query_table(LONG, rows=1, leave_out=("note",), in_title=("source",), instants="%H:%M")
    assert plain_lines(table) == [
        "Longest: mps",
        "task id                     seen at",
        "13087264…-0000000000000000  09:00",
    ]


def test_report_table_keeps_what_has_spaces() -> None:
    assert sample_query_table(LONG).rows[0][3] == "two words, long enough"


def test_report_table_of_nothing_has_its_title_and_columns() -> None:
    empty = SampleQueryResult("Longest", ("source", "task_id"), ())
    assert plain_lines(sample_query_table(empty, in_title=("source",))) == ["Longest", "task id"]
