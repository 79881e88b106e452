"""Scheme and host of requests, and query strings that are sent exactly as they are signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from syncer.errors import ConfigurationError

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Scheme and host of requests."""

    #: With the port where it is not the default of the scheme: `https://mps.tencentcloudapi.com`.
    origin: str
    #: The value of the Host header, which is also signed.
    host: str


def read_endpoint(written: str | None, default_host: str) -> Endpoint:
    """The configured endpoint `written`, otherwise `default_host` by https.

    The default scheme is https. Raises ConfigurationError where it is more, or less, than scheme and host.
    """
    written = written or default_host
    parts = urlsplit(written if "://" in written else f"https://{written}")
    advice = f"endpoint = {written!r}: write it as https://host or https://host:port"
    try:
        port = parts.port
    except ValueError as error:
        raise ConfigurationError(advice) from error
    is_only_host = parts.path in ("", "/") and not (parts.query or parts.fragment or "@" in parts.netloc)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or not is_only_host:
        raise ConfigurationError(advice)
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    host = name if port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{name}:{port}"
    return Endpoint(f"{parts.scheme}://{host}", host)


def quoted(value: str) -> str:
    """`value` percent-encoded by RFC 3986, including the slash."""
    return quote(value, safe="-_.~")


def query_string(parameters: Mapping[str, object]) -> str:
    """`parameters` encoded and sorted, as Alibaba and Baidu sign them."""
    return "&".join(sorted(f"{quoted(name)}={quoted(str(value))}" for name, value in parameters.items()))
