"""Check of Tencent's signature TC3-HMAC-SHA256, as its page "Signature v3" describes it."""

from __future__ import annotations

import hashlib
import hmac
import re
import time

from syncer.simulator.accepted_credentials import AcceptedCredentials, is_same
from syncer.simulator.http_messages import ApiError, SimRequest

TOLERANCE_MS = 5 * 60 * 1000

_AUTHORIZATION = re.compile(
    r"TC3-HMAC-SHA256 Credential=(?P<key>[^/,]+)/(?P<date>\d{4}-\d\d-\d\d)/(?P<service>\w+)/tc3_request, ?"
    r"SignedHeaders=(?P<headers>[a-z0-9;-]+), ?Signature=(?P<signature>[0-9a-f]{64})"
)


def check_tc3(
    request: SimRequest, accepted_credentials: AcceptedCredentials, service: str, now_ms: int
) -> None:
    """Check signature, timestamp and session token. Raises ApiError with Tencent's code."""
    match = _AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
    if match is None:
        raise ApiError("AuthFailure.InvalidAuthorization", "The Authorization header is not valid.")
    timestamp = _timestamp(request, now_ms)
    secret = accepted_credentials.secret_of(match["key"])
    if secret is None:
        raise ApiError("AuthFailure.SecretIdNotFound", "The SecretId is not found, please check it.")
    date = time.strftime("%Y-%m-%d", time.gmtime(timestamp))
    names = match["headers"].split(";")
    if (match["date"], match["service"]) != (date, service) or not {"content-type", "host"} <= set(names):
        raise _mismatch()
    scope = f"{date}/{service}/tc3_request"
    digest = hashlib.sha256(_canonical(request, names).encode()).hexdigest()
    to_sign = f"TC3-HMAC-SHA256\n{timestamp}\n{scope}\n{digest}"
    if not is_same(_sign(secret, date, service, to_sign), match["signature"]):
        raise _mismatch()
    if not accepted_credentials.accepts_token(request.headers.get("x-tc-token")):
        raise ApiError("AuthFailure.TokenFailure", "The token is illegal or has expired.")


def _mismatch() -> ApiError:
    return ApiError(
        "AuthFailure.SignatureFailure",
        "The provided credentials could not be validated. Please check your signature is correct.",
    )


def _timestamp(request: SimRequest, now_ms: int) -> int:
    text = request.headers.get("x-tc-timestamp", "")
    if not text.isdecimal():
        raise ApiError("MissingParameter", "The request is missing a required parameter `Timestamp`.")
    if abs(int(text) * 1000 - now_ms) > TOLERANCE_MS:
        raise ApiError(
            "AuthFailure.SignatureExpire",
            "Signature expired, please make sure your local clock is within 5 minutes of ours.",
        )
    return int(text)


def _canonical(request: SimRequest, names: list[str]) -> str:
    headers = "".join(f"{name}:{request.headers.get(name, '').strip().lower()}\n" for name in sorted(names))
    unsigned = request.headers.get("x-tc-content-sha256") == "UNSIGNED-PAYLOAD"
    payload = b"UNSIGNED-PAYLOAD" if unsigned else b"" if request.method == "GET" else request.body
    lines = (
        request.method,
        "/",
        request.query,
        headers,
        ";".join(names),
        hashlib.sha256(payload).hexdigest(),
    )
    return "\n".join(lines)


def _sign(secret: str, date: str, service: str, text: str) -> str:
    key = f"TC3{secret}".encode()
    for part in (date, service, "tc3_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()
