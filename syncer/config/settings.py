"""The validated configuration, complete and frozen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from syncer.config.toml_schema import DaemonTable, DatabaseTable, HistoryTable, ReportingTable
from syncer.credentials import CredentialsReader, key_hash, masked_key
from syncer.errors import ConfigurationError
from syncer.model import Credentials, Source
from syncer.ports import Provider

#: A renamed source, and two sources on one list, could not be recognised by a key that changes.
ACCOUNT_REQUIRED = 'a session token needs `account`; write account = "…", the number or a name of the account'


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSettings:
    """One configured source."""

    #: The provider with the options and the endpoint of the source.
    provider: Provider = field(repr=False)
    #: Where the credentials are kept; they are read only when they are needed.
    secrets: CredentialsReader
    #: The source without its credentials; its account is "" where none is configured.
    unsigned: Source
    requests_per_second: float
    redact: tuple[str, ...] = ()
    proxy: SecretStr | None = None
    ca_file: Path | None = None

    @property
    def name(self) -> str:
        return self.unsigned.name

    @property
    def provider_name(self) -> str:
        """The key of its provider in the registry."""
        return self.unsigned.provider

    @property
    def regions(self) -> tuple[str, ...] | None:
        """The regions to read; None: all that the account has, which takes a call to the provider."""
        return self.provider.regions

    def source(self, credentials: Credentials, account: str | None = None) -> Source:
        """The source with the account that `credentials` belong to.

        Where none is configured it is `account`, which the vendor has named, or the access key identifies it.
        Raises ConfigurationError where that key belongs to a session token, and so changes every few hours.
        """
        account = self.unsigned.account or account
        if credentials.session_token:
            if not account:
                raise ConfigurationError(f"{self.name}: {ACCOUNT_REQUIRED}")
            return replace(self.unsigned, account=account)
        account = account or masked_key(credentials.access_key)
        return replace(self.unsigned, account=account, key_hash=key_hash(credentials.access_key))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole configuration."""

    #: The file it was read from.
    path: Path
    database: DatabaseTable
    daemon: DaemonTable
    reporting: ReportingTable
    history: HistoryTable
    sources: tuple[SourceSettings, ...]
    #: The files that hold its secrets; with `path`, if it holds one itself.
    secret_files: frozenset[Path] = frozenset()

    def require_sources(self) -> None:
        """Raises ConfigurationError where no source is configured."""
        if not self.sources:
            raise ConfigurationError(f"{self.path} has no [[sources]]: nothing would be read")

    @property
    def digest(self) -> str:
        """A short digest of what decides what is read and how; without secrets, paths and addresses.

        Daemons that share a database should have the same one.
        """
        sources = [
            (source.unsigned, source.requests_per_second, source.redact, source.regions)
            for source in sorted(self.sources, key=lambda source: source.name)
        ]
        text = repr((sources, self.daemon.lease, self.reporting, self.history))
        return sha256(text.encode()).hexdigest()[:12]

    @property
    def lease(self) -> timedelta:
        """How long a stream belongs to this process without a renewal."""
        return self.daemon.lease

    def passwords(self) -> Iterator[str]:
        """The passwords in the URLs of the configuration, which logs must not show."""
        for url in (self.database.url, *(source.proxy for source in self.sources)):
            if url and (written := _password(url.get_secret_value())):
                yield from {written, unquote(written)}


def _password(url: str) -> str | None:
    """The password in `url` as it is written there; None without one, or if the URL is invalid."""
    try:
        return urlsplit(url).password
    except ValueError:  # The connection refuses the URL in a message of its own.
        return None
