"""`StreamRegistry`: the configured streams, and the database's record of them."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from syncer.app.sources import ConfiguredSource
from syncer.model import Source, Stream
from syncer.storage import PgStore

log = logging.getLogger(__name__)


class StreamRegistry:
    """Remembers the regions of each configured source, and registers sources in the database."""

    def __init__(self, sources: Iterable[ConfiguredSource], store: PgStore) -> None:
        self._store = store
        #: By source: its regions, None while they are unknown.
        self._regions: dict[str, list[str] | None] = {source.name: None for source in sources}

    def discover(self, source: ConfiguredSource) -> list[Stream]:
        """Return the streams of `source`; where all regions are configured, ask the provider for them."""
        streams = source.streams()
        self._regions[source.name] = [stream.region for stream in streams]
        return streams

    def register(self, sources: Iterable[Source]) -> None:
        """Store `sources`; mark every stream that is no longer configured as retired.

        No coverage is expected of a retired stream from then on. The streams of a source whose regions are
        unknown are not retired.
        """
        self._store.register(list(sources))
        if labels := self._store.retire(self._regions):
            log.info("streams.retired", extra={"streams": ", ".join(labels)})
