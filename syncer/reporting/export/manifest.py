"""The folder of an export, and the manifest of its files.

    FOLDER/tasks/_export.json                     manifest: the selection, and the state of each day
    FOLDER/tasks/day=2026-11-01/part.parquet

Data lake readers skip names that begin with an underscore.
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

#: Version of the manifest's JSON structure.
_SHAPE = 1


@dataclass(frozen=True, slots=True)
class ExportSpec:
    """What all files of a folder have in common. Files of two selections would hold some rows twice."""

    selection: Selection
    format: Format
    time_zone: str
    #: Of CSV: whether texts are written so that no spreadsheet runs them.
    escape_formulas: bool = False

    def as_json(self) -> dict[str, Any]:
        """The first keys of the manifest."""
        return {
            "dataset": str(self.selection.dataset),
            "by": str(self.selection.by),
            "sources": sorted(self.selection.sources) or None,
            "format": str(self.format),
            "time_zone": self.time_zone,
            **({"escape_formulas": True} if self.escape_formulas else {}),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestEntry:
    """The file of a day, and how final its rows were at the last comparison."""

    rows: int
    checksum: str
    bytes: int
    exported_at: str
    state: str
    reason: str


class ExportFolder:
    """The folder of one export below `into`. Raises ConfigurationError if it holds another export."""

    def __init__(self, into: Path, spec: ExportSpec) -> None:
        self.path = into / spec.selection.dataset
        self.spec = spec
        with explain_os_errors(self.path):
            self._days = dict(self._load())

    def part_path(self, day: Day) -> Path:
        """The file with the rows of `day`."""
        return self.path / f"day={day}" / f"part.{self.spec.format}"

    def entry(self, day: Day) -> ManifestEntry | None:
        """The entry of `day`; None if its file is missing or does not have the recorded size."""
        entry = self._days.get(str(day))
        try:
            is_intact = entry is not None and self.part_path(day).stat().st_size == entry.bytes
        except FileNotFoundError:
            return None
        return entry if is_intact else None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the folder and read the manifest again, which another export may have changed.

        Raises ConfigurationError if another export holds the lock.
        """
        with lock_folder(self.path):
            self._days = dict(self._load())
            yield

    def save_entry(self, day: Day, entry: ManifestEntry) -> None:
        """Write the manifest with `entry` for `day`."""
        self._days[str(day)] = entry
        days = {name: asdict(self._days[name]) for name in sorted(self._days)}
        manifest = {"shape": _SHAPE, **self.spec.as_json(), "days": days}
        with atomic_file(self._manifest_path) as file:
            file.write(json.dumps(manifest, ensure_ascii=False, indent=1).encode() + b"\n")

    @property
    def _manifest_path(self) -> Path:
        return self.path / "_export.json"

    def _load(self) -> Iterator[tuple[str, ManifestEntry]]:
        try:
            manifest = json.loads(self._manifest_path.read_bytes())
            days = {name: ManifestEntry(**entry) for name, entry in manifest.pop("days").items()}
        except FileNotFoundError:
            return
        except (ValueError, TypeError, KeyError, AttributeError):
            raise ConfigurationError(
                f"{self._manifest_path} is damaged: remove it to export every day again"
            ) from None
        self._compare(manifest)
        yield from days.items()

    def _compare(self, manifest: Mapping[str, Any]) -> None:
        expected = {"shape": _SHAPE, "escape_formulas": None, **self.spec.as_json()}
        differences = [
            _in_words(name, manifest.get(name)) for name in expected if manifest.get(name) != expected[name]
        ]
        if differences:
            raise ConfigurationError(
                f"{self.path} holds another export ({'; '.join(differences)}): "
                "use another --into, or remove the folder"
            )


def _in_words(name: str, value: object) -> str:
    if name == "escape_formulas":
        return "with escaped formulas" if value else "without escaped formulas"
    text = ", ".join(value) if isinstance(value, list) else "all" if value is None else value
    return f"{name}: {text}"
