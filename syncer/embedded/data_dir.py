"""Where an embedded Postgres keeps its things, and that its user can reach them."""

from __future__ import annotations

import os
import pwd
import sys
from contextlib import suppress
from pathlib import Path

from syncer.errors import ConfigurationError


def default_data_dir() -> Path:
    """Where syncer keeps its data: /var/lib/syncer for root, else in the platform's user data folder."""
    if os.geteuid() == 0:
        return Path("/var/lib/syncer")
    if sys.platform == "darwin":
        return _home() / "Library" / "Application Support" / "syncer"
    xdg = Path(os.environ.get("XDG_DATA_HOME", ""))
    # The XDG specification: a relative path is invalid and counts as unset.
    return (xdg if xdg.is_absolute() else _home() / ".local" / "share") / "syncer"


def _home() -> Path:
    home = Path(os.environ.get("HOME", ""))
    if home.is_absolute():
        return home
    try:
        return Path(pwd.getpwuid(os.geteuid()).pw_dir)
    except KeyError:
        raise ConfigurationError("this user has no home folder to keep data in: set data_dir") from None


def make_folder(folder: Path, mode: int) -> None:
    """Make `folder` with exactly `mode`, missing parents with 755; folders that exist stay as they are."""
    if folder.is_dir():
        return
    if not folder.parent.exists():
        make_folder(folder.parent, 0o755)
    with suppress(FileExistsError):  # another process was faster
        folder.mkdir()
        folder.chmod(mode)  # mkdir's own mode is cut by the umask
