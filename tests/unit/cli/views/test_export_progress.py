"""What an export shows: a bar where somebody looks, a line a day elsewhere, and what is not final."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from syncer.cli.views.export_progress import day_table, export_progress, headline, stretch_table, total_line
from syncer.cli.views.text_table import plain_lines
from syncer.reporting.export import (
    Action,
    Dataset,
    DayCompleteness,
    DayReport,
    DayState,
    ExportFolder,
    ExportSpec,
    Format,
    PartitionBy,
    Selection,
    days_between,
)

DAYS = list(days_between(date(2026, 11, 1), date(2026, 11, 5), ZoneInfo("UTC")))
COMPLETE = DayCompleteness(DayState.COMPLETE)
LOST = DayCompleteness(DayState.GAP, "lost: vod")
OPEN = DayCompleteness(DayState.PROVISIONAL, "tasks are open")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def reports(results: Sequence[DayCompleteness]) -> list[DayReport]:
    return [
        DayReport(day, Action.WRITTEN if number % 2 else Action.UNCHANGED, 1_000 * number, completeness)
        for number, (day, completeness) in enumerate(zip(DAYS, results, strict=False))
    ]


def test_lines_tell_of_each_day() -> None:
    out = io.StringIO()
    with export_progress(2, out) as view:
        view.writing(DAYS[0], 5_000)
        for report in reports([COMPLETE, LOST]):
            view.ended(report)
    assert out.getvalue().splitlines() == [
        "2026-11-01: 0 rows unchanged, complete",
        "2026-11-02: 1,000 rows written, gap (lost: vod)",
    ]


def test_bar_tells_the_day_under_way() -> None:
    out = Terminal()
    with export_progress(2, out) as view:
        view.writing(DAYS[0], 5_000)
        for report in reports([COMPLETE, LOST]):
            view.ended(report)
    assert "2026-11-02  1,000 rows written" in out.getvalue()
    assert "2/2" in out.getvalue()


def test_neighbours_with_the_same_lack_are_one_row() -> None:
    lines = plain_lines(stretch_table(reports([LOST, LOST, COMPLETE, OPEN, LOST])))
    assert [line.split() for line in lines[1:]] == [
        ["2026-11-01", "2026-11-02", "2", "gap", "lost:", "vod"],
        ["2026-11-04", "2026-11-04", "1", "provisional", "tasks", "are", "open"],
        ["2026-11-05", "2026-11-05", "1", "gap", "lost:", "vod"],
    ]


def test_days_are_shown_before_they_are_written() -> None:
    lines = plain_lines(day_table(reports([COMPLETE, OPEN])))
    assert lines[1].split() == ["2026-11-01", "0", "unchanged", "complete", "-"]
    assert lines[2].split()[:4] == ["2026-11-02", "1,000", "written", "provisional"]


def test_total_counts_what_was_written() -> None:
    some = reports([COMPLETE] * 4)
    assert total_line(some, is_dry=False) == "days: 2 written (4,000 rows), 2 unchanged"
    assert total_line(some, is_dry=True) == "days: 2 to write (4,000 rows), 2 unchanged"


def test_headline_tells_which_rows_are_where(tmp_path: Path) -> None:
    selection = Selection(dataset=Dataset.VERSIONS, by=PartitionBy.OBSERVED, sources=("vod",))
    folder = ExportFolder(tmp_path, ExportSpec(selection, Format.CSV, "Asia/Shanghai"))
    assert headline(folder) == (
        f"versions of vod by day of observation (Asia/Shanghai) in {tmp_path / 'versions'}"
    )
