"""Which process's configuration is stored: that of the process that started last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row


@dataclass(frozen=True, slots=True)
class ConfiguringProcess:
    """A process with a configuration: its name in messages, and its start on the database's clock."""

    holder: str
    started_at: datetime

    @property
    def columns(self) -> dict[str, object]:
        """The values of the columns that record which process has written a row."""
        return {"written_by": self.holder, "writer_started_at": self.started_at}

    def is_superseded_by(self, row: Row[tuple[object, ...]]) -> bool:
        """Whether a process that started later has written `row`: then it stays as it is."""
        return row.writer_started_at is not None and row.writer_started_at > self.started_at
