"""Parsing of one response into one page: its records are redacted, cleaned, mapped and fingerprinted."""

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
from syncer.records.cleaning import canonical_json, clean, remove_paths, split_paths
from syncer.records.quirks import QuirkCollector

#: A status is compared by rank and observation time, not by fingerprint.
_NOT_FINGERPRINTED = ("status", "provider_status", "rank")
_fingerprinted_fields = attrgetter(
    *(field.name for field in fields(Task) if field.name not in _NOT_FINGERPRINTED)
)


def parse_page(
    provider: Provider,
    query: Query,
    response: Response,
    *,
    observed_at: datetime,
    redact: Sequence[str] = (),
    requests: int = 1,
) -> Page:
    """The page in `response`, whose request was sent at `observed_at` on the provider's clock.

    The fields at the dotted paths `redact` are removed first. A record without an id goes into `rejected`;
    nothing else in a record is an error. Raises the errors of the provider's parse(), and ProtocolError for
    a record that is nested too deeply.
    """
    envelope = provider.parse(query, response)
    parser = _PageParser(provider, query, observed_at, envelope.request_id, redact)
    try:
        for record in envelope.records:
            parser.add(record)
    except RecursionError as error:
        raise ProtocolError(
            "a record is nested too deeply to be read; has the API changed?", request_id=envelope.request_id
        ) from error
    return Page(
        sightings=tuple(parser.sightings),
        next_cursor=envelope.next_cursor,
        observed_at=observed_at,
        total=envelope.total,
        request_id=envelope.request_id,
        back_cursor=envelope.back_cursor,
        rejected=tuple(parser.rejected),
        quirks=parser.quirk_collector.quirks,
        requests=requests,
    )


class _PageParser:
    """Sightings, rejected records and quirks of one page."""

    def __init__(
        self, provider: Provider, query: Query, observed_at: datetime, request_id: str, redact: Sequence[str]
    ) -> None:
        self.provider, self.query = provider, query
        self.observed_at, self.request_id = observed_at, request_id
        self.redacted = split_paths(redact)
        self.volatile = split_paths(provider.facts.volatile)
        self.is_detail = provider.facts.has_details and bool(query.ids)
        self.quirk_collector = QuirkCollector(provider.facts)
        self.sightings: list[Sighting] = []
        self.rejected: list[Rejected] = []

    def add(self, record: Any) -> None:
        """Add the sighting of `record`, or the rejected record if it has no id."""
        record = remove_paths(record, self.redacted)
        if not isinstance(record, dict):
            self._reject(clean(record)[1], "the record is not a JSON object")
            return
        record, text, is_altered = clean(self.provider.reduce(record))
        try:
            task = self.provider.task(self.query, record)
        except RecordError as error:
            self._reject(text, str(error))
            return
        if self.is_detail:
            self._add_sighting(task, is_altered, detail=text)
        else:
            self.quirk_collector.add(record, task)
            fingerprint = self._fingerprint(task, record, text)
            self._add_sighting(task, is_altered, record=text, fingerprint=fingerprint)

    def _add_sighting(
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

    def _reject(self, text: str, reason: str) -> None:
        self.rejected.append(
            Rejected(record=text, reason=reason, observed_at=self.observed_at, request_id=self.request_id)
        )

    def _fingerprint(self, task: Task, record: Any, text: str) -> bytes:
        """A hash of the record without its volatile paths, and of the mapped fields.

        With the mapped fields, a changed mapping changes the fingerprint.
        """
        stable = remove_paths(record, self.volatile)
        stable_text = text if stable is record else canonical_json(stable)
        parts = (stable_text, *map(str, _fingerprinted_fields(task)))
        return blake2b("\x1f".join(parts).encode(), digest_size=16).digest()
