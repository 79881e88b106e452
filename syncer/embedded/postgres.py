"""One embedded Postgres for all syncer processes: the first starts it, the last stops it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg

from syncer.embedded import file_locks
from syncer.embedded.binaries import Binaries, find_binaries
from syncer.embedded.binaries_copy import readable_binaries
from syncer.embedded.cluster import Cluster
from syncer.embedded.data_dir import make_folder
from syncer.embedded.os_user import OsUser
from syncer.embedded.password_file import DATABASE, HOST, ROLE, SUPERUSER, generate_passwords, read_password
from syncer.embedded.provision import provision
from syncer.embedded.tcp_ports import candidate_ports, is_free, keep_port, read_port
from syncer.errors import ConfigurationError, StoreUnavailable

#: Longer than a start with crash recovery and a stop in order take together.
_TURN_SECONDS = 450
_TRIES = 600
_PAUSE_SECONDS = 0.1


class EmbeddedPostgres:
    """The Postgres in `data_dir`, with a database `syncer` that the ordinary role `syncer` owns.

    Which processes use it, and whether it runs, is told by file locks alone: they vanish with their holders,
    so a process that was killed leaves nothing to clean up.
    """

    def __init__(
        self, data_dir: Path, *, binaries: Binaries | None = None, settings: Mapping[str, str] | None = None
    ) -> None:
        """`settings` go into postgresql.conf when the data is made; `binaries` are found if not given."""
        self._folder = Path(os.path.abspath(data_dir)) / "postgres"
        self._data = self._folder / "db"
        self._passwords = self._folder / "pgpass"
        self._port = self._folder / "port"
        #: Held by whoever starts or stops the server.
        self._turn = self._folder / "turn.lock"
        #: Shared by all who use the server.
        self._users = self._folder / "users.lock"
        #: Held by the server's own processes.
        self._server = self._folder / "server.lock"
        #: There while the server shall stay up without users, until it is told to stop or dies.
        self._stays = self._folder / "stays"
        self._binaries = binaries
        self._settings = settings or {}

    @property
    def password_file(self) -> Path:
        """The file with the passwords, for PGPASSFILE."""
        return self._passwords

    def password(self, role: str) -> str:
        """The password of `role`, for logs to conceal."""
        return read_password(self._passwords, role)

    def is_running(self) -> bool:
        """True while the server's processes live, whoever started them."""
        return file_locks.is_locked(self._server)

    def url(self, *, role: str = ROLE, database: str = DATABASE) -> str:
        """Where the database is to be found, password included, for psql and for BI tools too.

        Raises ConfigurationError if nothing was ever started in this folder.
        """
        port = read_port(self._port)
        if port is None:
            raise ConfigurationError(f"there is no embedded Postgres in {self._folder} yet")
        return f"postgresql://{role}:{self.password(role)}@{HOST}:{port}/{database}"

    @contextmanager
    def running(self, *, stays: bool = False) -> Iterator[str]:
        """The database's URL, for as long as the server is needed: started or joined, and left.

        With `stays` it goes on after its last user, for people to look around, until `stop()`.
        Raises ConfigurationError where the folder or the machine is not fit for it, StoreUnavailable where
        the server does not start.
        """
        with self._explained():
            self._prepare()
        with file_locks.opened_lock_file(self._users) as users:
            try:
                with self._explained(), self._our_turn():
                    file_locks.share(users)
                    self._join()
                    if stays:
                        self._stays.touch()
                yield self.url()
            finally:
                self._leave(users)

    def stop(self) -> bool:
        """Stop a server that stays. False if others use it; then it goes with the last of them."""
        if not self._folder.exists():
            return True
        with self._explained():
            self._prepare()
            self._stays.unlink(missing_ok=True)
            with file_locks.opened_lock_file(self._users) as users:
                self._leave(users)
        return not self.is_running()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ConfigurationError(
                f"no Postgres can run in {self._folder}: {error}; set data_dir to a folder of this user"
            ) from error

    def _prepare(self) -> None:
        # Only the data is the server's: it must not be able to swap files under root's hands.
        make_folder(self._folder, 0o711 if os.geteuid() == 0 else 0o700)
        owner = OsUser.of(self._folder)
        if owner.is_other:
            raise ConfigurationError(f"{self._folder} belongs to {owner.name}: run syncer as that user")

    def _our_turn(self) -> AbstractContextManager[int]:
        return file_locks.lock_file(
            self._turn, seconds=_TURN_SECONDS, what="another syncer to start or stop Postgres"
        )

    def _leave(self, users: int) -> None:
        with self._our_turn():
            if file_locks.try_alone(users) and self.is_running() and not self._stays.exists():
                self._cluster().stop()

    def _join(self) -> None:
        """Start the server unless it runs, and see to it that role and database are there."""
        generate_passwords(self._passwords)
        reason = ""
        for _ in range(_TRIES):
            with file_locks.opened_lock_file(self._server) as lock:
                if file_locks.try_alone(lock):
                    self._start(lock)
            try:
                url = self.url(role=SUPERUSER, database="postgres")
                provision(url, self.password(ROLE))
                return
            except psycopg.OperationalError as error:
                reason = str(error).strip().splitlines()[-1]
            if "authentication failed" in reason:
                break
            # Processes of a server that was killed are on their way out, or one is still recovering.
            time.sleep(_PAUSE_SECONDS)
        raise StoreUnavailable(f"the embedded Postgres runs but does not answer: {reason}")

    def _start(self, lock: int) -> None:
        self._stays.unlink(missing_ok=True)
        cluster = self._cluster()
        if not self._data.exists():
            cluster.create(self.password(SUPERUSER), self._settings)
        for port in candidate_ports(self._port):
            keep_port(self._port, port)
            try:
                cluster.start(port, lock)
                return
            except StoreUnavailable:
                if is_free(port):
                    raise
        raise StoreUnavailable("the embedded Postgres found no free port on the loopback address")

    def _cluster(self) -> Cluster:
        account = OsUser.for_files(self._data)
        if account.is_other and not account.can("test", "-x", self._folder):
            raise ConfigurationError(
                f"the user {account.name}, who runs Postgres for root, cannot enter {self._folder}: "
                "set data_dir to a folder that everybody may enter, such as /var/lib/syncer"
            )
        binaries = self._fitting_binaries()
        return Cluster(self._data, readable_binaries(binaries, account, self._folder / "binaries"), account)

    def _fitting_binaries(self) -> Binaries:
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
