"""Exports day by day: looks what is there, decides, writes, notes it. The order of these, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from syncer.reporting.export.atomic_files import atomic_file, explain_os_errors
from syncer.reporting.export.completeness import DayState, day_state
from syncer.reporting.export.days import Day
from syncer.reporting.export.formats import open_writer
from syncer.reporting.export.manifest import ExportFolder, ManifestEntry
from syncer.reporting.export.types import ExportColumn, ExportSnapshot, ExportSource, RowChecksum

#: Is told of each day how many of its rows were written by now.
Watch = Callable[[Day, int], None]


class Action(StrEnum):
    """What was done about a day, or would be."""

    WRITTEN = "written"
    #: The file has the very rows that the database has.
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class DayReport:
    """What came of a day."""

    day: Day
    action: Action
    rows: int
    verdict: DayState


def plan_days(
    ledger: ExportSource, folder: ExportFolder, days: Iterable[Day], *, again: bool = False
) -> Iterator[DayReport]:
    """What `export_days` would do at the moment. Writes nothing and makes no folder."""
    selection = folder.terms.selection
    for day in days:
        with ledger.day(selection, day) as snapshot:
            row_checksum = snapshot.row_checksum()
            is_written = again or _differs(folder.entry(day), row_checksum)
            verdict = day_state(selection, day, snapshot.facts)
        yield DayReport(day, Action.WRITTEN if is_written else Action.UNCHANGED, row_checksum.rows, verdict)


def export_days(
    ledger: ExportSource,
    folder: ExportFolder,
    days: Iterable[Day],
    *,
    again: bool = False,
    watch: Watch | None = None,
) -> Iterator[DayReport]:
    """Write each day whose rows are not what its file holds, or every day if `again`.

    Each file is of one moment and holds all rows of its day at that moment; it is either written whole or
    left as it was. Raises SyncerError where the folder cannot be written, and what the ledger raises.
    """
    columns = ledger.columns(folder.terms.selection)
    with explain_os_errors(folder.path), folder.writing():
        for day in days:
            yield _export(ledger, folder, day, columns, again=again, watch=watch or _unwatched)


def _export(
    ledger: ExportSource,
    folder: ExportFolder,
    day: Day,
    columns: Sequence[ExportColumn],
    *,
    again: bool,
    watch: Watch,
) -> DayReport:
    selection, former = folder.terms.selection, folder.entry(day)
    with ledger.day(selection, day) as snapshot:
        verdict = day_state(selection, day, snapshot.facts)
        now_at = snapshot.facts.now_at
        if former and not again and not _differs(former, snapshot.row_checksum()):
            action, row_checksum, exported_at = Action.UNCHANGED, _row_checksum(former), former.exported_at
        else:
            row_checksum = _write(snapshot, folder, day, columns, watch)
            action, exported_at = Action.WRITTEN, now_at.isoformat()
    entry = ManifestEntry(
        rows=row_checksum.rows,
        checksum=_word(row_checksum),
        bytes=folder.part(day).stat().st_size,
        exported_at=exported_at,
        state=verdict.state,
        reason=verdict.reason,
    )
    if entry != former:
        folder.note(day, entry)
    return DayReport(day, action, row_checksum.rows, verdict)


def _write(
    snapshot: ExportSnapshot, folder: ExportFolder, day: Day, columns: Sequence[ExportColumn], watch: Watch
) -> RowChecksum:
    rows = checksum = 0
    with atomic_file(folder.part(day)) as file:
        writer = open_writer(folder.terms.format, file, columns)
        for chunk in snapshot.chunks():
            writer.write(chunk.rows)
            rows += len(chunk.rows)
            checksum ^= chunk.checksum
            watch(day, rows)
        writer.close()
    return RowChecksum(rows, checksum)


def _differs(entry: ManifestEntry | None, row_checksum: RowChecksum) -> bool:
    return entry is None or (entry.rows, entry.checksum) != (row_checksum.rows, _word(row_checksum))


def _row_checksum(entry: ManifestEntry) -> RowChecksum:
    return RowChecksum(entry.rows, int(entry.checksum, 16))


def _word(row_checksum: RowChecksum) -> str:
    """The checksum as JSON can hold it, which has no integers beyond 2^53."""
    return f"{row_checksum.checksum:x}"


def _unwatched(_day: Day, _rows: int) -> None:
    """Nobody looks."""
