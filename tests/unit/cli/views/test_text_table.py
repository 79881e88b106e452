"""Values become cells, and cells line up."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest

from syncer.cli.views.text_table import TextTable, cell_text, plain_lines, print_table


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, "-"),
        (True, "yes"),
        (False, "no"),
        (1234567, "1,234,567"),
        ("[b]", "[b]"),
        (datetime(2026, 1, 2, 3, 4, 5, 999, UTC), "2026-01-02 03:04:05Z"),
        (timedelta(milliseconds=250), "0.25s"),
        (timedelta(seconds=59), "59s"),
        (timedelta(minutes=4, seconds=5), "4m 5s"),
        (timedelta(hours=6), "6h"),
        (timedelta(days=2, hours=3, minutes=4), "2d 3h"),
        (timedelta(days=7, minutes=4), "7d"),
        (-timedelta(minutes=1), "-1m"),
    ],
)
def test_text_reads_well(value: object, cell: str) -> None:
    assert cell_text(value) == cell


def test_plain_lines_up_numbers_and_wide_letters() -> None:
    table = TextTable(("source", "tasks", "note"), [("甲乙", 5, None), ("b", 1200, "x")], title="Tasks")
    assert plain_lines(table) == [
        "Tasks",
        "source  tasks  note",
        "甲乙        5  -",
        "b       1,200  x",
    ]


def test_plain_of_no_rows_is_the_heading() -> None:
    assert plain_lines(TextTable(("source", "region"), [])) == ["source  region"]


def test_show_is_plain_where_nobody_looks() -> None:
    out = io.StringIO()
    print_table(TextTable(("a",), [("b",)]), out)
    assert out.getvalue() == "a\nb\n"


def test_show_draws_on_a_terminal() -> None:
    out = Terminal()
    print_table(TextTable(("a",), [("[red]b",)], title="T"), out)
    assert "[red]b" in out.getvalue()
    assert "─" in out.getvalue()
