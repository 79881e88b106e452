"""Endpoints and query strings."""

from __future__ import annotations

import pytest

from syncer.errors import ConfigurationError
from syncer.providers.endpoints import query_string, read_endpoint


@pytest.mark.parametrize(
    ("written", "origin", "host"),
    [
        (None, "https://api.example.com", "api.example.com"),
        ("https://Proxy.example:8443", "https://proxy.example:8443", "proxy.example:8443"),
        ("https://proxy.example:443/", "https://proxy.example", "proxy.example"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080", "127.0.0.1:8080"),
        ("http://proxy.example:80", "http://proxy.example", "proxy.example"),
        ("proxy.example", "https://proxy.example", "proxy.example"),
        ("http://[::1]:8080", "http://[::1]:8080", "[::1]:8080"),
    ],
)
def test_endpoint_is_read(written: str | None, origin: str, host: str) -> None:
    endpoint = read_endpoint(written, "api.example.com")
    assert (endpoint.origin, endpoint.host) == (origin, host)


@pytest.mark.parametrize(
    "written",
    [
        "ftp://host",
        "https://",
        "https://host/path",
        "https://host?query",
        "https://user:word@host",
        "https://host:port",
    ],
)
def test_endpoint_is_only_scheme_and_host(written: str) -> None:
    with pytest.raises(ConfigurationError, match="write it as https://host"):
        read_endpoint(written, "api.example.com")


def test_query_string_is_sorted_and_encoded() -> None:
    assert query_string({"b": "a b/+~", "a": 1, "c": ""}) == "a=1&b=a%20b%2F%2B~&c="
