"""Exports day by day: looks what is there, decides, writes, notes it. The order of these, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from syncer.reporting.export.days import Day
from syncer.reporting.export.files import explained, whole_file
from syncer.reporting.export.folder import Entry, ExportFolder
from syncer.reporting.export.formats import open_writer
from syncer.reporting.export.judging import Verdict, judge
from syncer.reporting.export.values import Census, Column, Ledger, Snapshot

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
    verdict: Verdict


def plan_days(
    ledger: Ledger, folder: ExportFolder, days: Iterable[Day], *, again: bool = False
) -> Iterator[DayReport]:
    """What `export_days` would do at the moment. Writes nothing and makes no folder."""
    selection = folder.terms.selection
    for day in days:
        with ledger.day(selection, day) as snapshot:
            census = snapshot.census()
            is_written = again or _differs(folder.entry(day), census)
            verdict = judge(selection, day, snapshot.facts)
        yield DayReport(day, Action.WRITTEN if is_written else Action.UNCHANGED, census.rows, verdict)


def export_days(
    ledger: Ledger,
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
    with explained(folder.path), folder.writing():
        for day in days:
            yield _export(ledger, folder, day, columns, again=again, watch=watch or _unwatched)


def _export(
    ledger: Ledger, folder: ExportFolder, day: Day, columns: Sequence[Column], *, again: bool, watch: Watch
) -> DayReport:
    selection, former = folder.terms.selection, folder.entry(day)
    with ledger.day(selection, day) as snapshot:
        verdict = judge(selection, day, snapshot.facts)
        now_at = snapshot.facts.now_at
        if former and not again and not _differs(former, snapshot.census()):
            action, census, exported_at = Action.UNCHANGED, _census(former), former.exported_at
        else:
            census = _write(snapshot, folder, day, columns, watch)
            action, exported_at = Action.WRITTEN, now_at.isoformat()
    entry = Entry(
        rows=census.rows,
        checksum=_word(census),
        bytes=folder.part(day).stat().st_size,
        exported_at=exported_at,
        state=verdict.state,
        reason=verdict.reason,
    )
    if entry != former:
        folder.note(day, entry)
    return DayReport(day, action, census.rows, verdict)


def _write(
    snapshot: Snapshot, folder: ExportFolder, day: Day, columns: Sequence[Column], watch: Watch
) -> Census:
    rows = checksum = 0
    with whole_file(folder.part(day)) as file:
        writer = open_writer(folder.terms.format, file, columns)
        for chunk in snapshot.chunks():
            writer.write(chunk.rows)
            rows += len(chunk.rows)
            checksum ^= chunk.checksum
            watch(day, rows)
        writer.close()
    return Census(rows, checksum)


def _differs(entry: Entry | None, census: Census) -> bool:
    return entry is None or (entry.rows, entry.checksum) != (census.rows, _word(census))


def _census(entry: Entry) -> Census:
    return Census(entry.rows, int(entry.checksum, 16))


def _word(census: Census) -> str:
    """The checksum as JSON can hold it, which has no integers beyond 2^53."""
    return f"{census.checksum:x}"


def _unwatched(_day: Day, _rows: int) -> None:
    """Nobody looks."""
