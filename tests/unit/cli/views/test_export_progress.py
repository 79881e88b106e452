"""Progress of an export: a bar on a terminal, a line for each day in a pipe."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from syncer.cli.views.export_progress import export_progress
from syncer.reporting.export import (
    Action,
    DayCompleteness,
    DayReport,
    DayState,
    days_between,
)
from tests.support.terminal import FakeTerminal

DAYS = list(days_between(date(2026, 11, 1), date(2026, 11, 5), ZoneInfo("UTC")))
COMPLETE = DayCompleteness(DayState.COMPLETE)
LOST = DayCompleteness(DayState.GAP, "lost: vod")
OPEN = DayCompleteness(DayState.PROVISIONAL, "tasks are open")


def make_reports(days: Sequence[DayCompleteness]) -> list[DayReport]:
    return [
        DayReport(day, Action.WRITTEN if number % 2 else Action.UNCHANGED, 1_000 * number, completeness)
        for number, (day, completeness) in enumerate(zip(DAYS, days, strict=False))
    ]


def test_line_for_each_day() -> None:
    out = io.StringIO()
    with export_progress(2, out) as progress:
        progress.writing(DAYS[0], 5_000)
        for report in make_reports([COMPLETE, LOST]):
            progress.ended(report)
    assert out.getvalue().splitlines() == [
        "2026-11-01: 0 rows unchanged, complete",
        "2026-11-02: 1,000 rows written, gap (lost: vod)",
    ]


def test_bar_shows_the_current_day() -> None:
    out = FakeTerminal()
    with export_progress(2, out) as progress:
        progress.writing(DAYS[0], 5_000)
        for report in make_reports([COMPLETE, LOST]):
            progress.ended(report)
    assert "2026-11-02  1,000 rows written" in out.getvalue()
    assert "2/2" in out.getvalue()
