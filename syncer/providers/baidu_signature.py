"""Baidu Cloud's request signature: bce-auth-v1.

Source: https://intl.cloud.baidu.com/en/doc/BOS/s/Zkkrr77ld-intl-en
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from hmac import digest
from urllib.parse import urlsplit

from syncer.model import Credentials, Request
from syncer.providers.endpoints import quoted

#: For how many seconds a signature is valid.
_EXPIRATION = 1800


def sign(request: Request, credentials: Credentials, now: datetime) -> Request:
    """`request` with the headers that authenticate it at `now`; the signature has no nonce."""
    date = timestamp(now)
    headers = {**request.headers, "x-bce-date": date}
    if credentials.session_token:
        headers["x-bce-security-token"] = credentials.session_token
    parts = urlsplit(request.url)
    canonical = canonical_request(request.method, parts.path, parts.query, headers)
    prefix = auth_prefix(credentials.access_key, date, _EXPIRATION)
    proof = signature(signing_key(credentials.secret_key, prefix), canonical)
    headers["authorization"] = f"{prefix}/{';'.join(sorted(headers))}/{proof}"
    return replace(request, headers=headers)


def timestamp(moment: datetime) -> str:
    """`moment` in UTC, to the second, as Baidu's headers and parameters have it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def auth_prefix(access_key: str, date: str, expiration: int) -> str:
    return f"bce-auth-v1/{access_key}/{date}/{expiration}"


def signing_key(secret_key: str, prefix: str) -> str:
    """The key for one moment, in lower hex; Baidu uses that text, not the bytes."""
    return digest(secret_key.encode(), prefix.encode(), "sha256").hex()


def canonical_request(method: str, path: str, query: str, headers: Mapping[str, str]) -> str:
    """The signed form of a request; `query` is encoded and sorted, `headers` are those to be signed."""
    lines = sorted(f"{quoted(name.lower())}:{quoted(value.strip())}" for name, value in headers.items())
    return "\n".join((method, path, query, "\n".join(lines)))


def signature(key: str, canonical: str) -> str:
    return digest(key.encode(), canonical.encode(), "sha256").hex()
