"""Failures of the network, said in one clear line of which no part is a secret.

The libraries' own messages hold whole URLs, proxies' passwords included, so nothing of them is used but
the operating system's and the TLS library's reasons.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator

import requests
import urllib3.exceptions

from syncer.errors import ConfigurationError, ProtocolError, Retryable, SyncerError

#: What a request can raise where no answer comes. OSError is the base of all that requests raises.
FAILURES = (OSError, urllib3.exceptions.HTTPError, http.client.HTTPException, ValueError)
_NO_ADDRESS = (
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
    urllib3.exceptions.LocationValueError,
)


def explain(error: BaseException, host: str, proxy: str | None) -> SyncerError:
    """The error that names what to do about a failed request to `host` (through `proxy`, if any)."""
    causes = list(_causes(error))
    way = f"{host} through the proxy {proxy}" if proxy else host
    for causes_of, say in ((ssl.SSLCertVerificationError, _certificate), (socket.gaierror, _name)):
        if found := next((cause for cause in causes if isinstance(cause, causes_of)), None):
            return say(found, way)
    if any("407" in str(cause) for cause in causes if _is_proxys(cause)):
        return ConfigurationError(f"{way}: the proxy wants a user name and a password; put them into proxy")
    if isinstance(error, _NO_ADDRESS):
        return ConfigurationError(f"cannot reach {way}: no such kind of address; correct endpoint or proxy")
    if isinstance(error, ValueError):
        return ProtocolError(f"cannot ask {way}: the request holds what HTTP cannot carry")
    return Retryable(_lost(error, causes, way))


def _lost(error: BaseException, causes: list[BaseException], way: str) -> str:
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        reason = next(cause.reason for cause in causes if isinstance(cause, ssl.SSLError))
        return f"no TLS with {way}: {(reason or 'connection broken').replace('_', ' ').lower()}"
    if isinstance(error, requests.exceptions.ContentDecodingError):
        return f"{way} sent a body that cannot be decompressed"
    if any(
        isinstance(cause, urllib3.exceptions.NewConnectionError | ConnectionRefusedError) for cause in causes
    ):
        return f"cannot connect to {way}: {_reason(causes)}"
    if any(isinstance(cause, TimeoutError | urllib3.exceptions.TimeoutError) for cause in causes):
        return f"{way} did not answer in time"
    return f"{way} broke the connection before its answer was complete: {_reason(causes)}"


def _certificate(cause: BaseException, way: str) -> SyncerError:
    reason = getattr(cause, "verify_message", "") or "certificate verify failed"
    return ConfigurationError(
        f"the TLS certificate of {way} cannot be trusted ({reason}); "
        "where a certificate authority of your own signs it, name its file in ca_file"
    )


def _name(cause: BaseException, way: str) -> SyncerError:
    return Retryable(f"no address is known for {way}: {_reason([cause])}; check endpoint, proxy and DNS")


def _reason(causes: list[BaseException]) -> str:
    told = (cause.strerror for cause in causes if isinstance(cause, OSError) and cause.strerror)
    return next(told, "it ended early").lower()


def _is_proxys(cause: BaseException) -> bool:
    return isinstance(cause, OSError) and "unnel connection failed" in str(cause)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """`error` and everything it was made from: wrapped as an argument, a reason or a cause."""
    queue, seen = [error], set()
    while queue:
        cause = queue.pop(0)
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        inner = (getattr(cause, "reason", None), cause.__cause__, cause.__context__, *cause.args)
        queue.extend(each for each in inner if isinstance(each, BaseException))
