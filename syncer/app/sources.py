"""`ConfiguredSource`: a source of the configuration, with its credentials and HTTP client."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import cached_property

from syncer import logs
from syncer.app.account_lookup import AccountLookup
from syncer.app.clock import SystemClock
from syncer.config import ACCOUNT_REQUIRED, Settings, SourceSettings
from syncer.credentials import RotatingCredentials
from syncer.errors import ConfigurationError, ProtocolError, Retryable, SyncerError
from syncer.http import Client, ClientConfig, RateLimiters, RetryPolicy, TransportConfig
from syncer.model import Query, Source, Stream

#: A user waits for these calls: the last attempt starts before 40 s.
_SHORT_RETRIES = RetryPolicy(
    max_attempts=3, total_timeout=timedelta(seconds=40), attempt_timeout=timedelta(seconds=20)
)


class ConfiguredSource:
    """One source of the configuration: its settings, credentials, HTTP client and streams."""

    def __init__(
        self,
        settings: SourceSettings,
        limiters: RateLimiters,
        clock: SystemClock,
        retry_policy: RetryPolicy | None = None,
    ) -> None:
        self.settings = settings
        self._retry_policy = retry_policy or RetryPolicy()
        self._limiters, self._clock = limiters, clock
        self._credentials = RotatingCredentials(
            settings.secrets, owner=settings.name, register_secret=logs.register_secret
        )
        self._account = AccountLookup(self._ask_for_account, lambda: clock.monotonic())

    @property
    def name(self) -> str:
        return self.settings.name

    @cached_property
    def source(self) -> Source:
        """The source as the database stores it.

        Raises ConfigurationError without credentials. With a session token and no configured account the
        vendor is asked for it: then it raises like a request.
        """
        credentials = self._credentials.current()
        is_asked = credentials.session_token and not self.settings.unsigned.account
        return self.settings.source(credentials, self._account() if is_asked else None)

    @cached_property
    def client(self) -> Client:
        """The HTTP client of its provider. Raises like `source`."""
        return self._client(self.source.account)

    def _client(self, account: str) -> Client:
        settings = self.settings
        config = ClientConfig(
            account=f"{settings.provider_name}/{settings.unsigned.site}/{account}",
            requests_per_second=settings.requests_per_second,
            redact=settings.redact,
            transport=TransportConfig(
                proxy=settings.proxy.get_secret_value() if settings.proxy else None, ca_file=settings.ca_file
            ),
            retry_policy=self._retry_policy,
        )
        return Client(settings.provider, self._credentials, self._limiters, self._clock, config=config)

    def _ask_for_account(self) -> str | None:
        """Ask the vendor for the account of the credentials; return None where it has no such call."""
        try:
            with self._client(self.name) as client, logs.bound(source=self.name):
                return client.account()
        except Retryable as error:
            # A firewall may allow the requests for lists alone.
            advice = "or write `account`, which is not asked for then"
            raise error.with_context(outcome=advice) from error.__cause__
        except ProtocolError as error:
            # An endpoint that serves only the lists.
            raise ConfigurationError(f"{self.name}: {ACCOUNT_REQUIRED} ({error})") from error

    def streams(self) -> list[Stream]:
        """Return its streams, one for each region; ask the provider where all regions are configured."""
        client = self.client  # Created by this thread, before the threads of the streams share it.
        with logs.bound(source=self.name):
            regions = self.settings.regions or client.regions()
        return [Stream(self.source, region) for region in regions]

    def close(self) -> None:
        """Close the connections to its provider, if any were opened."""
        if "client" in vars(self):
            self.client.close()

    def try_calls(self) -> tuple[int, timedelta | None]:
        """Make one signed call in each region; return their number and the lead of our clock.

        The lead is None where the provider sent no Date header. Raises the error of the first failed call.
        """
        list_name = self.settings.provider.facts.lists[0].name
        streams = self.streams()
        for stream in streams:
            try:
                with logs.bound(source=self.name, stream=stream.label):
                    self.client(Query(list_name=list_name, region=stream.region, limit=1))
            except SyncerError as error:
                context = stream.region if len(streams) > 1 else ""
                raise error.with_context(context) from error.__cause__
        return len(streams), self.client.clock_offset


def configured_sources(
    settings: Settings, clock: SystemClock | None = None, retry_policy: RetryPolicy | None = None
) -> list[ConfiguredSource]:
    """The sources of the configuration. Those of one account share its rate limits."""
    clock = clock or SystemClock(threading.Event())
    limiters = RateLimiters(clock)
    return [ConfiguredSource(source, limiters, clock, retry_policy) for source in settings.sources]


def sources_to_check(settings: Settings) -> list[ConfiguredSource]:
    """The sources of the configuration, with so few retries that a call ends within a minute."""
    return configured_sources(settings, retry_policy=_SHORT_RETRIES)
