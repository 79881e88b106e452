"""What Tencent Cloud's services share: requests signed with TC3-HMAC-SHA256, the envelope, the errors.

Sources: the vendor's pages "Signature v3" and "Common error codes", and the error pages of MPS and TAT.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from hmac import digest
from typing import Any
from urllib.parse import urlsplit

from syncer.errors import (
    ClockSkewed,
    ConfigurationError,
    CredentialsError,
    CredentialsExpired,
    CursorRefused,
    FilterRefused,
    PageRefused,
    ProtocolError,
    Retryable,
    SyncerError,
    Throttled,
)
from syncer.model import Credentials, Query, Request, Response
from syncer.providers.endpoints import Endpoint
from syncer.providers.fields import text
from syncer.providers.responses import ErrorResponse, Rules, read_object, record_list, required_field

ALGORITHM = "TC3-HMAC-SHA256"
ENVIRONMENT = (("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", "TENCENTCLOUD_TOKEN"),)


@dataclass(frozen=True, slots=True)
class TencentService:
    """One of Tencent's services, as it is called."""

    #: As people call it.
    title: str
    #: As the credential scope calls it.
    code: str
    version: str
    endpoint: Endpoint

    def request(self, action: str, parameters: Mapping[str, Any], region: str = "") -> Request:
        """The unsigned request for `action`."""
        headers = {
            "Host": self.endpoint.host,
            "Content-Type": "application/json",
            "X-TC-Action": action,
            "X-TC-Version": self.version,
            # Of error messages; ours are in English too.
            "X-TC-Language": "en-US",
        }
        if region:
            headers["X-TC-Region"] = region
        return Request(
            method="POST",
            url=f"{self.endpoint.origin}/",
            action=f"{self.code}.{action}",
            headers=headers,
            body=json.dumps(parameters).encode(),
        )

    def sign(self, request: Request, credentials: Credentials, now: datetime) -> Request:
        """`request` with the headers that authenticate it at `now`; TC3 has no nonce."""
        moment = now.astimezone(UTC)
        signed = {name: request.headers[name] for name in ("Content-Type", "Host")}
        canonical = canonical_request(request.method, urlsplit(request.url).query, signed, request.body)
        scope = f"{moment:%Y-%m-%d}/{self.code}/tc3_request"
        proof = signature(credentials.secret_key, scope, string_to_sign(moment, scope, canonical))
        added = {
            "X-TC-Timestamp": str(int(moment.timestamp())),
            "Authorization": f"{ALGORITHM} Credential={credentials.access_key}/{scope}, "
            f"SignedHeaders={signed_names(signed)}, Signature={proof}",
        }
        if credentials.session_token:
            added["X-TC-Token"] = credentials.session_token
        return replace(request, headers={**request.headers, **added})

    def read(self, answer: Response) -> tuple[dict[str, Any], ErrorResponse | None]:
        """What `Response` holds, and the refusal in it. An error comes with HTTP 200 as with any other."""
        body = read_object(self.title, answer)
        if answer.status != 200 and not isinstance(body.get("Response"), dict):
            return {}, ErrorResponse(vendor=self.title, answer=answer, code="", message="", request_id="")
        response = required_field(body, "Response", dict, where=f"{self.title}'s answer", request_id="")
        error = response.get("Error")
        if error is None and answer.status == 200:
            return response, None
        error = error if isinstance(error, dict) else {}
        return response, ErrorResponse(
            vendor=self.title,
            answer=answer,
            code=text(error.get("Code")) or "",
            message=text(error.get("Message")) or "",
            request_id=request_id(response),
        )

    def regions_request(self) -> Request:
        """The unsigned request for the regions in which the service can be used."""
        return self.request("DescribeRegions", {})

    def parse_regions(self, answer: Response) -> tuple[str, ...]:
        """The names of the regions in `answer` that are not said to be unavailable."""
        response, refusal = self.read(answer)
        if refusal:
            query = Query()
            raise error_of(refusal, query, query.limit)
        where = f"{self.title}'s DescribeRegions"
        regions = record_list(response, "RegionSet", total=None, where=where, request_id=request_id(response))
        usable = (r for r in regions if isinstance(r, dict) and r.get("RegionState") != "UNAVAILABLE")
        return tuple(name for region in usable if (name := text(region.get("Region"))))


def request_id(response: Mapping[str, Any]) -> str:
    """What Tencent's support asks for."""
    return text(response.get("RequestId")) or ""


# Signature


def signed_names(headers: Mapping[str, str]) -> str:
    return ";".join(sorted(name.lower() for name in headers))


def canonical_request(method: str, query: str, headers: Mapping[str, str], body: bytes) -> str:
    """What is signed of a request to `/`; `query` is the query string as it is sent."""
    lines = sorted(f"{name.lower()}:{value.strip().lower()}\n" for name, value in headers.items())
    parts = (method, "/", query, "".join(lines), signed_names(headers), sha256(body).hexdigest())
    return "\n".join(parts)


def string_to_sign(moment: datetime, scope: str, canonical: str) -> str:
    """Binds the canonical request to its time and scope, whose date must be the UTC date of `moment`."""
    hashed = sha256(canonical.encode()).hexdigest()
    return f"{ALGORITHM}\n{int(moment.timestamp())}\n{scope}\n{hashed}"


def signature(secret_key: str, scope: str, string: str) -> str:
    """The signature of `string` under the key derived for `scope`, in lower hex."""
    key = f"TC3{secret_key}".encode()
    for part in scope.split("/"):
        key = digest(key, part.encode(), "sha256")
    return digest(key, string.encode(), "sha256").hex()


# Errors


def error_of(refusal: ErrorResponse, query: Query, most: int, filtered: bool = False) -> SyncerError:
    """The error behind `refusal`, judged by what was asked; `most` is how many records a page may hold.

    `filtered` says that the query used a filter which the API may not know.
    """
    code = refusal.code
    if code.startswith(_PARAMETER_CODES):
        if "region" in f"{code} {refusal.message}".lower():
            return refusal.error(ConfigurationError, _WRONG_REGION)
        if code.endswith((".Limit", ".TooLarge", ".LimitExceeded")):
            return _limit_error(refusal, query, most)
        if filtered and query.cursor is None:
            return refusal.error(FilterRefused, "reading without the filter")
    if query.cursor is not None and code.startswith(_CURSOR_CODES):
        return refusal.error(CursorRefused, "starting this list again")
    return refusal.ruled(_RULES)


def _limit_error(refusal: ErrorResponse, query: Query, most: int) -> SyncerError:
    if query.limit > most:
        return refusal.error(ConfigurationError, f"set page_size to {most} at most")
    return refusal.error(PageRefused, "asking for smaller pages")


_PARAMETER_CODES = ("InvalidParameter", "UnknownParameter", "MissingParameter", "UnsupportedOperation")
#: A scroll token is the id of a record: it may be called invalid, or its record not found.
_CURSOR_CODES = ("InvalidParameter", "ResourceNotFound", "FailedOperation.TaskNotFound")
_CLOCK = "asking again with the vendor's time; check this machine's clock"
_EXPIRED = "the session token has expired or is wrong; renew it"
_NO_RIGHT = "grant the key the right to read these tasks"
_NO_SERVICE = "enable the service for this account, or correct `site`"
_WRONG_PLACE = "check that `endpoint` and `site` belong to this provider"
_WITHDRAWN = "the vendor has withdrawn this call; look for a newer syncer"
_WRONG_REGION = 'correct `regions`, or write regions = "all"'
_RULES: Rules = (
    ("RequestLimitExceeded*", Throttled, "asking again more slowly"),
    ("AuthFailure.SignatureExpire*", ClockSkewed, _CLOCK),
    ("AuthFailure.TokenFailure", CredentialsExpired, _EXPIRED),
    ("UnauthorizedOperation.InvalidToken", CredentialsExpired, _EXPIRED),
    ("AuthFailure.UnauthorizedOperation", CredentialsError, _NO_RIGHT),
    ("AuthFailure*", CredentialsError, "check access_key and secret_key, and that they belong to this site"),
    ("UnauthorizedOperation*", CredentialsError, _NO_RIGHT),
    ("FailedOperation.Invalid*User", CredentialsError, _NO_SERVICE),
    ("*.User[Uu]n[Rr]egister", CredentialsError, _NO_SERVICE),
    ("FailedOperation.UserArrears", CredentialsError, "the account is in arrears; settle its bill"),
    ("*Region*", ConfigurationError, _WRONG_REGION),
    ("InternalError*", Retryable, "asking again"),
    ("ServiceUnavailable*", Retryable, "asking again"),
    ("FailedOperation*", Retryable, "asking again"),
    ("Resource[IU]n*", Retryable, "asking again"),
    ("*TooLarge", PageRefused, "asking for smaller pages"),
    ("ResponseSize*", PageRefused, "asking for smaller pages"),
    ("InvalidAction", ProtocolError, _WRONG_PLACE),
    ("NoSuch*", ProtocolError, _WRONG_PLACE),
    ("ActionOffline", ProtocolError, _WITHDRAWN),
)
