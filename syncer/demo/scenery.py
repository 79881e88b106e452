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
from syncer.demo.world import World
from syncer.embedded import EmbeddedPostgres
from syncer.embedded.folders import make_folder
from syncer.embedded.locks import locked
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


class Past(Enum):
    """What the folder remembered."""

    NONE = "none"
    #: The world that goes on.
    SAME = "same"
    #: A world that has been going on for too long; its database is gone.
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenery:
    """What a demo plays in."""

    settings: Settings
    simulator: Simulator
    world: World
    past: Past


@contextmanager
def scenery(folder: Path, now: datetime) -> Iterator[Scenery]:
    """The clouds of the world that `folder` remembers, or of a new one where it is over, serving.

    Raises ConfigurationError where the folder holds something else, StoreUnavailable where the database of
    a world that is over is still in use.
    """
    memory = folder / "world.json"
    _claim(folder, memory)
    with locked(folder / _LOCK, seconds=1, what="another demo in this folder"):
        world, past = _remembered(folder, memory, now)
        world.save(memory)
        simulator = Simulator(world.options())
        simulator.advance(now - world.begin_at)
        with simulator:
            settings = load(_write_configuration(folder, simulator))
            yield Scenery(settings=settings, simulator=simulator, world=world, past=past)


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


def _remembered(folder: Path, memory: Path, now: datetime) -> tuple[World, Past]:
    """The world to show; what is left of one that is over is removed."""
    world = World.load(memory)
    if world is None:
        return World.new(now), Past.NONE
    if not world.is_over(now):
        return world, Past.SAME
    if not EmbeddedPostgres(folder).stop():
        raise StoreUnavailable(f"the old demo's database in {folder} is still in use: try again after that")
    if (folder / "postgres").exists():
        shutil.rmtree(folder / "postgres")
    return World.new(now), Past.OVER


def _write_configuration(folder: Path, simulator: Simulator) -> Path:
    path = folder / "syncer.toml"
    sources = config_toml(simulator, poll_every=_POLL_EVERY, sweep_every=_SWEEP_EVERY, more=_MORE)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(_HEAD + sources)
    return path
