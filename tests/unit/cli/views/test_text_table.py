"""Text tables: plain aligned lines, or drawn on a terminal."""

from __future__ import annotations

import io

from syncer.cli.views.text_table import TextTable, plain_lines, print_table
from tests.support.terminal import FakeTerminal


def test_plain_lines_align_numbers_and_wide_characters() -> None:
    table = TextTable(("source", "tasks", "note"), [("甲乙", 5, None), ("b", 1200, "x")], title="Tasks")
    assert plain_lines(table) == [
        "Tasks",
        "source  tasks  note",
        "甲乙        5  -",
        "b       1,200  x",
    ]


def test_plain_lines_without_rows_are_the_heading() -> None:
    assert plain_lines(TextTable(("source", "region"), [])) == ["source  region"]


def test_table_is_plain_in_a_pipe() -> None:
    out = io.StringIO()
    print_table(TextTable(("a",), [("b",)]), out)
    assert out.getvalue() == "a\nb\n"


def test_table_is_drawn_on_a_terminal() -> None:
    out = FakeTerminal()
    print_table(TextTable(("a",), [("[red]b",)], title="T"), out)
    assert "[red]b" in out.getvalue()
    assert "─" in out.getvalue()
