"""A demo's folder, and the simulated clouds while it lasts."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

from syncer.config import Settings, load
from syncer.demo.demo_state import DemoState
from syncer.embedded import EmbeddedPostgres
from syncer.embedded.data_dir import make_folder
from syncer.embedded.file_locks import lock_file
from syncer.errors import ConfigurationError, StoreUnavailable
from syncer.simulator import Simulator, config_toml

#: How often the daemon polls; when to sweep the demo says itself.
_POLL_EVERY, _SWEEP_EVERY = "1s", "1d"
_MORE: dict[str, str | float] = {
    # All that the strictest of the clouds allows: nobody else has to share it.
    "requests_per_second": 18,
    # Longer than a sweep of the demo takes, so that polls can go on from it.
    "lookback.min": "1m",
}

_LOCK = "demo.lock"

_HEAD = """\
# Written by `syncer demo`, anew each time. The database is here to stay; the sources are simulated, and
# answer only while a demo runs. Look further with `syncer status`, `syncer gaps` and psql.

[database]
data_dir = "."

"""


class FolderState(Enum):
    """What the folder remembered."""

    NONE = "none"
    #: The world that goes on.
    SAME = "same"
    #: A world that has been going on for too long; its database is gone.
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoEnvironment:
    """What a demo plays in."""

    settings: Settings
    simulator: Simulator
    state: DemoState
    past: FolderState


@contextmanager
def demo_environment(folder: Path, now: datetime) -> Iterator[DemoEnvironment]:
    """The clouds of the world that `folder` remembers, or of a new one where it is over, serving.

    Raises ConfigurationError where the folder holds something else, StoreUnavailable where the database of
    a world that is over is still in use.
    """
    memory = folder / "world.json"
    _claim(folder, memory)
    with lock_file(folder / _LOCK, seconds=1, what="another demo in this folder"):
        state, past = _remembered(folder, memory, now)
        state.save(memory)
        simulator = Simulator(state.options())
        simulator.advance(now - state.begin_at)
        with simulator:
            settings = load(_write_configuration(folder, simulator))
            yield DemoEnvironment(settings=settings, simulator=simulator, state=state, past=past)


def _claim(folder: Path, memory: Path) -> None:
    """Take a folder that is a demo's or empty: in any other, made-up tasks have no place."""
    try:
        make_folder(folder, 0o755)
        is_free = memory.exists() or all(path.name == _LOCK for path in folder.iterdir())
        if not is_free:
            raise ConfigurationError(f"{folder} holds something else: choose an empty folder for the demo")
        (folder / _LOCK).touch()
    except OSError as error:
        raise ConfigurationError(f"no demo can be kept in {folder}: {error.strerror}") from None


def _remembered(folder: Path, memory: Path, now: datetime) -> tuple[DemoState, FolderState]:
    """The world to show; what is left of one that is over is removed."""
    state = DemoState.load(memory)
    if state is None:
        return DemoState.new(now), FolderState.NONE
    if not state.is_over(now):
        return state, FolderState.SAME
    if not EmbeddedPostgres(folder).stop():
        raise StoreUnavailable(f"the old demo's database in {folder} is still in use: try again after that")
    if (folder / "postgres").exists():
        shutil.rmtree(folder / "postgres")
    return DemoState.new(now), FolderState.OVER


def _write_configuration(folder: Path, simulator: Simulator) -> Path:
    path = folder / "syncer.toml"
    sources = config_toml(simulator, poll_every=_POLL_EVERY, sweep_every=_SWEEP_EVERY, more=_MORE)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(_HEAD + sources)
    return path
