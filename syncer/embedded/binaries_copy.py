"""A copy of the binaries for a user who cannot read them where they are installed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from syncer.embedded.binaries import Binaries
from syncer.embedded.data_dir import make_folder
from syncer.embedded.os_user import OsUser
from syncer.errors import ConfigurationError


def readable_binaries(binaries: Binaries, account: OsUser, folder: Path) -> Binaries:
    """`binaries` if `account` can run them, else a copy of them in `folder`.

    A virtual environment in root's home is closed to the user the server runs as. Opening root's home to
    everybody would be the shorter way.
    """
    if account.can(binaries.program("postgres"), "--version"):
        return binaries
    if binaries.tree is None:
        raise ConfigurationError(f"the user {account.name} cannot run {binaries.program('postgres')}")
    target = folder / binaries.version
    if not target.exists():
        _copy(binaries, binaries.tree, target)
    copy = replace(binaries, folder=target / binaries.folder.relative_to(binaries.tree.parent))
    if not account.can(copy.program("postgres"), "--version"):
        raise ConfigurationError(f"the user {account.name} cannot enter {folder}: choose another data_dir")
    return copy


def _copy(binaries: Binaries, tree: Path, target: Path) -> None:
    draft = target.with_name(f"{target.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    make_folder(draft, 0o755)
    shutil.copytree(tree, draft / tree.name, ignore=_others(binaries), symlinks=True)
    libraries = tree.with_name(f"{tree.name}.libs")  # where wheels for Linux keep what they link to
    if libraries.exists():
        shutil.copytree(libraries, draft / libraries.name, symlinks=True)
    draft.rename(target)


def _others(binaries: Binaries) -> Callable[[str, list[str]], Iterable[str]]:
    install = binaries.folder.parent.name

    def ignored(_: str, names: list[str]) -> list[str]:
        other = [name for name in names if name.startswith("pginstall") and name != install]
        return [*other, "include", "__pycache__"]

    return ignored
