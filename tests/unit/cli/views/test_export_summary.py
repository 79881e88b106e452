"""Summary of an export: headline, tables of days, total."""

from __future__ import annotations

from pathlib import Path

from syncer.cli.views.export_summary import day_table, headline, incomplete_days_table, total_line
from syncer.cli.views.text_table import plain_lines
from syncer.reporting.export import Dataset, ExportFolder, ExportSpec, Format, PartitionBy, Selection
from tests.unit.cli.views.test_export_progress import COMPLETE, LOST, OPEN, make_reports


def test_consecutive_days_with_one_reason_are_one_row() -> None:
    lines = plain_lines(incomplete_days_table(make_reports([LOST, LOST, COMPLETE, OPEN, LOST])))
    assert [line.split() for line in lines[1:]] == [
        ["2026-11-01", "2026-11-02", "2", "gap", "lost:", "vod"],
        ["2026-11-04", "2026-11-04", "1", "provisional", "tasks", "are", "open"],
        ["2026-11-05", "2026-11-05", "1", "gap", "lost:", "vod"],
    ]


def test_dry_run_shows_each_day() -> None:
    lines = plain_lines(day_table(make_reports([COMPLETE, OPEN])))
    assert lines[1].split() == ["2026-11-01", "0", "unchanged", "complete", "-"]
    assert lines[2].split()[:4] == ["2026-11-02", "1,000", "written", "provisional"]


def test_total_line_counts_written_days_and_rows() -> None:
    reports = make_reports([COMPLETE] * 4)
    assert total_line(reports, is_dry=False) == "days: 2 written (4,000 rows), 2 unchanged"
    assert total_line(reports, is_dry=True) == "days: 2 to write (4,000 rows), 2 unchanged"


def test_headline_names_dataset_sources_and_folder(tmp_path: Path) -> None:
    selection = Selection(dataset=Dataset.VERSIONS, by=PartitionBy.OBSERVED, sources=("vod",))
    folder = ExportFolder(tmp_path, ExportSpec(selection, Format.CSV, "Asia/Shanghai"))
    assert headline(folder) == (
        f"versions of vod by day of observation (Asia/Shanghai) in {tmp_path / 'versions'}"
    )
