"""Totals of a soak, and the violations found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Violations:
    """Descriptions of broken promises; the test fails if there are any."""

    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.lost or self.duplicated or self.wrong)

    def __str__(self) -> str:
        descriptions = [*self.lost, *self.duplicated, *self.wrong]
        counts = f"{len(self.lost)} lost, {len(self.duplicated)} duplicated, {len(self.wrong)} wrong"
        return "\n  ".join([counts, *descriptions[:12]])


@dataclass(slots=True)
class Totals:
    """Counts of one scenario, or of several."""

    scenarios: int = 0
    rounds: int = 0
    #: Processes ended by SIGKILL, and by SIGTERM.
    kills: int = 0
    terminations: int = 0
    #: Kills that left an unfinished run.
    kills_in_runs: int = 0
    #: Kills within a transaction.
    kills_in_transactions: int = 0
    tasks: int = 0
    #: Tasks stored in more than one state.
    changed: int = 0
    versions: int = 0
    #: Successful runs.
    runs: int = 0
    #: Simulated time, in multiples of the scenario's retention.
    retentions: float = 0.0
    #: Tasks whose creation time `swept` covers.
    confirmed: int = 0
    #: Tasks that appeared and disappeared unread, all in gaps; open tasks marked as lost.
    in_gaps: int = 0
    marked: int = 0
    #: Tasks that their list showed during a whole successful run.
    shown: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    duplicated: int = 0
    wrong: int = 0

    def add(self, other: Totals) -> None:
        """Add the counts of another scenario."""
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def count_faults(self, fired: Mapping[str, Mapping[str, int]]) -> None:
        """Add the faults fired, given by list and fault."""
        for counts in fired.values():
            self.faults.update(counts)

    def count_violations(self, violations: Violations) -> None:
        """Add the violations."""
        self.lost += len(violations.lost)
        self.duplicated += len(violations.duplicated)
        self.wrong += len(violations.wrong)
