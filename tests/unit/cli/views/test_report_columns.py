"""Columns of a report: headings, cells, alignment and bars."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from syncer.cli.views.report_columns import (
    ReportBar,
    ReportColumn,
    cell,
    heading,
    report_bars,
    report_columns,
)
from syncer.reporting.reports import ShippedReport
from syncer.storage.read.reports import ReportResult


def make_report(**overrides: object) -> ShippedReport:
    values: dict[str, object] = {"name": "r", "title": "R", "description": "D.", "sql": ""}
    return ShippedReport(**(values | overrides))  # type: ignore[arg-type]


def make_result(columns: str, *rows: tuple[object, ...]) -> ReportResult:
    return ReportResult(
        columns=tuple(columns.split()),
        rows=rows,
        time_zone="Asia/Shanghai",
        sources=("mps", "vod"),
        is_all_sources=True,
    )


def make_column(name: str, *cells: str, is_shortenable: bool = False) -> ReportColumn:
    return ReportColumn(name=name, heading=name, cells=cells, is_right=False, is_shortenable=is_shortenable)


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("tasks", None, "-"),
        ("tasks", 1234567, "1,234,567"),
        ("age_seconds", 93784.5, "1d 2h"),
        ("queue_seconds_p95", 0.25, "0.25s"),
        ("seconds_p50", 60.0, "1m"),
        ("failed_rate", 0.125, "12.5"),
        ("failed_rate", 0.0, "0.0"),
        ("is_complete", False, "no"),
        ("day", date(2026, 3, 1), "2026-03-01"),
        ("lost_at", datetime(2026, 3, 1, 9, 30, 59, tzinfo=UTC), "2026-03-01 09:30"),
        ("error", "two\n  lines", "two lines"),
        ("error", "\x1b[31mred\x07", "[31mred"),
        ("error", "没有 文件", "没有 文件"),
    ],
)
def test_cell_text_depends_on_the_column_name(name: str, value: object, text: str) -> None:
    assert cell(name, value) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("task_type", "task type"),
        ("age_seconds", "age"),
        ("queue_seconds_p95", "queue p95"),
        ("seconds_p50", "p50"),
        ("failed_rate", "failed %"),
        ("is_complete", "complete"),
    ],
)
def test_heading_omits_the_unit(name: str, text: str) -> None:
    assert heading(name) == text


def test_numbers_durations_and_rates_are_right_aligned() -> None:
    result = make_result("source tasks age_seconds failed_rate is_complete", ("mps", 5, None, None, True))
    columns = report_columns(make_report(), result)
    assert [column.is_right for column in columns] == [False, True, True, True, False]


def test_bars_are_relative_to_the_largest_value() -> None:
    result = make_result(
        "tasks failed is_complete", (8, 2, True), (4, None, True), (None, None, True), (2, 0, False)
    )
    report = make_report(bar=("tasks", "failed"))
    assert report_bars(report, result) == (
        ReportBar(1.0, 0.25),
        ReportBar(0.5),
        ReportBar(0.0),
        ReportBar(0.25, is_open=True),
    )


@pytest.mark.parametrize("rows", [(), ((0,), (None,))], ids=["no rows", "only zeros"])
def test_no_bars_without_a_positive_value(rows: tuple[tuple[object, ...], ...]) -> None:
    assert report_bars(make_report(bar=("tasks",)), make_result("tasks", *rows)) == ()


def test_no_bars_where_the_report_defines_none() -> None:
    assert report_bars(make_report(), make_result("tasks", (1,))) == ()
