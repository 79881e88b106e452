"""The database of a command: the configured server, or the embedded one, which is started if needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from syncer import logs
from syncer.cli import signals

if TYPE_CHECKING:
    from syncer.config import Settings
    from syncer.embedded import EmbeddedPostgres


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDatabase:
    """A database that can be connected to inside the block that opened it."""

    url: str = field(repr=False)
    #: The embedded server; None where a server is configured.
    embedded: EmbeddedPostgres | None = None
    #: Whether the embedded server was running before the block.
    was_running: bool = True

    @property
    def location(self) -> str:
        """Its address without credentials: `db.example:5432/syncer`."""
        from syncer.storage.database_urls import describe_url, parse_url

        return describe_url(parse_url(self.url))

    def connection(self, *, shows_password: bool) -> str:
        """Its URL for other programs; without the password unless `shows_password`."""
        url = urlsplit(self.url)
        bare = url._replace(netloc=f"{url.username}@{url.hostname}:{url.port}").geturl()
        return self.url if shows_password else bare


@contextmanager
def database_of_config(option: Path | None) -> Iterator[OpenDatabase]:
    """Open the database of the configuration file (`--config` or its defaults).

    Raises ConfigurationError, and what `database_of_settings` raises.
    """
    from syncer import config

    with database_of_settings(config.load(config.find(option))) as database:
        yield database


@contextmanager
def database_of_settings(settings: Settings) -> Iterator[OpenDatabase]:
    """Open the database of `settings`; start the embedded server where no URL is configured.

    Registers the passwords of `settings` with the logs, which redact them. Raises StoreUnavailable where the
    embedded server does not start. A configured server is not connected to here.
    """
    for password in settings.passwords():
        logs.register_secret(password)
    if settings.database.url:
        yield OpenDatabase(url=settings.database.url.get_secret_value())
        return
    from syncer.embedded import ROLE, EmbeddedPostgres, default_data_dir

    postgres = EmbeddedPostgres(settings.database.data_dir or default_data_dir(), shield=signals.shielded)
    was_running = postgres.is_running()
    with signals.before_forced_exit(postgres.stop_at_once), postgres.running() as url:
        logs.register_secret(postgres.password(ROLE))
        yield OpenDatabase(url=url, embedded=postgres, was_running=was_running)
