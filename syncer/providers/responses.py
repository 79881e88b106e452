"""The JSON object in an HTTP response, or the error that names the reaction to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from fnmatch import fnmatchcase
from typing import Any

from syncer.errors import (
    ConfigurationError,
    ProtocolError,
    Retryable,
    SyncerError,
    Throttled,
    UnexpectedResponse,
    one_line,
)
from syncer.model import Query, Response, parse_json
from syncer.providers.fields import identifier, json_type

#: Patterns of vendors' error codes, each with the error to raise and the advice for its message. The first
#: pattern that matches applies.
Rules = tuple[tuple[str, type[SyncerError], str], ...]

_CHECK_ENDPOINT = "check `endpoint` and any proxy"
_LONGEST_MESSAGE = 160
#: Seconds; a longer Retry-After is no duration that a vendor means.
_LONGEST_WAIT = 366 * 86400.0
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?")
#: Keys, tokens and signatures, which some vendors repeat in their messages.
_OPAQUE = re.compile(r"(?=[\w+/=%-]*\d)[\w+/=%-]{20,}", re.ASCII)
#: The part of Alibaba's and Baidu's messages that quotes the signed string, tokens included.
_QUOTED_REQUEST = re.compile(r"(?i)(server\s*)?(string\s*to\s*sign|canonical\s*request)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorResponse:
    """A response with an error, in the vendor's words."""

    vendor: str
    response: Response
    code: str
    message: str
    request_id: str

    def to_error(self, error_class: type[SyncerError], advice: str) -> SyncerError:
        """An error of `error_class` that says what happened and, by `advice`, what to do."""
        message = short_message(self.message)
        subject = f"{self.vendor} answers {self.code or f'HTTP {self.response.status}'}"
        error = error_class(
            f"{subject} ({message}): {advice}" if message else f"{subject}: {advice}",
            code=self.code,
            request_id=self.request_id,
        )
        if isinstance(error, Retryable):
            _set_wait(error, self.response)
        return error

    def error_by(self, rules: Rules) -> SyncerError:
        """The error of the first rule that matches the code, otherwise the one of the HTTP status."""
        for pattern, error_class, advice in rules:
            if fnmatchcase(self.code, pattern):
                return self.to_error(error_class, advice)
        if self.response.status == 429:
            return self.to_error(Throttled, "trying again more slowly")
        if self.response.status >= 500:
            return self.to_error(Retryable, "trying again")
        if not (self.code and self.request_id):
            # Nothing shows that the vendor has answered.
            return self.to_error(UnexpectedResponse, _CHECK_ENDPOINT)
        return self.to_error(ProtocolError, "unknown to this version; see the vendor's page on error codes")


def read_object(vendor: str, response: Response) -> dict[str, Any]:
    """The JSON object in the response, whatever its status. Raises a SyncerError where there is none.

    Bytes that are not UTF-8 become lone surrogates, which the cleaning of records replaces and flags, as it
    does what `parse_json` marks.
    """
    if response.status == 407:
        raise ConfigurationError("the proxy requires a login (HTTP 407): add user and password to its URL")
    content = response.body.decode("utf-8-sig", "surrogateescape")
    try:
        value = parse_json(content)
    except RecursionError as error:
        raise ProtocolError(f"{vendor} answers with JSON nested too deeply to be read") from error
    except ValueError as error:
        raise _not_json(vendor, response, content) from error
    if not isinstance(value, dict):
        raise UnexpectedResponse(f"{vendor} answers with {json_type(value)} where an object was expected")
    return value


def _not_json(vendor: str, response: Response, content: str) -> SyncerError:
    status = response.status
    if status == 429 or status >= 500 or status == 408:
        error_class = Throttled if status == 429 else Retryable
        error = error_class(f"{vendor} or a proxy answers HTTP {status} without JSON: trying again")
        _set_wait(error, response)
        return error
    start = content.lstrip()[:200]
    if start.startswith(("{", "[")) or (not start and status == 200):
        return Retryable(
            f"the response of {vendor} is cut off after {len(response.body)} bytes: trying again"
        )
    content_type = short_message(response.headers.get("content-type", "no content type"))
    return UnexpectedResponse(
        f"HTTP {status} with {content_type} instead of {vendor}'s JSON, beginning "
        f"{short_message(start, 60)!r}: {_CHECK_ENDPOINT}"
    )


def required_field(
    container: Mapping[str, Any], field: str, expected: type, *, where: str, request_id: str
) -> Any:
    """`container[field]`, an instance of `expected`. Otherwise raises UnexpectedResponse."""
    value = container.get(field)
    if not isinstance(value, expected):
        actual = json_type(value) if field in container else "missing"
        raise UnexpectedResponse(
            f"{where} is not as documented: {field} is {actual}; has the API changed?", request_id=request_id
        )
    return value


def record_list(
    container: Mapping[str, Any], field: str, *, total: int | None, where: str, request_id: str
) -> list[Any]:
    """The records in `container[field]`. Null is an empty list where `total` is 0 or missing."""
    if field in container and container[field] is None and not total:
        return []
    records: list[Any] = required_field(container, field, list, where=where, request_id=request_id)
    return records


def check_requested_id(query: Query, records: list[Any], field: str, *, where: str, request_id: str) -> None:
    """Raise ProtocolError where the records are tasks, but not the requested one.

    Then the API has ignored the filter, and the absence of the task proves nothing.
    """
    ids = {identifier(record.get(field)) for record in records if isinstance(record, dict)}
    if ids and query.ids[0] not in ids:
        raise ProtocolError(
            f"{where} holds other tasks than the requested one; has the API changed?", request_id=request_id
        )


def _set_wait(error: Retryable, response: Response) -> None:
    """Set the wait that `response` asks for."""
    wait = retry_after(response)
    if isinstance(wait, datetime):
        error.retry_at = wait
    else:
        error.retry_after = wait


def retry_after(response: Response) -> timedelta | datetime | None:
    """How long to wait, by Alibaba's header in milliseconds, otherwise by HTTP's; None without either.

    An HTTP date is relative to the response's own; it is returned as it is where the response has none.
    https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
    """
    milliseconds = _number(response.headers.get("x-acs-retry-after", ""))
    if milliseconds is not None:
        return _wait(milliseconds / 1000)
    written = response.headers.get("retry-after", "")
    seconds = _number(written)
    if seconds is not None:
        return _wait(seconds)
    moment, sent_at = _http_date(written), _http_date(response.headers.get("date", ""))
    return max(timedelta(0), moment - sent_at) if moment and sent_at else moment


def _number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text.strip()) else None


def _wait(seconds: float) -> timedelta:
    return timedelta(seconds=min(max(0.0, seconds), _LONGEST_WAIT))


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def short_message(message: str, longest: int = _LONGEST_MESSAGE) -> str:
    """`message` on one line, without quotes of the request and without anything that looks like a secret."""
    quote = _QUOTED_REQUEST.search(message)
    words = one_line((message[: quote.start()] if quote else message)[: 10 * longest])
    return one_line(_OPAQUE.sub("…", words).rstrip(" .:,;"), longest)
