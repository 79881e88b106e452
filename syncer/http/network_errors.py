"""Classification of network failures as errors with one clear line that holds no secret.

The messages of requests and urllib3 hold whole URLs, a proxy's password included. Only the reasons of the
operating system and of the TLS library are used.
"""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import requests
import urllib3.exceptions

from syncer.errors import ConfigurationError, ProtocolError, Retryable, SyncerError, one_line
from syncer.http.certificates import certificate_error

#: What a request can raise instead of a response. OSError is the base of all exceptions of requests.
REQUEST_ERRORS = (OSError, urllib3.exceptions.HTTPError, http.client.HTTPException, ValueError)
_INVALID_ADDRESS_ERRORS = (
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
    urllib3.exceptions.LocationValueError,
)


#: What http.client raises where a proxy does not open a tunnel to an https address.
_TUNNEL_REFUSAL = re.compile(r"unnel connection failed: (\d{3}.*)")


def classify_error(
    error: BaseException, host: str, proxy: str | None, *, authorities: str | None
) -> SyncerError:
    """The SyncerError for a failed request to `host` through `proxy`, the URL of one, if any.

    `authorities` is the key or variable that names the trusted certificate authorities, if any.

    * ConfigurationError: untrusted certificate, proxy authentication, unsupported address
    * ProtocolError: the request cannot be sent as HTTP
    * Retryable: everything else
    """
    causes = list(_causes(error))
    target = _target(host, proxy)
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return certificate_error(cause, target, authorities)
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            return _dns_error(cause, target)
    for cause in causes:
        if proxy and isinstance(cause, OSError) and (refusal := _TUNNEL_REFUSAL.search(str(cause))):
            return proxy_refusal(refusal[1].strip(), host, proxy)
    if isinstance(error, _INVALID_ADDRESS_ERRORS):
        return ConfigurationError(
            f"cannot reach {target}: unsupported or invalid address; correct endpoint or proxy"
        )
    if isinstance(error, ValueError):
        return ProtocolError(f"cannot send a request to {target}: it holds characters that HTTP cannot carry")
    return Retryable(_retryable_message(error, causes, target))


def proxy_refusal(status: str, host: str, proxy: str) -> SyncerError:
    """The error for the answer of a proxy itself; `status` is such as `407 Proxy Authentication Required`."""
    target = _target(host, proxy)
    if not status.startswith("407"):
        return Retryable(f"{target}: the proxy refused the connection: {one_line(status, 80)}")
    if urlsplit(proxy if "://" in proxy else f"//{proxy}").username is None:
        advice = "requires a user name and a password; put them into proxy"
    else:
        advice = "refused the user name and password; correct them in proxy, or in HTTPS_PROXY"
    return ConfigurationError(f"{target}: the proxy {advice}")


def _target(host: str, proxy: str | None) -> str:
    """`host` and the address of the proxy, without its user name and password."""
    if not proxy:
        return host
    address = urlsplit(proxy if "://" in proxy else f"//{proxy}").netloc.rpartition("@")[2]
    return f"{host} through the proxy {address}"


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


def _dns_error(error: socket.gaierror, target: str) -> SyncerError:
    return Retryable(f"no address is known for {target}: {_reason([error])}; check endpoint, proxy and DNS")


def _reason(causes: list[BaseException]) -> str:
    reasons = (cause.strerror for cause in causes if isinstance(cause, OSError) and cause.strerror)
    return next(reasons, "it ended early").lower()


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
