"""The fault proxy: each fault has the effect that other tests rely on."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.fault_proxy import FaultProxy, FaultRule, ProxyFault, fault_proxy
from tests.support.scripted_server import ScriptedServer, http_response, scripted_server
from tests.support.waiting import eventually

RESPONSE = http_response(b"0123456789" * 5)
REQUEST = b"GET / HTTP/1.1\r\n\r\n"


@contextmanager
def proxied_server() -> Iterator[tuple[ScriptedServer, FaultProxy]]:
    with scripted_server() as server:
        server.scripts.append(server.respond(RESPONSE))
        with fault_proxy(server.url) as proxy:
            yield server, proxy


def fetch(proxy: FaultProxy, timeout: float = 5.0) -> bytes:
    """Send a request; return everything that is received until the connection ends."""
    with socket.create_connection(("127.0.0.1", proxy.port)) as connection:
        connection.settimeout(timeout)
        connection.sendall(REQUEST)
        received = b""
        while piece := connection.recv(65536):
            received += piece
        return received


def accepts_connections(proxy: FaultProxy) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", proxy.port)) == 0


def test_proxy_without_a_rule_forwards_everything() -> None:
    with proxied_server() as (_, proxy):
        assert fetch(proxy) == RESPONSE
        assert not proxy.fired


def test_refusing_proxy_listens_on_its_port_again_after_clear() -> None:
    with proxied_server() as (_, proxy):
        proxy.inject(FaultRule(fault=ProxyFault.REFUSE))
        eventually(lambda: proxy.fired[ProxyFault.REFUSE], "the port to close")
        with pytest.raises(ConnectionRefusedError):
            fetch(proxy)
        proxy.clear()
        eventually(lambda: accepts_connections(proxy), "the port to open again")
        assert fetch(proxy) == RESPONSE


def test_reset_reaches_the_client() -> None:
    with proxied_server() as (server, proxy):
        proxy.inject(FaultRule(fault=ProxyFault.RESET))
        with pytest.raises(ConnectionResetError):
            fetch(proxy)
        assert len(server.requests) == proxy.fired[ProxyFault.RESET] == 1


def test_cut_forwards_the_first_bytes() -> None:
    with proxied_server() as (_, proxy):
        proxy.inject(FaultRule(fault=ProxyFault.CUT, after_bytes=20))
        assert fetch(proxy) == RESPONSE[:20]


def test_stalled_proxy_forwards_again_after_clear() -> None:
    with proxied_server() as (_, proxy):
        proxy.inject(FaultRule(fault=ProxyFault.STALL, after_bytes=20))
        with pytest.raises(TimeoutError):
            fetch(proxy, timeout=0.2)
        assert proxy.fired[ProxyFault.STALL] == 1
        proxy.clear()
        assert fetch(proxy) == RESPONSE


def test_dripping_response_arrives_complete() -> None:
    with proxied_server() as (_, proxy):
        proxy.inject(FaultRule(fault=ProxyFault.DRIP, after_bytes=60))
        assert fetch(proxy) == RESPONSE
        assert proxy.fired[ProxyFault.DRIP] == 1


@pytest.mark.parametrize("is_request", [True, False], ids=["request", "response"])
def test_fault_fires_at_a_text(is_request: bool) -> None:
    with proxied_server() as (server, proxy):
        text = {"request_contains": b"GET /"} if is_request else {"response_contains": b"0123"}
        proxy.inject(FaultRule(fault=ProxyFault.CUT, **text))  # type: ignore[arg-type]
        assert b"0123" not in fetch(proxy)
        assert len(server.requests) == (not is_request)
        assert proxy.fired[ProxyFault.CUT] == 1
