"""A report fits the place that it is printed to."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, date, datetime

import pytest
from rich.cells import cell_len
from rich.console import Console

from syncer.cli.commands.report import show_report
from syncer.cli.views.json_output import report_json, write_csv
from syncer.cli.views.report_chart import bar_text
from syncer.cli.views.report_columns import ReportBar
from syncer.reporting.reports import ShippedReport
from syncer.storage.read.reports import ReportResult
from tests.unit.cli.views.test_report_columns import make_answer, make_report

REPORT = make_report(
    title="Why tasks fail",
    description="Failed tasks by code.",
    days=7,
    bar=("tasks",),
    optional_columns=("last_at",),
    shortened_columns=("error",),
)
ANSWER = make_answer(
    "source tasks failed_rate last_at error",
    ("mps", 1200, 0.5, datetime(2026, 3, 1, 9, 0, tzinfo=UTC), "the file of this task\nis not there [red]"),
    ("点播", 600, None, None, None),
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def drawn(width: int, monkeypatch: pytest.MonkeyPatch, report: ShippedReport = REPORT) -> list[str]:
    """The lines on a terminal that is so wide, without colours."""
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm-256color")
    out = Terminal()
    show_report(report, ANSWER, 7, out)
    return [line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue()).splitlines()]


def test_report_on_a_wide_terminal_has_every_column_and_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    assert drawn(120, monkeypatch) == [
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


def test_report_on_a_narrow_terminal_leaves_out_what_can_be_spared(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = drawn(44, monkeypatch)
    assert lines[4:7] == [
        "source  tasks  failed %  error",
        "mps     1,200      50.0  the file of this t…",
        "点播      600         -  -",
    ]


def test_report_on_a_tiny_terminal_is_one_value_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = drawn(30, monkeypatch)
    assert lines[4:8] == ["source    mps", "tasks     1,200", "failed %  50.0", "last at   2026-03-01 09:00"]
    assert "is not there [red]" in " ".join(" ".join(lines).split())


@pytest.mark.parametrize("width", range(20, 130, 7))
def test_no_line_is_wider_than_the_terminal(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert max(cell_len(line) for line in drawn(width, monkeypatch)) <= width


def test_report_that_is_piped_has_every_column_and_no_colour() -> None:
    out = io.StringIO()
    show_report(REPORT, ANSWER, 7, out)
    assert out.getvalue().splitlines() == [
        "Why tasks fail",
        "the last 7 days in Asia/Shanghai, all sources",
        "",
        "source  tasks  failed %  last at           error",
        "mps     1,200      50.0  2026-03-01 09:00  the file of this task is not there [red]",
        "点播      600         -  -                 -",
    ]


def test_report_has_colour_on_a_terminal_that_can(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.delenv("NO_COLOR", raising=False)
    out = Terminal()
    show_report(REPORT, ANSWER, 7, out)
    assert "\x1b[36m" in out.getvalue()


@pytest.mark.parametrize(
    ("sources", "days", "told"),
    [
        ((), 7, "nothing was read yet: type `syncer sync` or `syncer run`"),
        (("mps",), 7, "nothing in these days; `--days N` looks further back"),
        (("mps",), None, "nothing"),
    ],
    ids=["no sources", "no rows", "about the present"],
)
def test_report_of_nothing_says_why(sources: tuple[str, ...], days: int | None, told: str) -> None:
    out = Terminal()
    answer = ReportResult(columns=("a",), rows=(), time_zone="UTC", sources=sources, is_all_sources=False)
    show_report(make_report(days=days), answer, days, out)
    assert out.getvalue().splitlines()[-1] == told


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
def test_bar_is_as_long_as_it_says(bar: ReportBar, text: str) -> None:
    console = Console(file=io.StringIO(), width=20)
    assert bar_text(bar, 8).plain == text
    assert console.measure(bar_text(bar, 8)).maximum <= 8


def test_csv_rounds_nothing_and_leaves_null_empty() -> None:
    out = io.StringIO()
    write_csv(ANSWER, out)
    assert out.getvalue().splitlines() == [
        "source,tasks,failed_rate,last_at,error",
        'mps,1200,0.5,2026-03-01T09:00:00+00:00,"the file of this task',
        'is not there [red]"',
        "点播,600,,,",
    ]


def test_csv_writes_days_and_truths_as_databases_read_them() -> None:
    out = io.StringIO()
    write_csv(make_answer("day is_complete", (date(2026, 3, 1), True)), out)
    assert out.getvalue() == "day,is_complete\n2026-03-01,true\n"


def test_json_says_what_was_asked() -> None:
    told = json.loads(report_json(REPORT, ANSWER, 7))
    assert (told["report"], told["days"], told["time_zone"]) == ("r", 7, "Asia/Shanghai")
    assert told["sources"] == ["mps", "vod"]
    assert told["rows"][1] == {
        "source": "点播",
        "tasks": 600,
        "failed_rate": None,
        "last_at": None,
        "error": None,
    }
