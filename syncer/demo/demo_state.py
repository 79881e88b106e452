"""State of a demo that its folder keeps: what is needed to generate the same simulated tasks again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from syncer.errors import ConfigurationError
from syncer.simulator import LIST_NAMES, ListOptions, SimulatorOptions

#: An older demo has too many tasks to read quickly.
MAX_AGE = timedelta(days=1)

#: A new demo starts with tasks of this much time, so that some of them are in progress.
_HEAD_START = timedelta(minutes=30)
_BACKLOG = 10_000
#: Submissions a minute: enough to watch, and few enough for a day.
_ARRIVALS = dict(zip(LIST_NAMES, (6.0, 3.0, 4.0, 4.0, 5.0), strict=True))
#: Tasks run four times as fast as real ones, so that half a minute shows some from start to end.
_PACE = 0.25


@dataclass(frozen=True, slots=True)
class DemoState:
    """The seed and the start of the simulation, which determine all of its tasks."""

    seed: int
    begin_at: datetime

    @classmethod
    def new(cls, now: datetime) -> DemoState:
        """The state of a new demo at `now`."""
        begin_at = (now - _HEAD_START).replace(microsecond=0)
        return cls(int(begin_at.timestamp()), begin_at)

    @classmethod
    def load(cls, path: Path) -> DemoState | None:
        """The state saved in `path`; None if there is no file. Raises ConfigurationError if it is invalid."""
        try:
            saved = json.loads(path.read_text(encoding="utf-8"))
            return cls(int(saved["seed"]), datetime.fromisoformat(saved["begin_at"]))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            raise ConfigurationError(f"{path} holds no state of a demo: move it away") from None

    def save(self, path: Path) -> None:
        """Write the state to `path`."""
        saved = {"seed": self.seed, "begin_at": self.begin_at.isoformat()}
        path.write_text(json.dumps(saved) + "\n", encoding="utf-8")

    def has_expired(self, now: datetime) -> bool:
        """Whether the demo is too old to continue, or starts after `now`."""
        return not timedelta(0) <= now - self.begin_at <= MAX_AGE

    def simulator_options(self) -> SimulatorOptions:
        """Options of a simulator that generates this demo's tasks; its clock starts at `begin_at`."""
        return SimulatorOptions(
            seed=self.seed,
            begin_at=self.begin_at,
            backlog=_BACKLOG,
            pace=_PACE,
            lists={name: ListOptions(arrivals_per_minute=rate) for name, rate in _ARRIVALS.items()},
        )
