"""Classification of network failures as errors with one clear line that holds no secret.

The messages of requests and urllib3 hold whole URLs, a proxy's password included. Only the reasons of the
operating system and of the TLS library are used.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator

import requests
import urllib3.exceptions

from syncer.errors import ConfigurationError, ProtocolError, Retryable, SyncerError

#: What a request can raise instead of a response. OSError is the base of all exceptions of requests.
REQUEST_ERRORS = (OSError, urllib3.exceptions.HTTPError, http.client.HTTPException, ValueError)
_INVALID_ADDRESS_ERRORS = (
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
    urllib3.exceptions.LocationValueError,
)


def classify_error(error: BaseException, host: str, proxy: str | None) -> SyncerError:
    """The SyncerError for a failed request to `host` (through `proxy`, if any).

    * ConfigurationError: untrusted certificate, proxy authentication, unsupported address
    * ProtocolError: the request cannot be sent as HTTP
    * Retryable: everything else
    """
    causes = list(_causes(error))
    target = f"{host} through the proxy {proxy}" if proxy else host
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _certificate_error(cause, target)
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            return _dns_error(cause, target)
    if any("407" in str(cause) for cause in causes if _is_proxy_refusal(cause)):
        return ConfigurationError(
            f"{target}: the proxy requires a user name and a password; put them into proxy"
        )
    if isinstance(error, _INVALID_ADDRESS_ERRORS):
        return ConfigurationError(
            f"cannot reach {target}: unsupported or invalid address; correct endpoint or proxy"
        )
    if isinstance(error, ValueError):
        return ProtocolError(f"cannot send a request to {target}: it holds characters that HTTP cannot carry")
    return Retryable(_retryable_message(error, causes, target))


def _retryable_message(error: BaseException, causes: list[BaseException], target: str) -> str:
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        reason = next(cause.reason for cause in causes if isinstance(cause, ssl.SSLError))
        return f"no TLS with {target}: {(reason or 'connection broken').replace('_', ' ').lower()}"
    if isinstance(error, requests.exceptions.ContentDecodingError):
        return f"{target} sent a body that cannot be decompressed"
    if any(
        isinstance(cause, urllib3.exceptions.NewConnectionError | ConnectionRefusedError) for cause in causes
    ):
        return f"cannot connect to {target}: {_reason(causes)}"
    if any(isinstance(cause, TimeoutError | urllib3.exceptions.TimeoutError) for cause in causes):
        return f"{target} did not answer in time"
    return f"{target} broke the connection before its response was complete: {_reason(causes)}"


def _certificate_error(error: ssl.SSLCertVerificationError, target: str) -> SyncerError:
    reason = getattr(error, "verify_message", "") or "certificate verify failed"
    return ConfigurationError(
        f"the TLS certificate of {target} cannot be trusted ({reason}); "
        "if your own certificate authority signs it, name its file in ca_file"
    )


def _dns_error(error: socket.gaierror, target: str) -> SyncerError:
    return Retryable(f"no address is known for {target}: {_reason([error])}; check endpoint, proxy and DNS")


def _reason(causes: list[BaseException]) -> str:
    reasons = (cause.strerror for cause in causes if isinstance(cause, OSError) and cause.strerror)
    return next(reasons, "it ended early").lower()


def _is_proxy_refusal(cause: BaseException) -> bool:
    return isinstance(cause, OSError) and "unnel connection failed" in str(cause)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """`error` and every exception that it wraps as an argument, a reason, a cause or a context."""
    queue, visited = [error], set()
    while queue:
        cause = queue.pop(0)
        if id(cause) in visited:
            continue
        visited.add(id(cause))
        yield cause
        wrapped = (getattr(cause, "reason", None), cause.__cause__, cause.__context__, *cause.args)
        queue.extend(inner for inner in wrapped if isinstance(inner, BaseException))
