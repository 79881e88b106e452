"""One call of a provider's API: query, request, response, envelope, page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from syncer.model.streams import GLOBAL
from syncer.model.tasks import Quirk, Rejected, Sighting


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What to request from a provider: a page of a list, or tasks by id."""

    #: The name of a Listing; "" in a query by id.
    list_name: str = ""
    region: str = GLOBAL
    cursor: str | None = None
    limit: int = 100
    #: Rows of the longest page that this scan has read so far; 0 before the first one.
    longest_page: int = 0
    created_from: datetime | None = None
    created_to: datetime | None = None
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An HTTP request, byte for byte: it is sent exactly as it is signed."""

    method: str
    #: Complete, with its query string encoded as it is signed.
    url: str
    #: The API action; rate limits count per account and action.
    action: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """A complete HTTP response. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key. No repr shows its secrets."""

    access_key: str
    secret_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The records of a response, and what comes with them."""

    records: tuple[Any, ...]
    #: The cursor of the next page; None only at the end of the list.
    next_cursor: str | None
    #: How many records the list has, by the API: a hint, never a proof.
    total: int | None = None
    request_id: str = ""
    #: The cursor to step back to if no row of the page before reappears; None where pages do not overlap.
    back_cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a list, or the tasks of a query by id, parsed."""

    sightings: tuple[Sighting, ...]
    next_cursor: str | None
    #: When the request was sent and when its answer had been received, on the provider's clock: the first is
    #: never later, the second never earlier than the real time. See Sighting.
    requested_at: datetime
    observed_at: datetime
    total: int | None = None
    request_id: str = ""
    back_cursor: str | None = None
    rejected: tuple[Rejected, ...] = ()
    quirks: tuple[Quirk, ...] = ()
    #: How many HTTP requests were sent for it, retries included.
    requests: int = 1
