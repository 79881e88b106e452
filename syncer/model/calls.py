"""What is asked of a provider and what it answers, from the question to the parsed page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from syncer.model.streams import GLOBAL
from syncer.model.tasks import Quirk, Rejected, Sighting


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One question to a provider: a page of a list, or tasks by id. Regions travel with it."""

    #: The name of a Listing; "" when asking by id.
    list_name: str = ""
    region: str = GLOBAL
    cursor: str | None = None
    limit: int = 100
    created_from: datetime | None = None
    created_to: datetime | None = None
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An HTTP request to the byte: what is signed is what is sent."""

    method: str
    #: Complete, with its query string encoded as it is signed.
    url: str
    #: What the rate limit counts by, together with the account.
    action: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP answer, whole. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key. Its secrets show in no repr."""

    access_key: str
    secret_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What a provider's answer wraps around its records."""

    records: tuple[Any, ...]
    #: Where the next page begins; None only where the API itself said that this was the last one.
    next_cursor: str | None
    #: How many records the API says the query has: a hint, never a proof.
    total: int | None = None
    request_id: str = ""
    #: Where to ask again when the overlap with the page before is missing; None where pages cannot overlap.
    back_cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answered page, parsed."""

    sightings: tuple[Sighting, ...]
    next_cursor: str | None
    observed_at: datetime
    total: int | None = None
    request_id: str = ""
    back_cursor: str | None = None
    rejected: tuple[Rejected, ...] = ()
    quirks: tuple[Quirk, ...] = ()
    #: How many HTTP requests it took, retries included.
    requests: int = 1
