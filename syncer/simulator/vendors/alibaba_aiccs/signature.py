"""Checks of Alibaba Cloud's signatures: ACS3-HMAC-SHA256 in a header, and the older HMAC-SHA1 parameter."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from urllib.parse import parse_qsl, quote

from syncer.simulator.accepted_credentials import AcceptedCredentials, NonceCache, is_same
from syncer.simulator.http_messages import ApiError, SimRequest
from syncer.simulator.timestamps import parse_iso_z

TOLERANCE_MS = 15 * 60 * 1000

_AUTHORIZATION = re.compile(
    r"ACS3-HMAC-SHA256 Credential=(?P<key>[^,]+),\s*"
    r"SignedHeaders=(?P<headers>[a-z0-9;_-]+),\s*Signature=(?P<signature>[0-9a-f]{64})"
)


def check_acs(
    request: SimRequest,
    params: dict[str, str],
    accepted_credentials: AcceptedCredentials,
    nonces: NonceCache,
    now_ms: int,
) -> None:
    """Check the signature of either kind, the timestamp, the nonce and the session token.

    `params` are the parameters of query and form together. Raises ApiError with Alibaba Cloud's code.
    """
    if "authorization" in request.headers:
        _check_v3(request, accepted_credentials)
        stamp, nonce = request.headers.get("x-acs-date", ""), request.headers.get("x-acs-signature-nonce", "")
        token = request.headers.get("x-acs-security-token")
    else:
        _check_v2(request, params, accepted_credentials)
        stamp, nonce = params.get("Timestamp", ""), params.get("SignatureNonce", "")
        token = params.get("SecurityToken")
    _check_freshness(stamp, nonce, nonces, now_ms)
    if not accepted_credentials.accepts_token(token):
        raise ApiError("InvalidSecurityToken.Expired", "Specified SecurityToken is expired.")


def _secret(accepted_credentials: AcceptedCredentials, access_key: str) -> str:
    if not access_key:
        raise ApiError("MissingAccessKeyId", "AccessKeyId is mandatory for this action.")
    secret = accepted_credentials.secret_of(access_key)
    if secret is None:
        raise ApiError("InvalidAccessKeyId.NotFound", "Specified access key is not found.", 404)
    return secret


def _check_freshness(stamp: str, nonce: str, nonces: NonceCache, now_ms: int) -> None:
    try:
        signed_ms = parse_iso_z(stamp)
    except ValueError:
        raise ApiError(
            "InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted."
        ) from None
    if abs(signed_ms - now_ms) > TOLERANCE_MS:
        raise ApiError("InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")
    if not nonce:
        raise ApiError("MissingSignatureNonce", "SignatureNonce is mandatory for this action.")
    if not nonces.add(nonce, now_ms):
        raise ApiError("SignatureNonceUsed", "Specified signature nonce was used already.")


def _mismatch(string_to_sign: str) -> ApiError:
    return ApiError(
        "SignatureDoesNotMatch",
        f"Specified signature is not matched with our calculation. server string to sign is:{string_to_sign}",
    )


def _check_v3(request: SimRequest, accepted_credentials: AcceptedCredentials) -> None:
    match = _AUTHORIZATION.fullmatch(request.headers["authorization"])
    if match is None:
        raise ApiError("IncompleteSignature", "The request signature does not conform to Aliyun standards.")
    secret = _secret(accepted_credentials, match["key"])
    names = match["headers"].split(";")
    required = {"host"} | {name for name in request.headers if name.startswith("x-acs-")}
    digest = hashlib.sha256(request.body).hexdigest()
    lines = (
        request.method,
        request.path,
        canonical_query(request.query),
        "".join(f"{name}:{request.headers.get(name, '').strip()}\n" for name in sorted(names)),
        ";".join(names),
        digest,
    )
    string_to_sign = "ACS3-HMAC-SHA256\n" + hashlib.sha256("\n".join(lines).encode()).hexdigest()
    expected = hmac.digest(secret.encode(), string_to_sign.encode(), "sha256").hex()
    is_complete = required <= set(names) and request.headers.get("x-acs-content-sha256") == digest
    if not is_complete or not is_same(expected, match["signature"]):
        raise _mismatch(string_to_sign)


def _check_v2(request: SimRequest, params: dict[str, str], accepted_credentials: AcceptedCredentials) -> None:
    secret = _secret(accepted_credentials, params.get("AccessKeyId", ""))
    pairs = sorted((name, value) for name, value in params.items() if name != "Signature")
    joined = "&".join(f"{_encode(name)}={_encode(value)}" for name, value in pairs)
    string_to_sign = f"{request.method}&%2F&{_encode(joined)}"
    expected = base64.b64encode(hmac.digest(f"{secret}&".encode(), string_to_sign.encode(), "sha1")).decode()
    if params.get("SignatureMethod") != "HMAC-SHA1" or not is_same(expected, params.get("Signature", "")):
        raise _mismatch(string_to_sign)


def canonical_query(query: str) -> str:
    """The query string, sorted by name and encoded by RFC 3986."""
    pairs = sorted(parse_qsl(query, keep_blank_values=True))
    return "&".join(f"{_encode(name)}={_encode(value)}" for name, value in pairs)


def _encode(text: str) -> str:
    return quote(text, safe="~")
