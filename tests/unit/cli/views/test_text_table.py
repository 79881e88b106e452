"""Text tables: plain aligned lines, or drawn on a terminal."""

from __future__ import annotations

import io
import os
import re
import termios

import pytest
from rich.cells import cell_len

from syncer.cli.views.formatting import cell_text, printable
from syncer.cli.views.terminal import terminal_width
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


ROW = ("tat/ap-guangzhou", "sweep succeeded", "2026-11-29 01:00Z", 1234567, "点播数据源-甲乙丙丁-global")
COLUMNS = ("stream", "last run", "ended", "tasks", "label")
SENTENCE = "the last complete run has read up to this time, so tasks may be missing"


def lines_at(width: int, table: TextTable, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lines of `table` on a terminal of this width, without styles."""
    monkeypatch.setenv("COLUMNS", str(width))
    out = FakeTerminal()
    print_table(table, out)
    return [line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue()).splitlines()]


@pytest.mark.parametrize("width", [24, 30, 40, 60, 80, 90, 91, 120, 200])
def test_values_are_whole_on_terminals_of_every_width(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = lines_at(width, TextTable(COLUMNS, [ROW]), monkeypatch)
    assert all(cell_len(line) <= width or " " not in line.strip() for line in lines)
    for value in map(cell_text, ROW):
        assert sum(value in line for line in lines) == 1, value


def test_table_that_does_not_fit_becomes_records(monkeypatch: pytest.MonkeyPatch) -> None:
    table = TextTable(COLUMNS, [ROW, ROW], title="Streams")
    assert len(lines_at(91, table, monkeypatch)) == 1 + 2 + 2
    lines = lines_at(90, table, monkeypatch)
    assert lines[0] == "Streams"
    record = [
        "stream    tat/ap-guangzhou",
        "last run  sweep succeeded",
        "ended     2026-11-29 01:00Z",
        "tasks     1,234,567",
        "label     点播数据源-甲乙丙丁-global",
    ]
    assert lines[1:] == [*record, "", *record]


def test_sentences_wrap_before_a_table_becomes_records(monkeypatch: pytest.MonkeyPatch) -> None:
    table = TextTable(("stream", "because"), [("tat/ap-guangzhou", SENTENCE)], wrapped=frozenset({1}))
    assert lines_at(40, table, monkeypatch)[2:] == [
        "tat/ap-guangzhou  the last complete run",
        " " * 18 + "has read up to this",
        " " * 18 + "time, so tasks may be",
        " " * 18 + "missing",
    ]
    lines = lines_at(30, table, monkeypatch)
    assert lines[:3] == [
        "stream   tat/ap-guangzhou",
        "because  the last complete run",
        "         has read up to this",
    ]


def test_value_that_is_wider_than_the_terminal_is_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "source-with-a-very-long-name/ap-guangzhou-open"
    for table in (
        TextTable(("stream", "tasks"), [(name, 1)]),
        TextTable(("s",), [(name,)], wrapped=frozenset({0})),
    ):
        assert name in " ".join(lines_at(20, table, monkeypatch))


def test_headings_wrap_before_a_table_becomes_records(monkeypatch: pytest.MonkeyPatch) -> None:
    table = TextTable(("outcome filter", "late tasks"), [("trusted", 5)])
    assert lines_at(14, table, monkeypatch)[::3] == ["outcome   late", "trusted      5"]
    assert lines_at(13, table, monkeypatch)[0] == "outcome filter"


def test_table_without_rows_is_its_heading(monkeypatch: pytest.MonkeyPatch) -> None:
    assert lines_at(80, TextTable(("a", "b"), []), monkeypatch)[0].split() == ["a", "b"]
    assert lines_at(6, TextTable(("heading", "b"), []), monkeypatch) == []


@pytest.mark.parametrize("letter", ["ा", "é", "\u200b", "👩‍🚀", "ﷺ", "𰻞", "…"])
def test_unusual_letters_do_not_cut_their_cell(letter: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = printable(letter * 9 + "end").replace(" ", "")
    table = TextTable(("name", "n"), [(letter * 9 + "end", 1)])
    for width in (80, 8):
        assert text in "".join(lines_at(width, table, monkeypatch)).replace(" ", "")


def test_control_codes_are_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    table = TextTable(("role",), [("a\x1b[2J\nb",)])
    assert lines_at(80, table, monkeypatch)[-1] == plain_lines(table)[-1] == "a [2J b"


@pytest.mark.parametrize(
    ("width", "widths"), [(80, [4, 41, 5]), (40, [4, 27, 5]), (29, [4, 16, 5]), (26, None), (0, None)]
)
def test_wrapped_columns_shrink_to_a_readable_width(width: int, widths: list[int] | None) -> None:
    columns = [["name"], ["a column of sentences that may be wrapped"], ["a bcd"]]
    assert fit_widths(columns, width, wrapped={1}) == widths
    columns[1].append("2026-11-01T00:00:00Z")
    assert (fit_widths(columns, 30, wrapped={1}), fit_widths(columns, 33, wrapped={1})) == (None, [4, 20, 5])


@pytest.mark.parametrize(
    ("columns", "width"),
    [("120", 120), ("0", 80), ("-1", 80), ("many", 80), ("", 80), ("9" * 5000, 80), ("²", 80)],
)
def test_terminal_width_is_that_of_columns(columns: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert terminal_width(FakeTerminal()) == width
    monkeypatch.setenv("TERM", "dumb")
    print_table(TextTable(COLUMNS, [ROW]), out := FakeTerminal())
    assert "tat/ap-guangzhou" in out.getvalue()


def test_terminal_width_is_that_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    leader, follower = os.openpty()
    with open(follower, "w", encoding="utf-8") as terminal:
        assert terminal_width(terminal) == 80  # of no known size
        termios.tcsetwinsize(follower, (24, 133))
        assert terminal_width(terminal) == 133
    os.close(leader)
