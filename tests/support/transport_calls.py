"""Calls of the HTTP transport, for the tests against a scripted server."""

from __future__ import annotations

from datetime import timedelta

from syncer.http import Transport, TransportConfig
from syncer.model import Request, Response

#: A timeout that a test waits for, and one that no test reaches.
SHORT = timedelta(seconds=0.3)
LONG = timedelta(seconds=5)


def send(
    url: str, *, config: TransportConfig | None = None, timeout: timedelta = LONG, body: bytes = b""
) -> Response:
    """Send one request over a new transport; return the response."""
    request = Request(method="POST" if body else "GET", url=url, action="List", body=body)
    with Transport(config or TransportConfig()) as transport:
        return transport.send(request, timeout)
