"""Text tables: plain aligned lines, or drawn on a terminal."""

from __future__ import annotations

import io

import pytest

from syncer.cli.views.text_table import TextTable, fit_widths, plain_lines, print_table
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


def test_names_and_instants_stay_whole_on_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    out = FakeTerminal()
    rows = [("tat/ap-guangzhou", "sweep succeeded", "2026-11-29 01:00Z")]
    print_table(TextTable(("stream", "last run", "ended"), rows), out)
    assert [line.split() for line in out.getvalue().splitlines()[2:]] == [
        ["tat/ap-guangzhou", "sweep", "2026-11-29"],
        ["succeeded", "01:00Z"],
    ]


@pytest.mark.parametrize(
    ("width", "widths"), [(80, [4, 11, 5]), (22, [4, 9, 5]), (16, [4, 5, 3]), (5, [4, 5, 3])]
)
def test_widest_columns_shrink_to_their_longest_word(width: int, widths: list[int]) -> None:
    assert fit_widths([["name"], ["first words"], ["a bcd"]], width) == widths
