"""One data folder of Postgres: made, started and stopped with the server's own programs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from syncer.embedded.binaries import Binaries
from syncer.embedded.os_user import OsUser
from syncer.embedded.password_file import HOST, SUPERUSER
from syncer.errors import StoreUnavailable

#: For a small machine that has other things to do. Written once, into postgresql.conf, where operators tune.
_SETTINGS = {
    "shared_buffers": "128MB",
    "max_connections": "50",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "min_wal_size": "80MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # One file a weekday, written over a week later: bounded, and enough to look back.
    "logging_collector": "on",
    "log_filename": "postgres-%a.log",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    "log_checkpoints": "off",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """The data in `folder`, run by `binaries` as `account`."""

    folder: Path
    binaries: Binaries
    account: OsUser

    def create(self, password: str, settings: Mapping[str, str]) -> None:
        """Make the data folder, whole or not at all, with a superuser of this password."""
        draft = self.folder.with_suffix(".new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(0o700)
        self.account.own(draft)
        secret = self._secret(password)
        try:
            self._initdb(draft, secret)
        finally:
            secret.unlink()
        lines = [f"{name} = '{value}'\n" for name, value in (_SETTINGS | dict(settings)).items()]
        with open(draft / "postgresql.conf", "a", encoding="ascii") as file:
            file.writelines(["\n# Set by syncer when it made this folder\n", *lines])
        draft.rename(self.folder)

    def _secret(self, password: str) -> Path:
        path = self.folder.with_name("password.new")
        path.unlink(missing_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(password)
        self.account.own(path)
        return path

    def _initdb(self, folder: Path, secret: Path) -> None:
        # Postgres 17 brought a locale that knows all of Unicode and no operating system.
        locale = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if self.binaries.major >= 17 else []
        )
        self.account.run(
            self.binaries.program("initdb"),
            f"--pgdata={folder}",
            f"--username={SUPERUSER}",
            f"--pwfile={secret}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            *locale,
            "--data-checksums",
        )

    def start(self, port: int, lock: int) -> None:
        """Start the server on `port`, return when it takes connections; it inherits the locked file `lock`.

        Raises StoreUnavailable with the server's own last words if it does not start.
        """
        self._forget_pid()
        log = self.folder / "startup.log"
        log.unlink(missing_ok=True)
        options = f"-p {port} -c listen_addresses={HOST} -c unix_socket_directories="
        where = ["-D", str(self.folder), "-l", str(log), "-o", options]
        try:
            self.account.run(self.binaries.program("pg_ctl"), "start", "-w", "-t", "300", *where, fds=[lock])
        except StoreUnavailable as error:
            raise StoreUnavailable(f"the embedded Postgres did not start: {self._last_words(log)}") from error

    def stop(self) -> None:
        """Stop the server in order: connections are closed, everything is written."""
        stop = [self.binaries.program("pg_ctl"), "stop", "-w", "-t", "120", "-D", str(self.folder), "-m"]
        try:
            self.account.run(*stop, "fast")
        except StoreUnavailable:
            if self.account.can(*stop, "immediate"):  # nothing is lost: the next start recovers
                return
            raise

    def _forget_pid(self) -> None:
        """Remove the pid file of a server that was killed, if that number now belongs to somebody else.

        Postgres takes care of it itself, but for two cases, which are common in containers: the number is in
        use again by a process of the same user, or nobody has collected the dead server's status. We hold
        the lock that every server of ours inherits, so this could only be wrong where somebody started the
        server by hand; then a living process has postgres in its command line.
        """
        pid_file = self.folder / "postmaster.pid"
        try:
            pid = int(pid_file.read_text(encoding="ascii").split()[0])
        except (FileNotFoundError, ValueError, IndexError):
            return
        if "postgres" not in _command_line(pid):
            pid_file.unlink()

    def _last_words(self, startup: Path) -> str:
        """The last fatal line in the server's logs."""
        logs = sorted((self.folder / "log").glob("*.log"), key=lambda path: path.stat().st_mtime)
        for path in [*reversed(logs[-1:]), startup]:
            text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
            fatal = re.findall(r"(?:FATAL|PANIC|ERROR):\s+(.+)", text)
            if fatal:
                return f"{fatal[-1]} (see {path})"
        return f"no reason given (see {startup})"


def _command_line(pid: int) -> str:
    """What runs as `pid`; "" if nothing does any more."""
    if Path("/proc/self").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
    ps = ["/bin/ps", "-p", str(pid), "-o", "args="]
    return subprocess.run(ps, capture_output=True, text=True, errors="replace").stdout
