"""The data folder: its default path, and the creation of folders with an exact mode."""

from __future__ import annotations

import os
import pwd
import sys
from contextlib import suppress
from pathlib import Path

from syncer.errors import ConfigurationError


def default_data_dir() -> Path:
    """/var/lib/syncer for root; else the folder `syncer` in the platform's folder for user data."""
    if os.geteuid() == 0:
        return Path("/var/lib/syncer")
    if sys.platform == "darwin":
        return _home() / "Library" / "Application Support" / "syncer"
    xdg = Path(os.environ.get("XDG_DATA_HOME", ""))
    # A relative path is invalid and must be ignored: https://specifications.freedesktop.org/basedir-spec/latest/
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
    """Create `folder` with exactly `mode`, and missing parents with 755. Existing folders stay unchanged."""
    if folder.is_dir():
        return
    if not folder.parent.exists():
        make_folder(folder.parent, 0o755)
    with suppress(FileExistsError):  # another process created it first
        folder.mkdir()
        folder.chmod(mode)  # the umask reduces the mode of mkdir
