"""What happened in a soak, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Faulty:
    """What is not as promised, in words. All empty, or the test fails."""

    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.lost or self.duplicated or self.wrong)

    def __str__(self) -> str:
        every = [*self.lost, *self.duplicated, *self.wrong]
        counts = f"{len(self.lost)} lost, {len(self.duplicated)} duplicated, {len(self.wrong)} wrong"
        return "\n  ".join([counts, *every[:12]])


@dataclass(slots=True)
class Totals:
    """Counts of one world, or of many."""

    worlds: int = 0
    rounds: int = 0
    #: Processes killed with SIGKILL, and those that were told to stop.
    kills: int = 0
    terminations: int = 0
    #: Kills that left a run behind which the process was in the middle of.
    kills_amid_runs: int = 0
    #: Kills at a moment, or a trap, within a transaction of the process.
    kills_amid_transactions: int = 0
    tasks: int = 0
    #: Tasks that were stored in more than one state.
    moved: int = 0
    versions: int = 0
    #: Runs that ended well.
    runs: int = 0
    #: Simulated time by the retention of its world.
    windows: float = 0.0
    #: Tasks whose creation time `swept` covers.
    confirmed: int = 0
    #: Tasks that came and went unread, all of them in gaps; open tasks marked as lost.
    in_gaps: int = 0
    marked: int = 0
    #: Tasks that were on show during the whole of a run that ended well.
    shown: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    duplicated: int = 0
    wrong: int = 0

    def add(self, other: Totals) -> None:
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def count_faults(self, fired: Mapping[str, Mapping[str, int]]) -> None:
        for counts in fired.values():
            self.faults.update(counts)

    def count(self, faulty: Faulty) -> None:
        self.lost += len(faulty.lost)
        self.duplicated += len(faulty.duplicated)
        self.wrong += len(faulty.wrong)
