"""Check of Baidu's signature bce-auth-v1, as its page on the authorization string describes it."""

from __future__ import annotations

import hmac
import re
from urllib.parse import quote, unquote

from syncer.simulator.accepted_credentials import AcceptedCredentials, is_same
from syncer.simulator.http_messages import ApiError, SimRequest
from syncer.simulator.timestamps import parse_iso_z

#: How far a client's clock may be ahead; documented for other Baidu services only.
AHEAD_MS = 15 * 60 * 1000

_AUTHORIZATION = re.compile(
    r"(?P<prefix>bce-auth-v1/(?P<key>[^/]+)/(?P<stamp>[^/]+)/(?P<seconds>\d+))"
    r"/(?P<headers>[^/]*)/(?P<signature>[0-9a-f]{64})"
)
_DEFAULT_HEADERS = ("host", "content-md5", "content-length", "content-type")


def check_bce(request: SimRequest, accepted_credentials: AcceptedCredentials, now_ms: int) -> None:
    """Check signature, time and session token. Raises ApiError with Baidu's code."""
    authorization = request.headers.get("authorization")
    if authorization is None:
        raise ApiError("AccessDenied", "Access denied.", 403)
    match = _AUTHORIZATION.fullmatch(authorization)
    if match is None:
        raise ApiError("InvalidHTTPAuthHeader", "The HTTP authorization header is invalid.")
    secret = accepted_credentials.secret_of(match["key"])
    if secret is None:
        raise ApiError(
            "InvalidAccessKeyId", "The Access Key ID you provided does not exist in our records.", 403
        )
    _check_time(match["stamp"], int(match["seconds"]), now_ms)
    signing_key = hmac.digest(secret.encode(), match["prefix"].encode(), "sha256").hex()
    expected = hmac.digest(
        signing_key.encode(), _canonical(request, match["headers"]).encode(), "sha256"
    ).hex()
    if not is_same(expected, match["signature"]):
        raise ApiError(
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided.",
        )
    if not accepted_credentials.accepts_token(request.headers.get("x-bce-security-token")):
        raise ApiError("AccessDenied", "The session token is invalid or has expired.", 403)


def _check_time(stamp: str, seconds: int, now_ms: int) -> None:
    try:
        signed_ms = parse_iso_z(stamp)
    except ValueError:
        raise ApiError("InvalidHTTPAuthHeader", "The HTTP authorization header is invalid.") from None
    if not signed_ms - AHEAD_MS <= now_ms <= signed_ms + seconds * 1000:
        raise ApiError("RequestExpired", "Request has expired.")


def _canonical(request: SimRequest, signed: str) -> str:
    path = quote(unquote(request.path), safe="/~")
    return "\n".join(
        (request.method, path, _canonical_query(request.query), _canonical_headers(request, signed))
    )


def _canonical_query(query: str) -> str:
    pairs = []
    for part in filter(None, query.split("&")):
        name, _, value = part.partition("=")
        if name.lower() != "authorization":
            pairs.append(f"{_encode(unquote(name))}={_encode(unquote(value))}")
    return "&".join(sorted(pairs))


def _canonical_headers(request: SimRequest, signed: str) -> str:
    names = signed.split(";") if signed else _default_names(request)
    values = ((name, request.headers.get(name, "").strip()) for name in names)
    return "\n".join(sorted(f"{_encode(name)}:{_encode(value)}" for name, value in values if value))


def _default_names(request: SimRequest) -> list[str]:
    """The headers that are signed if the authorization names none."""
    return [name for name in request.headers if name in _DEFAULT_HEADERS or name.startswith("x-bce-")]


def _encode(text: str) -> str:
    return quote(text, safe="~")
