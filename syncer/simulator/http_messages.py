"""Requests to the simulated APIs and responses from them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl

from syncer.model import Response


@dataclass(frozen=True, slots=True)
class SimRequest:
    """An HTTP request as received. Header names are lower case; path and query are not decoded."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = b""

    def params(self) -> dict[str, str]:
        """The decoded query string. Of a repeated name the last value counts."""
        return dict(parse_qsl(self.query, keep_blank_values=True))


class ApiError(Exception):
    """The API responds with an error: the vendor's code and message, and the HTTP status."""

    def __init__(
        self, code: str, message: str, status: int = 400, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.status = status
        self.headers = headers or {}
        #: The request was refused because of its rate limit.
        self.is_throttling = False


class ConnectionFault(StrEnum):
    """What happens to the connection while a response is sent."""

    NONE = "none"
    #: The connection closes after half of the body.
    TRUNCATED = "truncated"
    #: The connection is reset before the first byte.
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class SimResponse:
    """A response and how it is sent."""

    response: Response
    connection_fault: ConnectionFault = ConnectionFault.NONE
    #: Real seconds before the first byte.
    delay: float = 0.0


def json_response(
    value: Any, *, status: int = 200, content_type: str, headers: Mapping[str, str] | None = None
) -> Response:
    """A response with `value` as JSON in UTF-8."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(status, {"content-type": content_type, **(headers or {})}, body)
