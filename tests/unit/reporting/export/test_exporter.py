"""Files are replaced completely or not at all, and only if the rows of their day changed."""

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
    DayReport,
    DayState,
    ExportFolder,
    ExportSpec,
    Format,
    PartitionBy,
    Selection,
    days_between,
    export_days,
    plan_days,
)
from syncer.reporting.export.atomic_files import lock_folder
from tests.unit.reporting.export.fake_export_database import FakeExportDatabase

ONE, TWO = date(2026, 11, 1), date(2026, 11, 2)
UTC_ZONE = ZoneInfo("UTC")


@pytest.fixture
def database() -> FakeExportDatabase:
    return FakeExportDatabase({ONE: [(1, "甲"), (2, None), (3, "")], TWO: []})


def folder(into: Path, **other: Any) -> ExportFolder:
    selection = Selection(
        **{"dataset": Dataset.TASKS, "by": PartitionBy.CREATED, "sources": other.pop("sources", ())}
    )
    return ExportFolder(into, ExportSpec(selection, **{"format": Format.CSV, "time_zone": "UTC", **other}))


def export(database: FakeExportDatabase, into: Path, *, last: date = TWO, **options: Any) -> list[DayReport]:
    return list(export_days(database, folder(into), days_between(ONE, last, UTC_ZONE), **options))


def plan(database: FakeExportDatabase, into: Path, **options: Any) -> list[DayReport]:
    return list(plan_days(database, folder(into), days_between(ONE, TWO, UTC_ZONE), **options))


def actions(reports: list[DayReport]) -> list[Action]:
    return [report.action for report in reports]


def part_path(into: Path, on: date = ONE) -> Path:
    return into / "tasks" / f"day={on}" / "part.csv"


def files(into: Path) -> set[str]:
    return {str(path.relative_to(into)) for path in into.rglob("*") if path.is_file()}


def test_each_day_has_a_file_even_without_rows(database: FakeExportDatabase, tmp_path: Path) -> None:
    reports = export(database, tmp_path)
    assert [(report.action, report.rows, report.completeness.state) for report in reports] == [
        (Action.WRITTEN, 3, DayState.COMPLETE),
        (Action.WRITTEN, 0, DayState.COMPLETE),
    ]
    assert part_path(tmp_path).read_bytes() == 'task_key,name\r\n1,甲\r\n2,\r\n3,""\r\n'.encode()
    assert part_path(tmp_path, TWO).read_bytes() == b"task_key,name\r\n"
    expected = {"tasks/_export.json", "tasks/day=2026-11-01/part.csv", "tasks/day=2026-11-02/part.csv"}
    assert files(tmp_path) == expected


def test_unchanged_days_are_not_read_again(database: FakeExportDatabase, tmp_path: Path) -> None:
    export(database, tmp_path)
    database.days_read.clear()
    before = part_path(tmp_path).stat().st_ino
    assert actions(export(database, tmp_path)) == [Action.UNCHANGED, Action.UNCHANGED]
    assert database.days_read == []
    assert part_path(tmp_path).stat().st_ino == before


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
    change: Callable[[list[Any]], object], database: FakeExportDatabase, tmp_path: Path
) -> None:
    export(database, tmp_path)
    change(database.days[ONE])
    assert actions(plan(database, tmp_path)) == [Action.WRITTEN, Action.UNCHANGED]
    assert actions(export(database, tmp_path)) == [Action.WRITTEN, Action.UNCHANGED]
    assert len(part_path(tmp_path).read_text().splitlines()) == 1 + len(database.days[ONE])


def test_again_writes_every_day(database: FakeExportDatabase, tmp_path: Path) -> None:
    export(database, tmp_path)
    assert actions(plan(database, tmp_path, again=True)) == [Action.WRITTEN, Action.WRITTEN]
    assert actions(export(database, tmp_path, again=True)) == [Action.WRITTEN, Action.WRITTEN]


@pytest.mark.parametrize(
    "damage", [Path.unlink, lambda path: path.write_text("x")], ids=["missing", "truncated"]
)
def test_damaged_files_are_written_again(
    damage: Callable[[Path], object], database: FakeExportDatabase, tmp_path: Path
) -> None:
    export(database, tmp_path)
    damage(part_path(tmp_path))
    assert actions(export(database, tmp_path)) == [Action.WRITTEN, Action.UNCHANGED]


def test_state_is_updated_for_unchanged_rows(database: FakeExportDatabase, tmp_path: Path) -> None:
    database.open_tasks = 1
    export(database, tmp_path)
    manifest = tmp_path / "tasks" / "_export.json"
    first = json.loads(manifest.read_text())["days"]["2026-11-01"]
    assert (first["state"], first["reason"]) == ("provisional", "tasks are open")
    database.open_tasks = 0
    export(database, tmp_path)
    second = json.loads(manifest.read_text())["days"]["2026-11-01"]
    assert (second["state"], second["exported_at"]) == ("complete", first["exported_at"])


def test_plan_writes_nothing(database: FakeExportDatabase, tmp_path: Path) -> None:
    assert [report.rows for report in plan(database, tmp_path)] == [3, 0]
    assert list(tmp_path.iterdir()) == []


def test_interrupted_export_keeps_the_former_file(database: FakeExportDatabase, tmp_path: Path) -> None:
    export(database, tmp_path)
    before = part_path(tmp_path).read_bytes()
    database.days[ONE].append((4, "new"))

    def interrupt(rows: Any) -> None:
        if rows[0][0] == 3:
            raise KeyboardInterrupt

    database.on_chunk = interrupt
    with pytest.raises(KeyboardInterrupt):
        export(database, tmp_path)
    assert part_path(tmp_path).read_bytes() == before
    assert not [path for path in files(tmp_path) if "tmp" in path]


def test_export_continues_after_a_kill(database: FakeExportDatabase, tmp_path: Path) -> None:
    database.days[TWO] = [(9, "later")]
    export(database, tmp_path, last=ONE)
    part_path(tmp_path, TWO).parent.mkdir()
    leftover = part_path(tmp_path, TWO).with_name(".part.csv.tmp")
    leftover.write_text("unfinished")
    assert actions(export(database, tmp_path)) == [Action.UNCHANGED, Action.WRITTEN]
    assert not leftover.exists()


@pytest.mark.parametrize(
    ("other", "difference"),
    [
        ({"format": Format.NDJSON}, "format: csv"),
        ({"time_zone": "Asia/Shanghai"}, "time_zone: UTC"),
        ({"sources": ("vod",)}, "sources: all"),
    ],
    ids=["format", "time zone", "sources"],
)
def test_folder_of_another_export_is_refused(
    other: dict[str, Any], difference: str, database: FakeExportDatabase, tmp_path: Path
) -> None:
    export(database, tmp_path)
    with pytest.raises(ConfigurationError, match=rf"holds another export \({difference}\): use another"):
        folder(tmp_path, **other)


@pytest.mark.parametrize("escaped", [False, True])
def test_folder_has_escaped_formulas_or_none(
    escaped: bool, database: FakeExportDatabase, tmp_path: Path
) -> None:
    database.days[ONE][0] = (1, "=1+1")
    list(export_days(database, folder(tmp_path, escape_formulas=escaped), days_between(ONE, ONE, UTC_ZONE)))
    assert ("1,'=1+1\r\n" in part_path(tmp_path).read_bytes().decode()) is escaped
    assert folder(tmp_path, escape_formulas=escaped)
    words = "with" if escaped else "without"
    with pytest.raises(
        ConfigurationError, match=rf"another export \({words} escaped formulas\): use another"
    ):
        folder(tmp_path, escape_formulas=not escaped)


def test_damaged_manifest_is_explained(database: FakeExportDatabase, tmp_path: Path) -> None:
    export(database, tmp_path)
    (tmp_path / "tasks" / "_export.json").write_text("{")
    with pytest.raises(ConfigurationError, match=r"_export\.json is damaged: remove it"):
        folder(tmp_path)


def test_second_export_to_a_folder_is_refused(database: FakeExportDatabase, tmp_path: Path) -> None:
    with (
        lock_folder(tmp_path / "tasks"),
        pytest.raises(ConfigurationError, match="another export is writing to"),
    ):
        export(database, tmp_path)
    assert actions(export(database, tmp_path)) == [Action.WRITTEN, Action.WRITTEN]


def test_unwritable_folder_is_explained(database: FakeExportDatabase, tmp_path: Path) -> None:
    (tmp_path / "tasks").write_text("a file")
    with pytest.raises(SyncerError, match=r"^cannot write to .*tasks: "):
        export(database, tmp_path)


def test_files_are_readable_by_other_users(database: FakeExportDatabase, tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        export(database, tmp_path)
    finally:
        os.umask(before)
    assert part_path(tmp_path).stat().st_mode & 0o777 == 0o644


def test_rows_are_not_collected_in_memory(tmp_path: Path) -> None:
    """Each chunk is written before the next one is read."""
    database = FakeExportDatabase({ONE: [(number, "x" * 1000) for number in range(400)]}, chunk=10)
    seen: list[tuple[int, int]] = []
    read = 0

    def count(rows: Any) -> None:
        nonlocal read
        read += len(rows)

    database.on_chunk = count
    export(database, tmp_path, last=ONE, on_rows=lambda _, written: seen.append((read, written)))
    assert seen == [(number, number) for number in range(10, 401, 10)]
