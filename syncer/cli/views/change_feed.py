"""Change feed: the changes of tasks that were observed, one line each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from syncer.cli.views.formatting import shortened

if TYPE_CHECKING:
    from syncer.storage.read.transitions import Transition

#: A change may be stored this long after it was observed.
_STORED_WITHIN = timedelta(minutes=1)
#: Characters of a task id, so that the line fits a terminal of 80 columns.
_ID_WIDTH = 22
#: Lines for each look; more cannot be read.
_LINES = 2


@dataclass(slots=True)
class ChangeFeed:
    """The changes since `since`, each shown once. `load` returns those observed after an instant."""

    load: Callable[[datetime], Sequence[Transition]]
    since: datetime
    new_tasks: int = 0
    changes: int = 0
    #: By task and version: when a change that has been counted was observed.
    _seen: dict[tuple[int, int], datetime] = field(default_factory=dict)

    def lines(self) -> Iterator[str]:
        """Load and count the new changes; yield lines for some of them, preferring changes of the status."""
        changes = [
            change for change in self.load(self.since) if (change.task_key, change.version) not in self._seen
        ]
        self._count(changes)
        # Counters that grow are the least interesting changes.
        by_interest = sorted(changes, key=lambda change: change.status == change.former_status)
        shown = sorted(by_interest[:_LINES], key=lambda change: change.observed_at)
        for change in shown:
            is_cut = change is shown[-1] and len(changes) > _LINES
            yield change_line(change) + (f"  +{len(changes) - _LINES}" if is_cut else "")

    def _count(self, changes: Iterable[Transition]) -> None:
        for change in changes:
            self._seen[change.task_key, change.version] = change.observed_at
            self.new_tasks += change.former_status is None
            self.changes += change.former_status is not None
        newest = max(self._seen.values(), default=self.since)
        self.since = max(self.since, newest - _STORED_WITHIN)
        self._seen = {key: at for key, at in self._seen.items() if at > self.since}


def change_line(change: Transition) -> str:
    """`12:01:07Z  tat/ap-guangzhou  invt-k3q81mz2  running → succeeded`."""
    task = shortened(change.task_id, _ID_WIDTH)
    return f"{change.observed_at:%H:%M:%SZ}  {change.label:16}  {task:{_ID_WIDTH}}  {_change_text(change)}"


def _change_text(change: Transition) -> str:
    if change.former_status is None:
        return f"new → {change.status}"
    if change.former_status != change.status:
        return f"{change.former_status} → {change.status}"
    if change.former_provider_status != change.provider_status:
        return f"{change.status}: {change.former_provider_status} → {change.provider_status}"
    if change.progress_total is not None and change.former_progress_done != change.progress_done:
        progress = f"{change.former_progress_done} → {change.progress_done} of {change.progress_total}"
        return f"{change.status}: {progress}"
    return f"{change.status}: changed {change.changed_fields}"
