"""Parsing of one response into one page: its records are redacted, cleaned, mapped and fingerprinted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from syncer.errors import ProtocolError, RecordError
from syncer.model import Page, Query, Rejected, Response, Sighting, Task
from syncer.ports import Provider
from syncer.records.cleaning import clean
from syncer.records.fingerprint import fingerprint
from syncer.records.quirks import QuirkCollector
from syncer.records.redaction import remove_paths, split_paths


def parse_page(
    provider: Provider,
    query: Query,
    response: Response,
    *,
    observed_at: datetime,
    requested_at: datetime | None = None,
    redact: Sequence[str] = (),
    requests: int = 1,
) -> Page:
    """The page in `response`, which was received at `observed_at` on the provider's clock.

    Its request was sent at `requested_at`, by default at the same instant.
    The fields at the dotted paths `redact` are removed first. A record without an id goes into `rejected`;
    nothing else in a record is an error. Raises the errors of the provider's parse(), and ProtocolError for
    a record that is nested too deeply.
    """
    envelope = provider.parse(query, response)
    times = (requested_at or observed_at, observed_at)
    parser = _PageParser(provider, query, times, request_id=envelope.request_id, redact=redact)
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
        requested_at=parser.requested_at,
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
        self,
        provider: Provider,
        query: Query,
        times: tuple[datetime, datetime],
        *,
        request_id: str,
        redact: Sequence[str],
    ) -> None:
        self.provider, self.query = provider, query
        self.requested_at, self.observed_at = times
        self.request_id = request_id
        self.redacted = split_paths(redact)
        self.volatile = split_paths(provider.facts.volatile)
        self.is_detail = provider.facts.has_details and bool(query.ids)
        self.quirk_collector = QuirkCollector(provider.facts, self.observed_at)
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
            task = self.provider.task(self.query, record, self.observed_at)
        except RecordError as error:
            self._reject(text, str(error))
            return
        if self.is_detail:
            self.quirk_collector.add_detail(record, task)
            self._add_sighting(task, is_altered, detail=text)
        else:
            self.quirk_collector.add(record, task)
            digest = fingerprint(task, record, text, volatile=self.volatile)
            self._add_sighting(task, is_altered, record=text, fingerprint=digest)

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
                requested_at=self.requested_at,
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
