"""The operating system's user that an embedded Postgres runs as: never root, which it refuses."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from syncer.errors import ConfigurationError, StoreUnavailable

#: Whom root becomes, the first of these that exists: a user for us, else the least surprising one.
_UNPRIVILEGED = ("syncer", "postgres", "nobody")

#: The server gets no more of our environment: it holds secrets, and PG* variables that would mislead it.
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH")


@dataclass(frozen=True, slots=True)
class OsUser:
    """A user to own files and run programs as."""

    uid: int
    gid: int

    @classmethod
    def for_files(cls, path: Path) -> OsUser:
        """Ourselves; or, if we are root, whoever owns `path`, or would own it if it were made."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        return cls.of(path) if path.exists() else _preferred()

    @classmethod
    def of(cls, path: Path) -> OsUser:
        """Whoever owns `path`."""
        status = path.stat()
        return cls(status.st_uid, status.st_gid)

    @property
    def name(self) -> str:
        """The user's name, or his number where he has none."""
        try:
            return pwd.getpwuid(self.uid).pw_name
        except KeyError:
            return str(self.uid)

    @property
    def is_other(self) -> bool:
        """True where it is not us."""
        return self.uid != os.geteuid()

    def own(self, path: Path) -> None:
        """Give `path`, which we made, to this user."""
        if self.is_other:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def can(self, *command: str | Path) -> bool:
        """True if `command` succeeds as this user."""
        try:
            return self._run(command).returncode == 0
        except OSError:
            return False

    def run(self, *command: str | Path, fds: Sequence[int] = ()) -> None:
        """Run a program as this user to its end, handing it the open files `fds`.

        Raises StoreUnavailable with the program's own last words if it fails.
        """
        result = self._run(command, fds)
        if result.returncode != 0:
            words = (result.stderr.strip() or result.stdout.strip() or "no reason given").splitlines()[-1]
            raise StoreUnavailable(f"the embedded Postgres: {Path(command[0]).name} failed: {words}")

    def _run(
        self, command: Sequence[str | Path], fds: Sequence[int] = ()
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            cwd="/",  # ours may be closed to this user
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ} | {"LC_ALL": "C"},
            pass_fds=fds,
            umask=0o077,
            start_new_session=True,  # Ctrl-C is for us; we stop the server in order
            **self._switch(),
        )

    def _switch(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.is_other else {}


def _preferred() -> OsUser:
    for name in _UNPRIVILEGED:
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return OsUser(user.pw_uid, user.pw_gid)
    names = ", ".join(_UNPRIVILEGED)
    raise ConfigurationError(f"Postgres does not run as root, and there is no user {names}: add one of them")
