"""The configured database, opened for a command: a server that runs somewhere, or our own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from syncer import logs

if TYPE_CHECKING:
    from syncer.config import Settings
    from syncer.embedded import EmbeddedPostgres


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDatabase:
    """A database that can be reached for as long as it is open here."""

    url: str = field(repr=False)
    #: The server that is ours; None where it is somebody else's.
    embedded: EmbeddedPostgres | None = None
    #: Whether our own server was up before we needed it.
    was_running: bool = True

    @property
    def place(self) -> str:
        """Where it is, for people: `db.example:5432/syncer`."""
        from syncer.storage.database_urls import describe_url, parse_url

        return describe_url(parse_url(self.url))


@contextmanager
def configured_database(option: Path | None) -> Iterator[OpenDatabase]:
    """The database of the configuration that `--config` or its defaults name. Raises ConfigurationError."""
    from syncer import config

    with opened_database(config.load(config.find(option))) as database:
        yield database


@contextmanager
def opened_database(settings: Settings) -> Iterator[OpenDatabase]:
    """The database of `settings`. Raises StoreUnavailable where our own server does not start."""
    for password in settings.passwords():
        logs.register_secret(password)
    if settings.database.url:
        yield OpenDatabase(url=settings.database.url.get_secret_value())
        return
    from syncer.embedded import ROLE, EmbeddedPostgres, default_data_dir

    postgres = EmbeddedPostgres(settings.database.data_dir or default_data_dir())
    was_running = postgres.is_running()
    with postgres.running() as url:
        logs.register_secret(postgres.password(ROLE))
        yield OpenDatabase(url=url, embedded=postgres, was_running=was_running)
