"""What tasks were seen to do, one line a change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from syncer.cli.views.text_table import shortened

if TYPE_CHECKING:
    from syncer.storage.read.transitions import Transition

#: How much later than it was observed a change may be stored.
_LATE = timedelta(minutes=1)
#: How wide an id may be, for the line to fit a terminal.
_ID = 22
#: Lines at once; more than that nobody reads.
_LINES = 2


@dataclass(slots=True)
class ChangeFeed:
    """The changes since `since`, each told once. `load` gives those that were observed after an instant."""

    load: Callable[[datetime], Sequence[Transition]]
    since: datetime
    arrived: int = 0
    moved: int = 0
    _told: dict[tuple[int, int], datetime] = field(default_factory=dict)

    def lines(self) -> Iterator[str]:
        """A line for each change that was not told yet; if there are too many, for some of them."""
        found = [each for each in self.load(self.since) if (each.task_key, each.version) not in self._told]
        self._remember(found)
        # Counters that grow are the least of the news.
        news = sorted(found, key=lambda each: each.status == each.former_status)[:_LINES]
        telling = sorted(news, key=lambda each: each.observed_at)
        for each in telling:
            is_last = each is telling[-1] and len(found) > _LINES
            yield change_line(each) + (f"  +{len(found) - _LINES}" if is_last else "")

    def _remember(self, found: Iterable[Transition]) -> None:
        for each in found:
            self._told[each.task_key, each.version] = each.observed_at
            self.arrived += each.former_status is None
            self.moved += each.former_status is not None
        newest = max(self._told.values(), default=self.since)
        self.since = max(self.since, newest - _LATE)
        self._told = {key: at for key, at in self._told.items() if at > self.since}


def change_line(change: Transition) -> str:
    """`12:01:07Z  tat/ap-guangzhou  invt-k3q81mz2  running → succeeded`."""
    task = shortened(change.task_id, _ID)
    return f"{change.observed_at:%H:%M:%SZ}  {change.label:16}  {task:{_ID}}  {_what(change)}"


def _what(change: Transition) -> str:
    if change.former_status is None:
        return f"new → {change.status}"
    if change.former_status != change.status:
        return f"{change.former_status} → {change.status}"
    if change.former_word != change.provider_status:
        return f"{change.status}: {change.former_word} → {change.provider_status}"
    if change.progress_total is not None and change.former_done != change.progress_done:
        return f"{change.status}: {change.former_done} → {change.progress_done} of {change.progress_total}"
    return f"{change.status}: other {change.changed_fields}"
