"""One Postgres data folder: created, started and stopped with the server's own programs."""

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
from syncer.threads import MAX_THREADS

#: For a daemon and a `syncer sync` beside it, each with a connection for every thread, and for BI roles.
_CONNECTIONS = 3 * MAX_THREADS
#: For a small machine with other tasks. Written once, into postgresql.conf, which operators may edit.
_SETTINGS = {
    "shared_buffers": "128MB",
    "max_connections": str(_CONNECTIONS),
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "min_wal_size": "80MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # One log file for each weekday, overwritten a week later: limited in size, and a week of history.
    "logging_collector": "on",
    "log_filename": "postgres-%a.log",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    "log_checkpoints": "off",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """The data in `folder`, served by `binaries` that run as `os_user`."""

    folder: Path
    binaries: Binaries
    os_user: OsUser

    def create(self, password: str, settings: Mapping[str, str]) -> None:
        """Create the data folder, completely or not at all, with a superuser that has `password`.

        Raises ConfigurationError if the server's user has no name.
        """
        self.os_user.require_name()
        draft = self.folder.with_suffix(".new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(0o700)
        self.os_user.chown(draft)
        password_file = self._write_password_file(password)
        try:
            self._initdb(draft, password_file)
        finally:
            password_file.unlink()
        lines = [f"{name} = '{value}'\n" for name, value in (_SETTINGS | dict(settings)).items()]
        with open(draft / "postgresql.conf", "a", encoding="ascii") as file:
            file.writelines(["\n# Set by syncer when it created this folder\n", *lines])
        draft.rename(self.folder)

    def _write_password_file(self, password: str) -> Path:
        path = self.folder.with_name("password.new")
        path.unlink(missing_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(password)
        self.os_user.chown(path)
        return path

    def _initdb(self, folder: Path, password_file: Path) -> None:
        # Postgres 17 introduced a UTF-8 locale that does not depend on the operating system:
        # https://www.postgresql.org/docs/17/locale.html#LOCALE-PROVIDERS
        locale = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if self.binaries.major >= 17 else []
        )
        self.os_user.run(
            self.binaries.program("initdb"),
            f"--pgdata={folder}",
            f"--username={SUPERUSER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            *locale,
            "--data-checksums",
        )

    def start(self, port: int, lock: int) -> None:
        """Start the server on `port`; return when it accepts connections.

        The server inherits `lock`, the descriptor of a locked file. Raises StoreUnavailable with the last
        fatal message of the server if it does not start.
        """
        self._remove_stale_pid_file()
        log = self.folder / "startup.log"
        log.unlink(missing_ok=True)
        options = f"-p {port} -c listen_addresses={HOST} -c unix_socket_directories="
        arguments = ["-D", str(self.folder), "-l", str(log), "-o", options]
        pg_ctl = self.binaries.program("pg_ctl")
        try:
            self.os_user.run(pg_ctl, "start", "-w", "-t", "300", *arguments, descriptors=[lock])
        except StoreUnavailable as error:
            reason = self._last_fatal_message(log)
            raise StoreUnavailable(f"the embedded Postgres did not start: {reason}") from error

    def stop(self) -> None:
        """Stop the server: close its connections and write all data."""
        stop = [self.binaries.program("pg_ctl"), "stop", "-w", "-t", "120", "-D", str(self.folder), "-m"]
        try:
            self.os_user.run(*stop, "fast")
        except StoreUnavailable:
            if self.os_user.can_run(*stop, "immediate"):  # loses nothing: the next start recovers
                return
            raise

    def stop_at_once(self) -> bool:
        """Stop the server without writing its data, from which the next start recovers.

        Return whether there was a server to stop.
        """
        stop = [self.binaries.program("pg_ctl"), "stop", "-w", "-t", "60", "-D", str(self.folder)]
        return self.os_user.can_run(*stop, "-m", "immediate")

    def _remove_stale_pid_file(self) -> None:
        """Remove the pid file of a server that was killed, if another process has its pid now.

        Postgres does this itself, except in two cases, both common in containers: a process of the same user
        has the pid, or the killed server is a zombie that its parent has not waited for. The caller holds
        the lock that every server of this folder inherits, so the pid can only be a live server's if it was
        started by hand; then its command line contains "postgres".
        """
        pid_file = self.folder / "postmaster.pid"
        try:
            pid = int(pid_file.read_text(encoding="ascii").split()[0])
        except (FileNotFoundError, ValueError, IndexError):
            return
        if "postgres" not in _command_line(pid):
            pid_file.unlink()

    def _last_fatal_message(self, startup_log: Path) -> str:
        """The last fatal message in the server's logs, with the path of the log."""
        logs = sorted((self.folder / "log").glob("*.log"), key=lambda path: path.stat().st_mtime)
        for path in [*reversed(logs[-1:]), startup_log]:
            text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
            messages = re.findall(r"(?:FATAL|PANIC|ERROR):\s+(.+)", text)
            if messages:
                return f"{messages[-1]} (see {path})"
        return f"no reason given (see {startup_log})"


def _command_line(pid: int) -> str:
    """The command line of the process `pid`; "" if there is no such process."""
    if Path("/proc/self").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
    ps = ["/bin/ps", "-p", str(pid), "-o", "args="]
    return subprocess.run(ps, capture_output=True, text=True, errors="replace").stdout
