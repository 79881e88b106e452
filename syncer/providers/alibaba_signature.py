"""Alibaba Cloud's request signature, version 3: ACS3-HMAC-SHA256.

Source: https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from hmac import digest
from urllib.parse import urlsplit

from syncer.model import Credentials, Request

_ALGORITHM = "ACS3-HMAC-SHA256"


def sign(request: Request, credentials: Credentials, now: datetime, nonce: str) -> Request:
    """`request` with the headers that authenticate it at `now`; every attempt needs a new `nonce`."""
    added = {
        "x-acs-content-sha256": sha256(request.body).hexdigest(),
        "x-acs-date": f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "x-acs-signature-nonce": nonce,
    }
    if credentials.session_token:
        added["x-acs-accesskey-id"] = credentials.access_key
        added["x-acs-security-token"] = credentials.session_token
    headers = {**request.headers, **added}
    signed = {name: headers[name] for name in headers if name.startswith(("host", "x-acs-"))}
    canonical = canonical_request(request.method, urlsplit(request.url).query, signed, request.body)
    proof = signature(credentials.secret_key, string_to_sign(canonical))
    headers["authorization"] = authorization(credentials.access_key, signed, proof)
    return replace(request, headers=headers)


def signed_names(headers: Mapping[str, str]) -> str:
    return ";".join(sorted(headers))


def canonical_request(method: str, query: str, headers: Mapping[str, str], body: bytes) -> str:
    """The signed form of a request to `/`; `query` is encoded and sorted, header names are lower case."""
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    return "\n".join((method, "/", query, lines, signed_names(headers), sha256(body).hexdigest()))


def string_to_sign(canonical: str) -> str:
    return f"{_ALGORITHM}\n{sha256(canonical.encode()).hexdigest()}"


def signature(secret_key: str, string: str) -> str:
    """The signature of `string` in lower hex; the secret key is used as it is."""
    return digest(secret_key.encode(), string.encode(), "sha256").hex()


def authorization(access_key: str, headers: Mapping[str, str], proof: str) -> str:
    """The value of the header; Alibaba allows no space after its commas."""
    return f"{_ALGORITHM} Credential={access_key},SignedHeaders={signed_names(headers)},Signature={proof}"
