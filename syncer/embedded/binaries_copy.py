"""A copy of the binaries for a server user that cannot read them where they are installed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from syncer.embedded.binaries import Binaries
from syncer.embedded.data_dir import make_folder
from syncer.embedded.os_user import OsUser
from syncer.errors import ConfigurationError


def readable_binaries(binaries: Binaries, os_user: OsUser, folder: Path) -> Binaries:
    """Return `binaries` if `os_user` can run them; else copy them into `folder` and return the copy.

    The server's user cannot read a virtual environment in root's home. The alternative, to open root's home
    to all users, would be worse.
    """
    if os_user.can_run(binaries.program("postgres"), "--version"):
        return binaries
    if binaries.package_folder is None:
        raise ConfigurationError(f"the user {os_user.name} cannot run {binaries.program('postgres')}")
    target = folder / binaries.version
    if not target.exists():
        _copy(binaries, binaries.package_folder, target)
    copy = replace(binaries, folder=target / binaries.folder.relative_to(binaries.package_folder.parent))
    if not os_user.can_run(copy.program("postgres"), "--version"):
        raise ConfigurationError(f"the user {os_user.name} cannot enter {folder}: choose another data_dir")
    return copy


def _copy(binaries: Binaries, package: Path, target: Path) -> None:
    draft = target.with_name(f"{target.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    make_folder(draft, 0o755)
    shutil.copytree(package, draft / package.name, ignore=_ignore_unneeded(binaries), symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")  # the shared libraries of a Linux wheel
    if libraries.exists():
        shutil.copytree(libraries, draft / libraries.name, symlinks=True)
    draft.rename(target)


def _ignore_unneeded(binaries: Binaries) -> Callable[[str, list[str]], Iterable[str]]:
    """A filter for copytree: leaves out other versions, C headers and bytecode."""
    install = binaries.folder.parent.name

    def unneeded(_: str, names: list[str]) -> list[str]:
        other_versions = [name for name in names if name.startswith("pginstall") and name != install]
        return [*other_versions, "include", "__pycache__"]

    return unneeded
