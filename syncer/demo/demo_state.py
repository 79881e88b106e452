"""The made-up world of a demo: what has to be known to have the same one again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from syncer.errors import ConfigurationError
from syncer.simulator import LIST_NAMES, ListOptions, SimulatorOptions

#: An older world has gathered more tasks than a demo should make its guests wait for.
LONGEST = timedelta(days=1)

#: A new world has been going on for this long, so that some of its tasks are on their way.
_HEAD_START = timedelta(minutes=30)
_BACKLOG = 10_000
#: Submissions a minute: enough to watch, and few enough for a day.
_ARRIVALS = dict(zip(LIST_NAMES, (6.0, 3.0, 4.0, 4.0, 5.0), strict=True))
#: Tasks hurry four times as much as in reality: half a minute shall show some from beginning to end.
_PACE = 0.25


@dataclass(frozen=True, slots=True)
class DemoState:
    """Everything about its tasks follows from these two."""

    seed: int
    begin_at: datetime

    @classmethod
    def new(cls, now: datetime) -> DemoState:
        """A world that nobody has seen before."""
        begin_at = (now - _HEAD_START).replace(microsecond=0)
        return cls(int(begin_at.timestamp()), begin_at)

    @classmethod
    def load(cls, path: Path) -> DemoState | None:
        """The world kept in `path`; None where there is none. Raises ConfigurationError for anything else."""
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            return cls(int(kept["seed"]), datetime.fromisoformat(kept["begin_at"]))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            raise ConfigurationError(f"{path} holds no demo's world: move it away") from None

    def save(self, path: Path) -> None:
        """Keep it in `path`."""
        kept = {"seed": self.seed, "begin_at": self.begin_at.isoformat()}
        path.write_text(json.dumps(kept) + "\n", encoding="utf-8")

    def is_over(self, now: datetime) -> bool:
        """Whether a new world should begin; also where this one has not begun yet."""
        return not timedelta(0) <= now - self.begin_at <= LONGEST

    def options(self) -> SimulatorOptions:
        """The simulator that has this world in it, standing at its first instant."""
        return SimulatorOptions(
            seed=self.seed,
            begin_at=self.begin_at,
            backlog=_BACKLOG,
            pace=_PACE,
            lists={name: ListOptions(arrivals_per_minute=rate) for name, rate in _ARRIVALS.items()},
        )
