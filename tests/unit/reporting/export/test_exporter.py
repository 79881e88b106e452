"""Files are whole or as they were, and are written again only where their rows are others."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from syncer.errors import ConfigurationError, SyncerError
from syncer.reporting.export import (
    Action,
    Dataset,
    DayBasis,
    DayReport,
    ExportFolder,
    ExportSpec,
    Finality,
    Format,
    Selection,
    days_between,
    export_days,
    plan_days,
)
from syncer.reporting.export.atomic_files import lock_folder
from tests.unit.reporting.export.fake_export_source import FakeExportSource

ONE, TWO = date(2026, 11, 1), date(2026, 11, 2)
UTC_ZONE = ZoneInfo("UTC")


@pytest.fixture
def ledger() -> FakeExportSource:
    return FakeExportSource({ONE: [(1, "甲"), (2, None), (3, "")], TWO: []})


def folder(into: Path, **other: Any) -> ExportFolder:
    selection = Selection(
        **{"dataset": Dataset.TASKS, "by": DayBasis.CREATED, "sources": other.pop("sources", ())}
    )
    return ExportFolder(into, ExportSpec(selection, **{"format": Format.CSV, "time_zone": "UTC", **other}))


def export(ledger: FakeExportSource, into: Path, *, last: date = TWO, **options: Any) -> list[DayReport]:
    return list(export_days(ledger, folder(into), days_between(ONE, last, UTC_ZONE), **options))


def plan(ledger: FakeExportSource, into: Path, **options: Any) -> list[DayReport]:
    return list(plan_days(ledger, folder(into), days_between(ONE, TWO, UTC_ZONE), **options))


def actions(reports: list[DayReport]) -> list[Action]:
    return [report.action for report in reports]


def part(into: Path, on: date = ONE) -> Path:
    return into / "tasks" / f"day={on}" / "part.csv"


def files(into: Path) -> set[str]:
    return {str(path.relative_to(into)) for path in into.rglob("*") if path.is_file()}


def test_each_day_has_a_file_an_empty_one_too(ledger: FakeExportSource, tmp_path: Path) -> None:
    reports = export(ledger, tmp_path)
    assert [(report.action, report.rows, report.verdict.state) for report in reports] == [
        (Action.WRITTEN, 3, Finality.COMPLETE),
        (Action.WRITTEN, 0, Finality.COMPLETE),
    ]
    assert part(tmp_path).read_bytes() == 'task_key,name\r\n1,甲\r\n2,\r\n3,""\r\n'.encode()
    assert part(tmp_path, TWO).read_bytes() == b"task_key,name\r\n"
    expected = {"tasks/_export.json", "tasks/day=2026-11-01/part.csv", "tasks/day=2026-11-02/part.csv"}
    assert files(tmp_path) == expected


def test_unchanged_days_are_not_read_again(ledger: FakeExportSource, tmp_path: Path) -> None:
    export(ledger, tmp_path)
    ledger.read.clear()
    before = part(tmp_path).stat().st_ino
    assert actions(export(ledger, tmp_path)) == [Action.UNCHANGED, Action.UNCHANGED]
    assert ledger.read == []
    assert part(tmp_path).stat().st_ino == before


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows.append((4, "new")),
        lambda rows: rows.pop(),
        lambda rows: rows.__setitem__(0, (1, "乙")),
    ],
    ids=["more", "fewer", "another value"],
)
def test_changed_days_are_written_again(
    change: Callable[[list[Any]], object], ledger: FakeExportSource, tmp_path: Path
) -> None:
    export(ledger, tmp_path)
    change(ledger.days[ONE])
    assert actions(plan(ledger, tmp_path)) == [Action.WRITTEN, Action.UNCHANGED]
    assert actions(export(ledger, tmp_path)) == [Action.WRITTEN, Action.UNCHANGED]
    assert len(part(tmp_path).read_text().splitlines()) == 1 + len(ledger.days[ONE])


def test_again_writes_every_day(ledger: FakeExportSource, tmp_path: Path) -> None:
    export(ledger, tmp_path)
    assert actions(plan(ledger, tmp_path, again=True)) == [Action.WRITTEN, Action.WRITTEN]
    assert actions(export(ledger, tmp_path, again=True)) == [Action.WRITTEN, Action.WRITTEN]


@pytest.mark.parametrize("harm", [Path.unlink, lambda path: path.write_text("cut")], ids=["gone", "cut"])
def test_harmed_files_are_written_again(
    harm: Callable[[Path], object], ledger: FakeExportSource, tmp_path: Path
) -> None:
    export(ledger, tmp_path)
    harm(part(tmp_path))
    assert actions(export(ledger, tmp_path)) == [Action.WRITTEN, Action.UNCHANGED]


def test_state_is_noted_anew_where_the_rows_are_the_same(ledger: FakeExportSource, tmp_path: Path) -> None:
    ledger.open_tasks = 1
    export(ledger, tmp_path)
    account = tmp_path / "tasks" / "_export.json"
    first = json.loads(account.read_text())["days"]["2026-11-01"]
    assert (first["state"], first["reason"]) == ("provisional", "tasks are open")
    ledger.open_tasks = 0
    export(ledger, tmp_path)
    second = json.loads(account.read_text())["days"]["2026-11-01"]
    assert (second["state"], second["exported_at"]) == ("complete", first["exported_at"])


def test_plan_touches_nothing(ledger: FakeExportSource, tmp_path: Path) -> None:
    assert [report.rows for report in plan(ledger, tmp_path)] == [3, 0]
    assert list(tmp_path.iterdir()) == []


def test_interrupted_day_leaves_its_former_file(ledger: FakeExportSource, tmp_path: Path) -> None:
    export(ledger, tmp_path)
    before = part(tmp_path).read_bytes()
    ledger.days[ONE].append((4, "new"))

    def interrupt(rows: Any) -> None:
        if rows[0][0] == 3:
            raise KeyboardInterrupt

    ledger.reading = interrupt
    with pytest.raises(KeyboardInterrupt):
        export(ledger, tmp_path)
    assert part(tmp_path).read_bytes() == before
    assert not [path for path in files(tmp_path) if "tmp" in path]


def test_killed_export_goes_on_where_it_was(ledger: FakeExportSource, tmp_path: Path) -> None:
    ledger.days[TWO] = [(9, "later")]
    export(ledger, tmp_path, last=ONE)
    part(tmp_path, TWO).parent.mkdir()
    leftover = part(tmp_path, TWO).with_name(".part.csv.tmp")
    leftover.write_text("half of it")
    assert actions(export(ledger, tmp_path)) == [Action.UNCHANGED, Action.WRITTEN]
    assert not leftover.exists()


@pytest.mark.parametrize(
    ("other", "named"),
    [
        ({"format": Format.NDJSON}, "format: csv"),
        ({"time_zone": "Asia/Shanghai"}, "time_zone: UTC"),
        ({"sources": ("vod",)}, "sources: all of them"),
    ],
    ids=["format", "time zone", "sources"],
)
def test_another_export_is_not_mixed_in(
    other: dict[str, Any], named: str, ledger: FakeExportSource, tmp_path: Path
) -> None:
    export(ledger, tmp_path)
    with pytest.raises(ConfigurationError, match=rf"holds another export \({named}\): take another --into"):
        folder(tmp_path, **other)


def test_damaged_account_says_what_to_do(ledger: FakeExportSource, tmp_path: Path) -> None:
    export(ledger, tmp_path)
    (tmp_path / "tasks" / "_export.json").write_text("{")
    with pytest.raises(ConfigurationError, match=r"_export\.json is damaged: remove it"):
        folder(tmp_path)


def test_two_exports_do_not_share_a_folder(ledger: FakeExportSource, tmp_path: Path) -> None:
    with (
        lock_folder(tmp_path / "tasks"),
        pytest.raises(ConfigurationError, match="another export is writing"),
    ):
        export(ledger, tmp_path)
    assert actions(export(ledger, tmp_path)) == [Action.WRITTEN, Action.WRITTEN]


def test_folder_that_cannot_be_written_is_one_line(ledger: FakeExportSource, tmp_path: Path) -> None:
    (tmp_path / "tasks").write_text("a file")
    with pytest.raises(SyncerError, match=r"^cannot write into .*tasks: "):
        export(ledger, tmp_path)


def test_files_can_be_read_by_others(ledger: FakeExportSource, tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        export(ledger, tmp_path)
    finally:
        os.umask(before)
    assert part(tmp_path).stat().st_mode & 0o777 == 0o644


def test_rows_are_not_gathered(tmp_path: Path) -> None:
    """A chunk is written before the next one is read, however many there are."""
    ledger = FakeExportSource({ONE: [(number, "x" * 1000) for number in range(400)]}, chunk=10)
    seen: list[tuple[int, int]] = []
    read = 0

    def count(rows: Any) -> None:
        nonlocal read
        read += len(rows)

    ledger.reading = count
    export(ledger, tmp_path, last=ONE, watch=lambda _, written: seen.append((read, written)))
    assert seen == [(number, number) for number in range(10, 401, 10)]
