"""The operating system's user that runs the embedded Postgres; never root, as which Postgres does not run."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from syncer.errors import ConfigurationError, StoreUnavailable

#: The accounts of the system that a root process switches to: the first of these that exists. `nobody` is the
#: one that every system has.
_UNPRIVILEGED_USERS = ("syncer", "postgres", "nobody")

#: The variables that programs inherit. The others can hold secrets, or PG* values that would misdirect them.
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH")


@dataclass(frozen=True, slots=True)
class OsUser:
    """A user that owns files and runs programs."""

    uid: int
    gid: int

    @classmethod
    def for_files(cls, path: Path) -> OsUser:
        """The user for the server's files at `path`.

        The current user; as root, the owner of `path`, or an unprivileged user if it does not exist.
        """
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        return cls.owner_of(path) if path.exists() else _unprivileged_user()

    @classmethod
    def owner_of(cls, path: Path) -> OsUser:
        """The owner of `path`."""
        status = path.stat()
        return cls(status.st_uid, status.st_gid)

    @property
    def name(self) -> str:
        """The user's name; the number if it has no name."""
        try:
            return pwd.getpwuid(self.uid).pw_name
        except KeyError:
            return str(self.uid)

    def require_name(self) -> None:
        """Raise ConfigurationError if the operating system has no name for this user: initdb needs one."""
        try:
            pwd.getpwuid(self.uid)
        except KeyError:
            raise ConfigurationError(
                f"the user id {self.uid} has no name, which Postgres needs to create its data: add the user "
                f"(useradd --uid {self.uid} NAME; in a container: in its image), run syncer as a named user, "
                "or set database.url to a running server"
            ) from None

    @property
    def differs_from_current(self) -> bool:
        """Whether this is not the user of the current process."""
        return self.uid != os.geteuid()

    def chown(self, path: Path) -> None:
        """Make this user the owner of `path`, which this process created."""
        if self.differs_from_current:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def can_run(self, *command: str | Path) -> bool:
        """Run `command` as this user; return whether it succeeded."""
        try:
            return self._run(command).returncode == 0
        except OSError:
            return False

    def run(self, *command: str | Path, descriptors: Sequence[int] = ()) -> None:
        """Run a program as this user and wait for its end. It inherits the open files `descriptors`.

        Raises StoreUnavailable with the last line of the program's output if it fails.
        """
        result = self._run(command, descriptors)
        if result.returncode != 0:
            output = result.stderr.strip() or result.stdout.strip() or "no reason given"
            last_line = output.splitlines()[-1]
            raise StoreUnavailable(f"the embedded Postgres: {Path(command[0]).name} failed: {last_line}")

    def _run(
        self, command: Sequence[str | Path], descriptors: Sequence[int] = ()
    ) -> subprocess.CompletedProcess[str]:
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            cwd="/",  # this user may have no access to the current folder
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ} | {"LC_ALL": "C"},
            pass_fds=descriptors,
            umask=0o077,
            start_new_session=True,  # Ctrl-C must not reach the server: this process stops it in order
            **self._subprocess_user(),
        ) as process:
            # Unlike subprocess.run, this kills no program if a signal raises an exception: pg_ctl completes.
            output, errors = process.communicate()
            return subprocess.CompletedProcess(command, process.returncode, output, errors)

    def _subprocess_user(self) -> dict[str, Any]:
        if not self.differs_from_current:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def _unprivileged_user() -> OsUser:
    for name in _UNPRIVILEGED_USERS:
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return OsUser(user.pw_uid, user.pw_gid)
    names = ", ".join(_UNPRIVILEGED_USERS)
    raise ConfigurationError(f"Postgres does not run as root, and there is no user {names}: add one of them")
