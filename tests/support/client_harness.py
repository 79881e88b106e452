"""A client of a minimal provider, a fake clock and a scripted server, for tests of the HTTP client."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

from syncer.errors import (
    ClockSkewed,
    ConfigurationError,
    CredentialsError,
    CredentialsExpired,
    NonceRefused,
    PageRefused,
    Retryable,
    SyncerError,
    Throttled,
    UnexpectedResponse,
)
from syncer.http import Client, ClientConfig, RateLimiters, RetryPolicy
from syncer.model import (
    Credentials,
    Envelope,
    Facts,
    Listing,
    Page,
    Query,
    Request,
    Response,
    Role,
    Status,
    Task,
    Tokens,
)
from syncer.providers.base import BaseProvider
from tests.support.clocks import FakeClock
from tests.support.scripted_server import Script, ScriptedServer, http_response

#: The errors that a response can name: `{"error": "Throttled"}`.
ERRORS: dict[str, type[SyncerError]] = {
    error.__name__: error
    for error in (
        ClockSkewed,
        ConfigurationError,
        CredentialsError,
        CredentialsExpired,
        NonceRefused,
        PageRefused,
        Retryable,
        Throttled,
    )
}
OLD, NEW = Credentials("AK", "old"), Credentials("AK", "new")
PAGE: dict[str, Any] = {"tasks": [{"id": "1", "secret": "x"}]}
ALL = Query(list_name="ALL")


class MinimalProvider(BaseProvider):
    """A provider that signs with plain headers and whose error responses name the class to raise."""

    name = "minimal"
    title = "Minimal"
    regions = None

    def __init__(self, url: str) -> None:
        self.url = url
        lists = (Listing(name="ALL", role=Role.PRIMARY),)
        self.facts = Facts(
            lists=lists,
            paging=Tokens(),
            page_size=100,
            requests_per_second=1000,
        )

    def request(self, query: Query) -> Request:
        return Request(method="GET", url=f"{self.url}/tasks?limit={query.limit}", action="List")

    def sign(self, request: Request, credentials: Credentials, now: datetime, nonce: str) -> Request:
        signature = {"X-Key": credentials.secret_key, "X-Time": now.isoformat(), "X-Nonce": nonce}
        return replace(request, headers={**request.headers, **signature})

    def parse(self, query: Query, answer: Response) -> Envelope:
        content = self._content(answer)
        return Envelope(records=tuple(content["tasks"]), next_cursor=None, request_id="r-1")

    def task(self, query: Query, record: Mapping[str, Any], observed_at: datetime) -> Task:
        return Task(task_id=record["id"], status=Status.RUNNING)

    def regions_request(self) -> Request:
        return Request(method="GET", url=f"{self.url}/regions", action="Regions")

    def parse_regions(self, answer: Response) -> tuple[str, ...]:
        return tuple(self._content(answer)["regions"])

    def _content(self, response: Response) -> dict[str, Any]:
        try:
            content: dict[str, Any] = json.loads(response.body)
        except ValueError:
            raise UnexpectedResponse("no JSON") from None
        if "error" in content:
            error = ERRORS[content["error"]]("the vendor says no", code="No", request_id="r-1")
            if isinstance(error, Retryable) and "wait" in content:
                error.retry_after = timedelta(seconds=content["wait"])
            if isinstance(error, Retryable) and "until" in content:
                error.retry_at = datetime.fromisoformat(content["until"])
            raise error
        return content


class RenewableCredentials:
    """The credentials OLD, and those that replace them one after the other."""

    def __init__(self, *renewals: Credentials) -> None:
        self.renewals = list(renewals)
        self.credentials = OLD

    def current(self) -> Credentials:
        return self.credentials

    def renew(self, refused: Credentials) -> Credentials:
        self.credentials = self.renewals.pop(0) if self.renewals else refused
        return self.credentials


class ClientHarness:
    """A client, its clock, and a server with scripted responses."""

    def __init__(self, server: ScriptedServer) -> None:
        self.server = server
        self.clock = FakeClock()
        #: The provider's time minus the machine's; None: its responses have no Date.
        self.ahead: timedelta | None = timedelta(0)
        self.credentials = RenewableCredentials()

    def client(self, **retry_policy: Any) -> Client:
        config = ClientConfig(
            account="a",
            requests_per_second=1000,
            retry_policy=RetryPolicy(**retry_policy),
            redact=("secret",),
        )
        provider = MinimalProvider(self.server.url)
        return Client(provider, self.credentials, RateLimiters(self.clock), self.clock, config=config)

    def fetch(self, **retry_policy: Any) -> Page:
        """Fetch one page with a new client."""
        with self.client(**retry_policy) as client:
            return client(ALL)

    def respond(self, *contents: dict[str, Any] | bytes) -> None:
        """Script a response for each of `contents`; the last one serves all further requests."""
        self.server.scripts.extend(self._script(content) for content in contents)

    def sent(self, header: str) -> list[str]:
        """The values of `header` in the requests so far."""
        lines = (request.decode().split("\r\n") for request in self.server.requests)
        pairs = (line.partition(": ") for request in lines for line in request)
        return [value for name, _, value in pairs if name.lower() == header.lower()]

    def _script(self, content: dict[str, Any] | bytes) -> Script:
        def play(connection: Any) -> None:
            date = ""
            if self.ahead is not None:
                now = (self.clock.now() + self.ahead).replace(microsecond=0)
                date = f"Date: {format_datetime(now, usegmt=True)}\r\n"
            body = content if isinstance(content, bytes) else json.dumps(content).encode()
            headers = f"{date}Connection: close\r\n"
            self.server.respond(http_response(body, headers=headers))(connection)

        return play
