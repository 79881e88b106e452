"""One embedded Postgres for all syncer processes: the first one starts it, the last one stops it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import psycopg

from syncer.embedded import file_locks
from syncer.embedded.binaries import Binaries, find_binaries
from syncer.embedded.binaries_copy import readable_binaries
from syncer.embedded.cluster import Cluster
from syncer.embedded.data_dir import make_folder
from syncer.embedded.libpq_environment import without_libpq_variables
from syncer.embedded.os_user import OsUser
from syncer.embedded.password_file import DATABASE, HOST, ROLE, SUPERUSER, generate_passwords, read_password
from syncer.embedded.provisioning import create_role_and_database
from syncer.embedded.tcp_ports import candidate_ports, is_free, read_port, save_port
from syncer.errors import ConfigurationError, StoreUnavailable

#: Longer than a start with crash recovery and a regular stop together.
_START_STOP_TIMEOUT_SECONDS = 450
_MAX_CONNECT_ATTEMPTS = 600
_CONNECT_PAUSE_SECONDS = 0.1


class EmbeddedPostgres:
    """The Postgres in `data_dir`, with a database `syncer` that the ordinary role `syncer` owns.

    File locks alone record which processes use the server and whether it runs. The kernel releases them when
    a process ends, so a killed process leaves nothing to clean up.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        binaries: Binaries | None = None,
        settings: Mapping[str, str] | None = None,
        shield: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """`settings` are written to postgresql.conf when the data folder is created.

        Without `binaries` the installed ones are used. The server is started and stopped in blocks of
        `shield`, in which no signal may raise an exception.
        """
        self._folder = Path(os.path.abspath(data_dir)) / "postgres"
        self._data = self._folder / "db"
        self._passwords = self._folder / "pgpass"
        self._port_file = self._folder / "port"
        #: Locked exclusively while a process starts or stops the server.
        self._start_stop_lock_file = self._folder / "start-stop.lock"
        #: Locked by every process that uses the server, as a shared lock.
        self._users_lock_file = self._folder / "users.lock"
        #: Locked exclusively by the server's own processes, which inherit the open file.
        self._server_lock_file = self._folder / "server.lock"
        #: Exists while the server must keep running without users, until `stop()` or a new start.
        self._keep_running_file = self._folder / "keep-running"
        self._binaries = binaries
        self._settings = settings or {}
        self._shield = shield
        #: The open lock files of the `running` blocks of this process.
        self._users_locks: list[int] = []
        #: The variables of libpq that the user has set: clients must be started without them.
        self.libpq_variables: list[str] = []

    @property
    def password_file(self) -> Path:
        """The file with the passwords, for PGPASSFILE."""
        return self._passwords

    def password(self, role: str) -> str:
        """The password of `role`, such as for hiding it in logs."""
        return read_password(self._passwords, role)

    def is_running(self) -> bool:
        """Whether the server's processes are alive, whichever process started them.

        Raises ConfigurationError if the folder cannot be reached.
        """
        with self._os_errors_as_configuration_errors():
            return file_locks.is_locked(self._server_lock_file)

    def url(self, *, role: str = ROLE, database: str = DATABASE) -> str:
        """The URL of a database, with the password; psql and BI tools accept it too.

        Raises ConfigurationError if the server was never started in this folder.
        """
        port = read_port(self._port_file)
        if port is None:
            raise ConfigurationError(f"there is no embedded Postgres in {self._folder} yet")
        return f"postgresql://{role}:{self.password(role)}@{HOST}:{port}/{database}"

    @contextmanager
    def running(self, *, keep_running: bool = False) -> Iterator[str]:
        """Start the server if it does not run; yield the database's URL; stop it if no process uses it.

        With `keep_running` the server continues without users until `stop()`. Inside the block this process
        has no environment variables of libpq, such as PGSSLMODE: they describe another server.
        Raises ConfigurationError if the folder or the machine is unsuitable, StoreUnavailable if the server
        does not start.
        """
        with self._os_errors_as_configuration_errors():
            self._prepare_folder()
        with (
            file_locks.open_lock_file(self._users_lock_file) as users_lock,
            without_libpq_variables() as variables,
        ):
            self.libpq_variables = variables or self.libpq_variables
            self._users_locks.append(users_lock)
            try:
                with self._os_errors_as_configuration_errors(), self._start_stop_lock(), self._shield():
                    file_locks.lock_shared(users_lock)
                    self._start_and_connect()
                    if keep_running:
                        self._keep_running_file.touch()
                yield self.url()
            finally:
                with self._shield():
                    self._users_locks.remove(users_lock)
                    self._stop_if_unused(users_lock)

    def stop(self) -> bool:
        """Stop a server that was kept running; return whether it is stopped.

        If other processes use it, it stops with the last of them instead.
        """
        if not self._folder.exists():
            return True
        with self._os_errors_as_configuration_errors():
            self._prepare_folder()
            self._keep_running_file.unlink(missing_ok=True)
            with file_locks.open_lock_file(self._users_lock_file) as users_lock:
                self._stop_if_unused(users_lock)
        return not self.is_running()

    def stop_at_once(self) -> None:
        """Stop the server, in whatever state it is, if only this process uses it: this process ends now.

        For a thread other than the one in the `running` block. Waits until a start has gone so far that the
        server can be stopped. Loses nothing: the next start recovers.
        """
        for users_lock in list(self._users_locks):
            while file_locks.try_lock_exclusive(users_lock) and self.is_running():
                if self._keep_running_file.exists() or self._cluster().stop_at_once():
                    return
                time.sleep(_CONNECT_PAUSE_SECONDS)

    @contextmanager
    def _os_errors_as_configuration_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ConfigurationError(
                f"no Postgres can run in {self._folder}: {error}; set data_dir to a folder of this user"
            ) from error

    def _prepare_folder(self) -> None:
        # The server's user owns only the data in this folder: it must not be able to replace root's files.
        make_folder(self._folder, 0o711 if os.geteuid() == 0 else 0o700)
        owner = OsUser.owner_of(self._folder)
        if owner.differs_from_current:
            raise ConfigurationError(f"{self._folder} belongs to {owner.name}: run syncer as that user")

    def _start_stop_lock(self) -> AbstractContextManager[int]:
        return file_locks.exclusive_lock(
            self._start_stop_lock_file,
            timeout_seconds=_START_STOP_TIMEOUT_SECONDS,
            waiting_for="another syncer process to start or stop Postgres",
        )

    def _stop_if_unused(self, users_lock: int) -> None:
        with self._start_stop_lock():
            is_unused = file_locks.try_lock_exclusive(users_lock)
            if is_unused and self.is_running() and not self._keep_running_file.exists():
                self._cluster().stop()

    def _start_and_connect(self) -> None:
        """Start the server if it does not run; create the role and the database if they are missing."""
        generate_passwords(self._passwords)
        reason = ""
        for _ in range(_MAX_CONNECT_ATTEMPTS):
            with file_locks.open_lock_file(self._server_lock_file) as server_lock:
                if file_locks.try_lock_exclusive(server_lock):
                    self._start(server_lock)
            try:
                url = self.url(role=SUPERUSER, database="postgres")
                create_role_and_database(url, self.password(ROLE))
                return
            except psycopg.OperationalError as error:
                reason = str(error).strip().splitlines()[-1]
            if "authentication failed" in reason:
                break
            # The processes of a killed server still have to end, or a server is still recovering.
            time.sleep(_CONNECT_PAUSE_SECONDS)
        raise StoreUnavailable(f"the embedded Postgres runs but does not answer: {reason}")

    def _start(self, server_lock: int) -> None:
        self._keep_running_file.unlink(missing_ok=True)
        cluster = self._cluster()
        if not self._data.exists():
            cluster.create(self.password(SUPERUSER), self._settings)
        for port in candidate_ports(self._port_file):
            save_port(self._port_file, port)
            try:
                cluster.start(port, server_lock)
                return
            except StoreUnavailable:
                if is_free(port):
                    raise
        raise StoreUnavailable("the embedded Postgres found no free port on the loopback address")

    def _cluster(self) -> Cluster:
        os_user = OsUser.for_files(self._data)
        if os_user.differs_from_current and not os_user.can_run("test", "-x", self._folder):
            raise ConfigurationError(
                f"the user {os_user.name}, which runs Postgres for root, cannot enter {self._folder}: "
                "set data_dir to a folder that all users may enter, such as /var/lib/syncer"
            )
        binaries = self._compatible_binaries()
        return Cluster(self._data, readable_binaries(binaries, os_user, self._folder / "binaries"), os_user)

    def _compatible_binaries(self) -> Binaries:
        """Binaries of the major version that created the data; the preferred ones if there is no data."""
        try:
            major = int((self._data / "PG_VERSION").read_text(encoding="ascii"))
        except FileNotFoundError:
            return self._binaries or find_binaries()
        if self._binaries and self._binaries.major == major:
            return self._binaries
        try:
            return find_binaries(major=major)
        except ConfigurationError as error:
            raise ConfigurationError(f"the data in {self._data} is of Postgres {major}: {error}") from None
