"""One answer becomes one page: every record cleaned, redacted, mapped and given its fingerprint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from hashlib import blake2b
from operator import attrgetter
from typing import Any

from syncer.errors import ProtocolError, RecordError
from syncer.model import Page, Query, Rejected, Response, Sighting, Task
from syncer.ports import Provider
from syncer.records.cleaning import encoded, paths, storable, without
from syncer.records.quirks import Quirks

#: A status is compared by rank and time of asking, not by fingerprint.
_UNPRINTED = ("status", "provider_status", "rank")
_printed = attrgetter(*(field.name for field in fields(Task) if field.name not in _UNPRINTED))


def parse_page(
    provider: Provider,
    query: Query,
    answer: Response,
    *,
    observed_at: datetime,
    redact: Sequence[str] = (),
    requests: int = 1,
) -> Page:
    """The page in `answer`, which was asked at `observed_at` on the provider's clock.

    What stands at the dotted paths `redact` is gone before anything is read. A record without an id is
    put aside in `rejected`; nothing else about a record is an error. Raises what the provider's parse()
    raises, and ProtocolError where a record is nested too deeply.
    """
    envelope = provider.parse(query, answer)
    reader = _PageParser(provider, query, observed_at, envelope.request_id, redact)
    try:
        for record in envelope.records:
            reader.read(record)
    except RecursionError as error:
        raise ProtocolError(
            "a record is nested too deeply to be read; has the API changed?", request_id=envelope.request_id
        ) from error
    return Page(
        sightings=tuple(reader.sightings),
        next_cursor=envelope.next_cursor,
        observed_at=observed_at,
        total=envelope.total,
        request_id=envelope.request_id,
        back_cursor=envelope.back_cursor,
        page_size=envelope.page_size,
        rejected=tuple(reader.rejected),
        quirks=reader.quirks.found,
        requests=requests,
    )


class _PageParser:
    """Reads the records of one page."""

    def __init__(
        self, provider: Provider, query: Query, observed_at: datetime, request_id: str, redact: Sequence[str]
    ) -> None:
        self.provider, self.query = provider, query
        self.observed_at, self.request_id = observed_at, request_id
        self.redacted = paths(redact)
        self.volatile = paths(provider.facts.volatile)
        self.is_detail = provider.facts.answers_detail and bool(query.ids)
        self.quirks = Quirks(provider.facts)
        self.sightings: list[Sighting] = []
        self.rejected: list[Rejected] = []

    def read(self, record: Any) -> None:
        """Keep what `record` tells, or the record itself where it tells of no task."""
        record = without(record, self.redacted)
        if not isinstance(record, dict):
            self._reject(storable(record)[1], "the record is no object")
            return
        record, written, is_altered = storable(self.provider.reduce(record))
        try:
            task = self.provider.task(self.query, record)
        except RecordError as error:
            self._reject(written, str(error))
            return
        if self.is_detail:
            self._keep(task, is_altered, detail=written)
        else:
            self.quirks.notice(record, task)
            self._keep(task, is_altered, record=written, fingerprint=self._fingerprint(task, record, written))

    def _keep(
        self,
        task: Task,
        is_altered: bool,
        *,
        record: str | None = None,
        detail: str | None = None,
        fingerprint: bytes | None = None,
    ) -> None:
        self.sightings.append(
            Sighting(
                task=task,
                observed_at=self.observed_at,
                request_id=self.request_id,
                record=record,
                detail=detail,
                fingerprint=fingerprint,
                raw_altered=is_altered,
            )
        )

    def _reject(self, written: str, reason: str) -> None:
        self.rejected.append(
            Rejected(record=written, reason=reason, observed_at=self.observed_at, request_id=self.request_id)
        )

    def _fingerprint(self, task: Task, record: Any, written: str) -> bytes:
        """Of the mapped fields too, so that a better mapping makes itself known."""
        lasting = without(record, self.volatile)
        text = written if lasting is record else encoded(lasting)
        return blake2b("\x1f".join((text, *map(str, _printed(task)))).encode(), digest_size=16).digest()
