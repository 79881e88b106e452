"""The common parts of Tencent Cloud's services: TC3-HMAC-SHA256 signature, envelope, errors, regions.

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
    """One of Tencent's services."""

    #: Its name in prose.
    title: str
    #: Its name in the credential scope.
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
            # The language of error messages.
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
        """`request` with the headers that authenticate it at `now`; TC3 has no nonce.

        The service in its action, which need not be this one, is part of the signature.
        """
        moment = now.astimezone(UTC)
        code, _, _ = request.action.partition(".")
        signed = {name: request.headers[name] for name in ("Content-Type", "Host")}
        canonical = canonical_request(request.method, urlsplit(request.url).query, signed, request.body)
        scope = f"{moment:%Y-%m-%d}/{code}/tc3_request"
        proof = signature(credentials.secret_key, scope, string_to_sign(moment, scope, canonical))
        added = {
            "X-TC-Timestamp": str(int(moment.timestamp())),
            "Authorization": f"{ALGORITHM} Credential={credentials.access_key}/{scope}, "
            f"SignedHeaders={signed_names(signed)}, Signature={proof}",
        }
        if credentials.session_token:
            added["X-TC-Token"] = credentials.session_token
        return replace(request, headers={**request.headers, **added})

    def read(self, response: Response) -> tuple[dict[str, Any], ErrorResponse | None]:
        """The content of `Response`, and the error in it. An error may come with HTTP 200."""
        body = read_object(self.title, response)
        if response.status != 200 and not isinstance(body.get("Response"), dict):
            return {}, ErrorResponse(vendor=self.title, response=response, code="", message="", request_id="")
        content = required_field(body, "Response", dict, where=f"{self.title}'s response", request_id="")
        error = content.get("Error")
        if error is None and response.status == 200:
            return content, None
        error = error if isinstance(error, dict) else {}
        return content, ErrorResponse(
            vendor=self.title,
            response=response,
            code=text(error.get("Code")) or "",
            message=text(error.get("Message")) or "",
            request_id=request_id(content),
        )

    def regions_request(self) -> Request:
        """The unsigned request for the regions in which the service can be used."""
        return self.request("DescribeRegions", {})

    def parse_regions(self, response: Response) -> tuple[str, ...]:
        """The names of the regions in `response` that are not marked as unavailable."""
        content, error = self.read(response)
        if error:
            query = Query()
            raise error_of(error, query, query.limit)
        where = f"{self.title}'s DescribeRegions"
        regions = record_list(content, "RegionSet", total=None, where=where, request_id=request_id(content))
        usable = (r for r in regions if isinstance(r, dict) and r.get("RegionState") != "UNAVAILABLE")
        return tuple(name for region in usable if (name := text(region.get("Region"))))


def request_id(content: Mapping[str, Any]) -> str:
    """The id of the request, for the vendor's support; "" where the response has none."""
    return text(content.get("RequestId")) or ""


# Signature


def signed_names(headers: Mapping[str, str]) -> str:
    return ";".join(sorted(name.lower() for name in headers))


def canonical_request(method: str, query: str, headers: Mapping[str, str], body: bytes) -> str:
    """The signed form of a request to `/`; `query` is the query string as it is sent."""
    lines = sorted(f"{name.lower()}:{value.strip().lower()}\n" for name, value in headers.items())
    parts = (method, "/", query, "".join(lines), signed_names(headers), sha256(body).hexdigest())
    return "\n".join(parts)


def string_to_sign(moment: datetime, scope: str, canonical: str) -> str:
    """The canonical request with its time and scope; the date in `scope` must be the UTC date of `moment`."""
    hashed = sha256(canonical.encode()).hexdigest()
    return f"{ALGORITHM}\n{int(moment.timestamp())}\n{scope}\n{hashed}"


def signature(secret_key: str, scope: str, string: str) -> str:
    """The signature of `string` under the key derived for `scope`, in lower hex."""
    key = f"TC3{secret_key}".encode()
    for part in scope.split("/"):
        key = digest(key, part.encode(), "sha256")
    return digest(key, string.encode(), "sha256").hex()


# Errors


def error_of(error: ErrorResponse, query: Query, most: int, filtered: bool = False) -> SyncerError:
    """The SyncerError that `error` means for `query`; `most` is the largest page size.

    `filtered`: the query has a filter that the API may not support.
    """
    code = error.code
    if code.startswith(_PARAMETER_CODES):
        if "region" in f"{code} {error.message}".lower():
            return error.to_error(ConfigurationError, _WRONG_REGION)
        if code.endswith((".Limit", ".TooLarge", ".LimitExceeded")):
            return _limit_error(error, query, most)
        if filtered and query.cursor is None:
            return error.to_error(FilterRefused, "reading without the filter")
    if query.cursor is not None and code.startswith(_CURSOR_CODES):
        return error.to_error(CursorRefused, "the place in the list is refused")
    return error.error_by(RULES)


def _limit_error(error: ErrorResponse, query: Query, most: int) -> SyncerError:
    if query.limit > most:
        return error.to_error(ConfigurationError, f"set page_size to {most} at most")
    return error.to_error(PageRefused, "requesting smaller pages")


_PARAMETER_CODES = ("InvalidParameter", "UnknownParameter", "MissingParameter", "UnsupportedOperation")
#: A scroll token is the id of a record: the error may be an invalid token, or a record that is not found.
_CURSOR_CODES = ("InvalidParameter", "ResourceNotFound", "FailedOperation.TaskNotFound")
_CLOCK = "trying again with the vendor's time; check the clock of this machine"
_EXPIRED = "the session token has expired or is wrong; renew it"
_NO_RIGHT = "grant the key permission to read these tasks"
_NO_SERVICE = "enable the service for this account, or correct `site`"
_WRONG_PLACE = "check that `endpoint` and `site` belong to this provider"
_WITHDRAWN = "the vendor has withdrawn this call; look for a newer version of syncer"
_WRONG_REGION = 'correct `regions`, or write regions = "all"'
RULES: Rules = (
    ("RequestLimitExceeded*", Throttled, "trying again more slowly"),
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
    ("InternalError*", Retryable, "trying again"),
    ("ServiceUnavailable*", Retryable, "trying again"),
    ("FailedOperation*", Retryable, "trying again"),
    ("Resource[IU]n*", Retryable, "trying again"),
    ("*TooLarge", PageRefused, "requesting smaller pages"),
    ("ResponseSize*", PageRefused, "requesting smaller pages"),
    ("InvalidAction", ProtocolError, _WRONG_PLACE),
    ("NoSuch*", ProtocolError, _WRONG_PLACE),
    ("ActionOffline", ProtocolError, _WITHDRAWN),
)
