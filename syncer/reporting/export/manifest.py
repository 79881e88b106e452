"""The folder of an export, and its account of what is in it.

    FOLDER/tasks/_export.json                     what is exported, and the state of each day
    FOLDER/tasks/day=2026-11-01/part.parquet

Names that begin with a line below are passed over by whoever reads the folder as a lake.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from syncer.errors import ConfigurationError
from syncer.reporting.export.atomic_files import atomic_file, explain_os_errors, lock_folder
from syncer.reporting.export.days import Day
from syncer.reporting.export.types import Format, Selection

#: Of the account's own shape.
_SHAPE = 1


@dataclass(frozen=True, slots=True)
class ExportSpec:
    """What all files of a folder have in common: those of another selection would repeat its rows."""

    selection: Selection
    format: Format
    time_zone: str

    def as_json(self) -> dict[str, Any]:
        """As the account begins with it."""
        return {
            "dataset": str(self.selection.dataset),
            "by": str(self.selection.by),
            "sources": sorted(self.selection.sources) or None,
            "format": str(self.format),
            "time_zone": self.time_zone,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestEntry:
    """What was written of a day, and how far it could be relied on when it was last looked at."""

    rows: int
    checksum: str
    bytes: int
    exported_at: str
    state: str
    reason: str


class ExportFolder:
    """The files of one export below `into`. Raises ConfigurationError where those of another are there."""

    def __init__(self, into: Path, terms: ExportSpec) -> None:
        self.path = into / terms.selection.dataset
        self.terms = terms
        with explain_os_errors(self.path):
            self._days = dict(self._load())

    def part(self, day: Day) -> Path:
        """Where the rows of `day` are."""
        return self.path / f"day={day}" / f"part.{self.terms.format}"

    def entry(self, day: Day) -> ManifestEntry | None:
        """What was written of `day`; None where its file is not there any more as it was written."""
        entry = self._days.get(str(day))
        try:
            is_intact = entry is not None and self.part(day).stat().st_size == entry.bytes
        except FileNotFoundError:
            return None
        return entry if is_intact else None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """The folder for us alone, with what others have written until now."""
        with lock_folder(self.path):
            self._days = dict(self._load())
            yield

    def note(self, day: Day, entry: ManifestEntry) -> None:
        """Keep `entry` for `day`."""
        self._days[str(day)] = entry
        days = {name: asdict(self._days[name]) for name in sorted(self._days)}
        account = {"shape": _SHAPE, **self.terms.as_json(), "days": days}
        with atomic_file(self._account) as file:
            file.write(json.dumps(account, ensure_ascii=False, indent=1).encode() + b"\n")

    @property
    def _account(self) -> Path:
        return self.path / "_export.json"

    def _load(self) -> Iterator[tuple[str, ManifestEntry]]:
        try:
            account = json.loads(self._account.read_bytes())
            days = {name: ManifestEntry(**entry) for name, entry in account.pop("days").items()}
        except FileNotFoundError:
            return
        except (ValueError, TypeError, KeyError, AttributeError):
            raise ConfigurationError(
                f"{self._account} is damaged: remove it to export every day again"
            ) from None
        self._compare(account)
        yield from days.items()

    def _compare(self, account: Mapping[str, Any]) -> None:
        wanted = {"shape": _SHAPE, **self.terms.as_json()}
        other = [_said(name, account.get(name)) for name in wanted if account.get(name) != wanted[name]]
        if other:
            raise ConfigurationError(
                f"{self.path} holds another export ({'; '.join(other)}): take another --into, or remove it"
            )


def _said(name: str, value: object) -> str:
    words = ", ".join(value) if isinstance(value, list) else "all of them" if value is None else value
    return f"{name}: {words}"
