"""The environment of one demo: its folder, its configuration and its running simulator."""

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
from syncer.embedded.file_locks import exclusive_lock
from syncer.errors import ConfigurationError, StoreUnavailable
from syncer.simulator import Simulator, config_toml

#: How often the daemon polls. The demo itself decides when to sweep.
_POLL_EVERY, _SWEEP_EVERY = "1s", "1d"
_SOURCE_OPTIONS: dict[str, str | float] = {
    # The limit of the strictest simulated API: no other client shares it.
    "requests_per_second": 18,
    # Longer than a sweep of the demo takes, so that polls can continue from it.
    "lookback.min": "1m",
}

_LOCK_FILE = "demo.lock"
_STATE_FILE = "demo_state.json"

_CONFIGURATION_HEAD = """\
# Written by `syncer demo` at every start. The database stays; the sources are simulated and answer only
# while a demo runs. Continue with `syncer status`, `syncer gaps` and psql.

[database]
data_dir = "."

"""


class FolderState(Enum):
    """What the demo's folder held at the start."""

    #: No demo: a new one starts.
    NEW = "new"
    #: A demo that continues.
    CONTINUED = "continued"
    #: A demo that was too old: its database was removed, and a new demo starts.
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoEnvironment:
    """The settings, the simulator and the state of a running demo."""

    settings: Settings
    simulator: Simulator
    state: DemoState
    folder_state: FolderState


@contextmanager
def demo_environment(folder: Path, now: datetime) -> Iterator[DemoEnvironment]:
    """Run the simulator of the demo saved in `folder`, or of a new demo, and write its configuration.

    Raises ConfigurationError if the folder holds anything but a demo, StoreUnavailable if another demo uses
    it or the database of an expired demo is still in use.
    """
    state_file = folder / _STATE_FILE
    _prepare_folder(folder, state_file)
    with exclusive_lock(
        folder / _LOCK_FILE,
        timeout_seconds=1,
        waiting_for="the end of another demo here; stop it, or choose another --data-dir",
    ):
        state, folder_state = _load_or_create_state(folder, state_file, now)
        state.save(state_file)
        simulator = Simulator(state.simulator_options())
        simulator.advance(now - state.begin_at)
        with simulator:
            settings = load(_write_configuration(folder, simulator))
            yield DemoEnvironment(
                settings=settings, simulator=simulator, state=state, folder_state=folder_state
            )


def _prepare_folder(folder: Path, state_file: Path) -> None:
    """Create the folder and its lock file. Raises ConfigurationError if it holds anything but a demo.

    Simulated tasks must not be mixed with other data.
    """
    try:
        make_folder(folder, 0o755)
        is_usable = state_file.exists() or all(path.name == _LOCK_FILE for path in folder.iterdir())
        if not is_usable:
            raise ConfigurationError(f"{folder} holds other files: choose an empty folder for the demo")
        (folder / _LOCK_FILE).touch()
    except OSError as error:
        raise ConfigurationError(f"no demo can be kept in {folder}: {error.strerror}") from None


def _load_or_create_state(folder: Path, state_file: Path, now: datetime) -> tuple[DemoState, FolderState]:
    """Return the saved state, or a new one; remove the database of an expired demo."""
    state = DemoState.load(state_file)
    if state is None:
        return DemoState.new(now), FolderState.NEW
    if not state.has_expired(now):
        return state, FolderState.CONTINUED
    if not EmbeddedPostgres(folder).stop():
        raise StoreUnavailable(
            f"the database of the expired demo in {folder} is still in use: try again when it is stopped"
        )
    if (folder / "postgres").exists():
        shutil.rmtree(folder / "postgres")
    return DemoState.new(now), FolderState.EXPIRED


def _write_configuration(folder: Path, simulator: Simulator) -> Path:
    path = folder / "syncer.toml"
    sources = config_toml(simulator, poll_every=_POLL_EVERY, sweep_every=_SWEEP_EVERY, more=_SOURCE_OPTIONS)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(_CONFIGURATION_HEAD + sources)
    return path
