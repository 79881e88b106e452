"""A source with its keys, and the way to its provider."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import cached_property

from syncer import logs
from syncer.app.clock import SystemClock
from syncer.config import Settings, SourceSettings
from syncer.credentials import RotatingCredentials
from syncer.errors import SyncerError
from syncer.http import Client, ClientConfig, RateLimiters, TransportConfig
from syncer.model import Query, Source, Stream


class ConfiguredSource:
    """One source, ready to be asked."""

    def __init__(self, settings: SourceSettings, limiters: RateLimiters, clock: SystemClock) -> None:
        self.settings = settings
        self._limiters, self._clock = limiters, clock
        self._credentials = RotatingCredentials(
            settings.secrets, owner=settings.name, register_secret=logs.register_secret
        )

    @property
    def name(self) -> str:
        return self.settings.name

    @cached_property
    def source(self) -> Source:
        """The source as the database knows it. Raises ConfigurationError where no credentials are found."""
        return self.settings.source(self._credentials.current())

    @cached_property
    def client(self) -> Client:
        """The way to its provider. Raises like `source`."""
        settings = self.settings
        config = ClientConfig(
            account=f"{self.source.provider}/{self.source.site}/{self.source.account}",
            requests_per_second=settings.requests_per_second,
            redact=settings.redact,
            transport=TransportConfig(
                proxy=settings.proxy.get_secret_value() if settings.proxy else None, ca_file=settings.ca_file
            ),
        )
        return Client(settings.provider, self._credentials, self._limiters, self._clock, config=config)

    def streams(self) -> list[Stream]:
        """Its streams, one a region; asks the provider where all regions are wanted."""
        client = self.client  # made here, by one thread, before the streams' threads share it
        regions = self.settings.regions or client.regions()
        return [Stream(self.source, region) for region in regions]

    def close(self) -> None:
        """Close the connections to its provider, if any were made."""
        if "client" in vars(self):
            self.client.close()

    def try_calls(self) -> tuple[int, timedelta | None]:
        """Make one signed call a region; how many, and how far our clock is ahead. Raises what is wrong."""
        list_name = self.settings.provider.facts.lists[0].name
        streams = self.streams()
        for stream in streams:
            try:
                self.client(Query(list_name=list_name, region=stream.region, limit=1))
            except SyncerError as error:
                if len(streams) > 1:
                    error.message = f"{stream.region}: {error.message}"
                raise
        return len(streams), self.client.offset


def configured_sources(settings: Settings, clock: SystemClock | None = None) -> list[ConfiguredSource]:
    """A reader for each source. Those that ask one account share its rate limits."""
    clock = clock or SystemClock(threading.Event())
    limiters = RateLimiters(clock)
    return [ConfiguredSource(each, limiters, clock) for each in settings.sources]
