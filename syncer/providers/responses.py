"""Opens HTTP answers: the JSON object in them, or the error that names what to do about them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from fnmatch import fnmatchcase
from typing import Any

from syncer.errors import ConfigurationError, ProtocolError, Retryable, SyncerError, Throttled, one_line
from syncer.model import Query, Response
from syncer.providers.fields import identifier, json_type

#: What to raise for a vendor's error code, by the first pattern that fits, and what to tell people to do.
Rules = tuple[tuple[str, type[SyncerError], str], ...]

_BETWEEN = "check `endpoint`, and what the proxy in between does"
_LONGEST_MESSAGE = 160
#: Keys, tokens and signatures, which some vendors repeat in their messages.
_OPAQUE = re.compile(r"(?=[\w+/=%-]*\d)[\w+/=%-]{20,}", re.ASCII)
#: From here on Alibaba's and Baidu's messages quote what was signed, tokens included.
_QUOTED_REQUEST = re.compile(r"(?i)(server\s*)?(string\s*to\s*sign|canonical\s*request)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorResponse:
    """An answer that says no, in the vendor's words."""

    vendor: str
    answer: Response
    code: str
    message: str
    request_id: str

    def error(self, kind: type[SyncerError], advice: str) -> SyncerError:
        """An error of `kind` that says what happened and, by `advice`, what to do."""
        words = short_message(self.message)
        said = f"{self.vendor} answers {self.code or f'HTTP {self.answer.status}'}"
        error = kind(
            f"{said} ({words}): {advice}" if words else f"{said}: {advice}",
            code=self.code,
            request_id=self.request_id,
        )
        if isinstance(error, Retryable):
            error.retry_after = retry_after(self.answer)
        return error

    def ruled(self, rules: Rules) -> SyncerError:
        """The error that the first fitting rule names; else what the HTTP status says."""
        for pattern, kind, advice in rules:
            if fnmatchcase(self.code, pattern):
                return self.error(kind, advice)
        if self.answer.status == 429:
            return self.error(Throttled, "asking again more slowly")
        if self.answer.status >= 500:
            return self.error(Retryable, "asking again")
        if not self.code:
            return self.error(ProtocolError, _BETWEEN)
        return self.error(ProtocolError, "unknown to this version; see the vendor's page on error codes")


def read_object(vendor: str, answer: Response) -> dict[str, Any]:
    """The JSON object in the answer, whatever its status.

    Bytes that are no UTF-8 become lone surrogates, which cleaning the records replaces and flags.
    """
    if answer.status == 407:
        raise ConfigurationError("the proxy asks for a login (HTTP 407): add it to the proxy's URL")
    content = answer.body.decode("utf-8-sig", "surrogateescape")
    try:
        value = _parsed(content)
    except RecursionError as error:
        raise ProtocolError(f"{vendor} answers with JSON nested too deeply to be read") from error
    except ValueError as error:
        raise _not_json(vendor, answer, content) from error
    if not isinstance(value, dict):
        raise ProtocolError(f"{vendor} answers with {json_type(value)} where an object was expected")
    return value


def _parsed(content: str) -> Any:
    try:
        return json.loads(content, strict=False)
    except json.JSONDecodeError:
        raise
    except ValueError:
        # A number of more digits than Python converts: kept as text.
        return json.loads(content, strict=False, parse_int=lambda d: int(d) if len(d) < 1000 else d)


def _not_json(vendor: str, answer: Response, content: str) -> SyncerError:
    status = answer.status
    if status == 429 or status >= 500 or status == 408:
        kind = Throttled if status == 429 else Retryable
        failed = kind(f"{vendor} or a proxy before it answers HTTP {status} without JSON: asking again")
        failed.retry_after = retry_after(answer)
        return failed
    start = content.lstrip()[:200]
    if start.startswith(("{", "[")) or (not start and status == 200):
        return Retryable(f"{vendor}'s answer is cut off after {len(answer.body)} bytes: asking again")
    content_type = short_message(answer.headers.get("content-type", "no content type"))
    return ProtocolError(
        f"HTTP {status} brings {content_type} instead of {vendor}'s JSON, beginning "
        f"{short_message(start, 60)!r}: {_BETWEEN}"
    )


def required_field(
    container: Mapping[str, Any], field: str, kind: type, *, where: str, request_id: str
) -> Any:
    """`container[field]`, which must be of `kind`. Raises ProtocolError naming the field."""
    value = container.get(field)
    if not isinstance(value, kind):
        found = json_type(value) if field in container else "missing"
        raise ProtocolError(
            f"{where} is not as documented: {field} is {found}; has the API changed?", request_id=request_id
        )
    return value


def record_list(
    container: Mapping[str, Any], field: str, *, total: int | None, where: str, request_id: str
) -> list[Any]:
    """The records in `container[field]`; null counts as none where the vendor counts none."""
    if field in container and container[field] is None and not total:
        return []
    found: list[Any] = required_field(container, field, list, where=where, request_id=request_id)
    return found


def check_requested_id(query: Query, found: list[Any], field: str, *, where: str, request_id: str) -> None:
    """Raise ProtocolError where the answer shows other tasks than the one asked for by id.

    Then the API has ignored the filter, and the task's absence proves nothing.
    """
    ids = {identifier(record.get(field)) for record in found if isinstance(record, dict)}
    if ids and query.ids[0] not in ids:
        raise ProtocolError(
            f"{where} shows other tasks than the one asked for; has the API changed?", request_id=request_id
        )


def retry_after(answer: Response) -> timedelta | None:
    """How long the vendor asks us to wait: Alibaba's header in milliseconds, else the one of HTTP."""
    try:
        if "x-acs-retry-after" in answer.headers:
            return timedelta(milliseconds=max(0, int(answer.headers["x-acs-retry-after"])))
        written = answer.headers.get("retry-after", "")
        if written.strip().isdigit():
            return timedelta(seconds=int(written))
        wait = parsedate_to_datetime(written) - parsedate_to_datetime(answer.headers.get("date", ""))
        return max(timedelta(0), wait)
    except (ValueError, TypeError, OverflowError):
        return None


def short_message(message: str, longest: int = _LONGEST_MESSAGE) -> str:
    """`message` on one line, without what it quotes of the request, and without what looks like a secret."""
    quote = _QUOTED_REQUEST.search(message)
    words = one_line((message[: quote.start()] if quote else message)[: 10 * longest])
    return one_line(_OPAQUE.sub("…", words).rstrip(" .:,;"), longest)
