"""The export of days, one after the other: compare with the manifest, write the file, update the manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from syncer.reporting.export.atomic_files import atomic_file, explain_os_errors
from syncer.reporting.export.completeness import DayCompleteness, day_completeness
from syncer.reporting.export.days import Day
from syncer.reporting.export.formats import open_writer
from syncer.reporting.export.manifest import ExportFolder, ManifestEntry
from syncer.reporting.export.types import ExportColumn, ExportDatabase, ExportSnapshot, RowChecksum

#: Progress callback: a day, and the number of its rows written so far.
OnRows = Callable[[Day, int], None]


class Action(StrEnum):
    """What was done for a day, or would be done."""

    WRITTEN = "written"
    #: The file already holds the rows of the database.
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class DayReport:
    """The result for a day."""

    day: Day
    action: Action
    rows: int
    completeness: DayCompleteness


def plan_days(
    database: ExportDatabase, folder: ExportFolder, days: Iterable[Day], *, again: bool = False
) -> Iterator[DayReport]:
    """What `export_days` would do now. Writes nothing and creates no folder."""
    selection = folder.spec.selection
    for day in days:
        with database.snapshot(selection, day) as snapshot:
            checksum = snapshot.row_checksum()
            is_written = again or _differs(folder.entry(day), checksum)
            completeness = day_completeness(selection, day, snapshot.facts)
        yield DayReport(day, Action.WRITTEN if is_written else Action.UNCHANGED, checksum.rows, completeness)


def export_days(
    database: ExportDatabase,
    folder: ExportFolder,
    days: Iterable[Day],
    *,
    again: bool = False,
    on_rows: OnRows | None = None,
) -> Iterator[DayReport]:
    """Write each day whose rows differ from its file, or every day if `again`; yield the result of each.

    Each file holds all rows of its day in one snapshot of the database; it is replaced completely or not at
    all. Raises ConfigurationError if another export writes to the folder, SyncerError if it is not writable,
    and the errors of `database`.
    """
    columns = database.columns(folder.spec.selection)
    with explain_os_errors(folder.path), folder.locked():
        for day in days:
            yield _export(database, folder, day, columns, again=again, on_rows=on_rows or _ignore_rows)


def _export(
    database: ExportDatabase,
    folder: ExportFolder,
    day: Day,
    columns: Sequence[ExportColumn],
    *,
    again: bool,
    on_rows: OnRows,
) -> DayReport:
    selection, former = folder.spec.selection, folder.entry(day)
    with database.snapshot(selection, day) as snapshot:
        completeness = day_completeness(selection, day, snapshot.facts)
        if former and not again and not _differs(former, snapshot.row_checksum()):
            action, checksum, exported_at = Action.UNCHANGED, _checksum_of(former), former.exported_at
        else:
            checksum = _write(snapshot, folder, day, columns, on_rows)
            action, exported_at = Action.WRITTEN, snapshot.facts.now_at.isoformat()
    entry = ManifestEntry(
        rows=checksum.rows,
        checksum=_hex(checksum),
        bytes=folder.part_path(day).stat().st_size,
        exported_at=exported_at,
        state=completeness.state,
        reason=completeness.reason,
    )
    if entry != former:
        folder.save_entry(day, entry)
    return DayReport(day, action, checksum.rows, completeness)


def _write(
    snapshot: ExportSnapshot, folder: ExportFolder, day: Day, columns: Sequence[ExportColumn], on_rows: OnRows
) -> RowChecksum:
    rows = checksum = 0
    with atomic_file(folder.part_path(day)) as file:
        writer = open_writer(folder.spec.format, file, columns, escape_formulas=folder.spec.escape_formulas)
        for chunk in snapshot.chunks():
            writer.write(chunk.rows)
            rows += len(chunk.rows)
            checksum ^= chunk.checksum
            on_rows(day, rows)
        writer.close()
    return RowChecksum(rows, checksum)


def _differs(entry: ManifestEntry | None, checksum: RowChecksum) -> bool:
    return entry is None or (entry.rows, entry.checksum) != (checksum.rows, _hex(checksum))


def _checksum_of(entry: ManifestEntry) -> RowChecksum:
    return RowChecksum(entry.rows, int(entry.checksum, 16))


def _hex(checksum: RowChecksum) -> str:
    """The checksum in hexadecimal: many JSON parsers cannot read integers beyond 2^53."""
    return f"{checksum.checksum:x}"


def _ignore_rows(_day: Day, _rows: int) -> None:
    """Default progress callback: does nothing."""
