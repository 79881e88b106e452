"""Values become cells, and columns go where there is no room for them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from syncer.cli.views.report_columns import (
    ReportBar,
    ReportColumn,
    bars_of,
    cell,
    columns_of,
    columns_that_fit,
    fit_layout,
    heading,
)
from syncer.reporting.reports import ShippedReport
from syncer.storage.read.reports import ReportResult


def make_report(**overrides: object) -> ShippedReport:
    values: dict[str, object] = {"name": "r", "title": "R", "description": "Tells.", "sql": ""}
    return ShippedReport(**(values | overrides))  # type: ignore[arg-type]


def make_answer(columns: str, *rows: tuple[object, ...]) -> ReportResult:
    return ReportResult(
        columns=tuple(columns.split()),
        rows=rows,
        time_zone="Asia/Shanghai",
        sources=("mps", "vod"),
        is_all_sources=True,
    )


def make_column(name: str, *cells: str, is_words: bool = False) -> ReportColumn:
    return ReportColumn(name=name, heading=name, cells=cells, is_right=False, is_words=is_words)


@pytest.mark.parametrize(
    ("name", "value", "written"),
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
def test_cell_reads_well(name: str, value: object, written: str) -> None:
    assert cell(name, value) == written


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("task_type", "task type"),
        ("age_seconds", "age"),
        ("queue_seconds_p95", "queue p95"),
        ("seconds_p50", "p50"),
        ("failed_rate", "failed %"),
        ("is_complete", "complete"),
    ],
)
def test_heading_leaves_out_what_the_cells_say(name: str, written: str) -> None:
    assert heading(name) == written


def test_numbers_durations_and_rates_stand_to_the_right() -> None:
    answer = make_answer("source tasks age_seconds failed_rate is_complete", ("mps", 5, None, None, True))
    columns = columns_of(make_report(), answer)
    assert [column.is_right for column in columns] == [False, True, True, True, False]


def test_bars_are_shares_of_the_longest() -> None:
    answer = make_answer(
        "tasks failed is_complete", (8, 2, True), (4, None, True), (None, None, True), (2, 0, False)
    )
    report = make_report(bar=("tasks", "failed"))
    assert bars_of(report, answer) == (
        ReportBar(1.0, 0.25),
        ReportBar(0.5),
        ReportBar(0.0),
        ReportBar(0.25, is_open=True),
    )


@pytest.mark.parametrize("rows", [(), ((0,), (None,))], ids=["no rows", "nothing but zeros"])
def test_there_are_no_bars_without_a_longest(rows: tuple[tuple[object, ...], ...]) -> None:
    assert bars_of(make_report(bar=("tasks",)), make_answer("tasks", *rows)) == ()


def test_report_without_a_bar_has_none() -> None:
    assert bars_of(make_report(), make_answer("tasks", (1,))) == ()


@pytest.mark.parametrize(
    ("room", "kept"),
    [
        (34, ("a", "b", "c")),
        (33, ("a", "c")),
        (22, ("a", "c")),
        (21, ("a",)),
        (10, ("a",)),
        (9, ()),
    ],
)
def test_spare_columns_go_in_their_order(room: int, kept: tuple[str, ...]) -> None:
    assert columns_that_fit({"a": 10, "b": 10, "c": 10}, ("b", "c"), room) == kept


def test_bars_go_before_all_columns_unless_told() -> None:
    columns = [make_column("a", "x" * 10), make_column("b", "x" * 10)]
    found = fit_layout(columns, spare=("b",), room=31, has_bars=True)
    assert found is not None
    assert ([column.name for column in found.columns], found.bar) == (["a", "b"], 0)
    found = fit_layout(columns, spare=("b", "bar"), room=31, has_bars=True)
    assert found is not None
    assert ([column.name for column in found.columns], found.bar) == (["a"], 19)


def test_bars_are_no_longer_than_they_need_be() -> None:
    found = fit_layout([make_column("a", "x")], spare=(), room=500, has_bars=True)
    assert found is not None
    assert found.bar == 40


def test_words_give_way_before_any_column_does() -> None:
    columns = [make_column("a", "x" * 10), make_column("error", "w" * 90, is_words=True)]
    found = fit_layout(columns, spare=("a",), room=40, has_bars=True)
    assert found is not None
    assert ([column.name for column in found.columns], found.bar) == (["a", "error"], 8)


def test_nothing_fits_where_what_cannot_be_spared_does_not() -> None:
    assert fit_layout([make_column("a", "x" * 50)], spare=("b",), room=40, has_bars=True) is None
