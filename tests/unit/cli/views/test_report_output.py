"""Output of a report: a chart that fits the terminal, plain text in a pipe."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime

import pytest
from rich.cells import cell_len
from rich.console import Console

from syncer.cli.views.report_chart import bar_text
from syncer.cli.views.report_columns import ReportBar
from syncer.cli.views.report_output import print_report
from syncer.reporting.reports import ShippedReport
from syncer.storage.read.reports import ReportResult
from tests.support.terminal import FakeTerminal
from tests.unit.cli.views.test_report_columns import make_report, make_result

REPORT = make_report(
    title="Why tasks fail",
    description="Failed tasks by code.",
    days=7,
    bar=("tasks",),
    optional_columns=("last_at",),
    shortened_columns=("error",),
)
RESULT = make_result(
    "source tasks failed_rate last_at error",
    ("mps", 1200, 0.5, datetime(2026, 3, 1, 9, 0, tzinfo=UTC), "the file of this task\nis not there [red]"),
    ("点播", 600, None, None, None),
)


def terminal_lines(width: int, monkeypatch: pytest.MonkeyPatch, report: ShippedReport = REPORT) -> list[str]:
    """The lines on a terminal of this width, without colours."""
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm-256color")
    out = FakeTerminal()
    print_report(report, RESULT, 7, out)
    return [line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue()).splitlines()]


def test_report_on_a_wide_terminal_has_every_column_and_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    assert terminal_lines(120, monkeypatch) == [
        "Why tasks fail",
        "the last 7 days in Asia/Shanghai, all sources",
        "",
        "source  tasks  failed %  last at           error",
        "mps     1,200      50.0  2026-03-01 09:00  the file of this task is not there [red]  " + "█" * 35,
        "点播      600         -  -                 -                                         "
        + "█" * 17
        + "▌",
        "",
        "Failed tasks by code.",
    ]


def test_report_on_a_narrow_terminal_omits_optional_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = terminal_lines(44, monkeypatch)
    assert lines[4:7] == [
        "source  tasks  failed %  error",
        "mps     1,200      50.0  the file of this t…",
        "点播      600         -  -",
    ]


def test_report_on_a_tiny_terminal_has_one_value_per_line(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = terminal_lines(30, monkeypatch)
    assert lines[4:8] == ["source    mps", "tasks     1,200", "failed %  50.0", "last at   2026-03-01 09:00"]
    assert "is not there [red]" in " ".join(" ".join(lines).split())


@pytest.mark.parametrize("width", range(20, 130, 7))
def test_no_line_is_wider_than_the_terminal(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert max(cell_len(line) for line in terminal_lines(width, monkeypatch)) <= width


def test_report_in_a_pipe_has_every_column_and_no_colour() -> None:
    out = io.StringIO()
    print_report(REPORT, RESULT, 7, out)
    assert out.getvalue().splitlines() == [
        "Why tasks fail",
        "the last 7 days in Asia/Shanghai, all sources",
        "",
        "source  tasks  failed %  last at           error",
        "mps     1,200      50.0  2026-03-01 09:00  the file of this task is not there [red]",
        "点播      600         -  -                 -",
    ]


def test_report_has_colour_on_a_terminal_that_supports_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.delenv("NO_COLOR", raising=False)
    out = FakeTerminal()
    print_report(REPORT, RESULT, 7, out)
    assert "\x1b[36m" in out.getvalue()


@pytest.mark.parametrize(
    ("sources", "days", "line"),
    [
        ((), 7, "nothing has been read yet: type `syncer sync` or `syncer run`"),
        (("mps",), 7, "no rows in these days; use `--days N` for a longer period"),
        (("mps",), None, "no rows"),
    ],
    ids=["no sources", "no rows", "about the present"],
)
def test_report_without_rows_says_why(sources: tuple[str, ...], days: int | None, line: str) -> None:
    out = FakeTerminal()
    result = ReportResult(columns=("a",), rows=(), time_zone="UTC", sources=sources, is_all_sources=False)
    print_report(make_report(days=days), result, days, out)
    assert out.getvalue().splitlines()[-1] == line


@pytest.mark.parametrize(
    ("bar", "text"),
    [
        (ReportBar(0.0), ""),
        (ReportBar(1.0), "████████"),
        (ReportBar(0.5), "████"),
        (ReportBar(0.01), "▏"),
        (ReportBar(0.52), "████▏"),
        (ReportBar(1.0, 0.25), "▒▒██████"),
        (ReportBar(1.0, 0.001), "▒███████"),
        (ReportBar(0.1, 0.1), "▒"),
        (ReportBar(0.5, is_open=True), "░░░░"),
        (ReportBar(0.05, is_open=True), "░"),
    ],
)
def test_bar_text_has_the_length_and_shape_of_the_bar(bar: ReportBar, text: str) -> None:
    console = Console(file=io.StringIO(), width=20)
    assert bar_text(bar, 8).plain == text
    assert console.measure(bar_text(bar, 8)).maximum <= 8
