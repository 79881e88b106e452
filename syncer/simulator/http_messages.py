"""A request as a simulated vendor gets it, and what goes back."""

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
    """An HTTP request, to the byte. Header names are lower case; path and query are as sent."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = b""

    def params(self) -> dict[str, str]:
        """The query string, decoded. Of a repeated name the last value counts."""
        return dict(parse_qsl(self.query, keep_blank_values=True))


class ApiError(Exception):
    """The vendor answers with an error: its code, its message and its HTTP status."""

    def __init__(
        self, code: str, message: str, status: int = 400, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.status = status
        self.headers = headers or {}


class ConnectionFault(StrEnum):
    """How the connection treats an answer."""

    WHOLE = "whole"
    #: Half of the body, then the connection closes.
    CUT = "cut"
    #: The connection is reset before anything was said.
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class SimResponse:
    """An answer and how it travels."""

    answer: Response
    ending: ConnectionFault = ConnectionFault.WHOLE
    #: Real seconds before the first byte.
    delay: float = 0.0


def json_answer(
    value: Any, *, status: int = 200, content_type: str, headers: Mapping[str, str] | None = None
) -> Response:
    """`value` as a JSON answer in UTF-8."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(status, {"content-type": content_type, **(headers or {})}, body)
