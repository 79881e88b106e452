"""The error class and message of each network failure."""

from __future__ import annotations

import socket

import pytest

from syncer.errors import ConfigurationError, ProtocolError, Retryable
from syncer.http import Transport, TransportConfig
from syncer.model import Request
from tests.support.scripted_server import ScriptedServer, http_response
from tests.support.transport_calls import LONG, send


def _closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_refused_connection_is_retryable() -> None:
    port = _closed_port()
    with pytest.raises(Retryable, match=rf"cannot connect to 127\.0\.0\.1:{port}: connection refused"):
        send(f"http://127.0.0.1:{port}/?Secret=1")


def test_unknown_host_name_is_retryable() -> None:
    with pytest.raises(Retryable, match=r"no address is known for nowhere\.invalid"):
        send("https://nowhere.invalid/")


def test_invalid_host_name_is_a_wrong_configuration() -> None:
    with pytest.raises(ConfigurationError, match="correct endpoint"):
        send("http://" + "a" * 80 + ".example/")


def test_unreachable_proxy_is_named_without_its_password() -> None:
    port = _closed_port()
    proxy = f"http://me:hunter2@127.0.0.1:{port}"
    with pytest.raises(Retryable, match=rf"through the proxy 127\.0\.0\.1:{port}") as failure:
        send("https://mps.example/", config=TransportConfig(proxy=proxy))
    assert "hunter2" not in str(failure.value)


def test_proxy_authentication_failure_is_a_wrong_configuration(server: ScriptedServer) -> None:
    refusal = http_response(b"", status="407 Proxy Authentication Required")
    server.scripts.append(server.respond(refusal))
    with pytest.raises(ConfigurationError, match="user name and a password"):
        send("https://mps.example/", config=TransportConfig(proxy=server.url))


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_wrong_password_of_a_proxy_is_a_wrong_configuration(server: ScriptedServer, scheme: str) -> None:
    refusal = http_response(b"<html>", status="407 Proxy Authentication Required")
    server.scripts.append(server.respond(refusal))
    proxy = server.url.replace("//", "//me:hunter2@")
    with pytest.raises(ConfigurationError, match="the proxy refused the user name and password") as failure:
        send(f"{scheme}://mps.example/", config=TransportConfig(proxy=proxy))
    assert "hunter2" not in str(failure.value)


def test_refusal_of_a_proxy_is_named(server: ScriptedServer) -> None:
    server.scripts.append(server.respond(http_response(b"", status="403 Filtered")))
    with pytest.raises(Retryable, match="the proxy refused the connection: 403 Filtered"):
        send("https://mps.example/", config=TransportConfig(proxy=server.url))


def test_socks_proxy_is_a_wrong_configuration() -> None:
    with pytest.raises(ConfigurationError, match=r"^proxy names a SOCKS proxy"):
        send("https://mps.example/", config=TransportConfig(proxy="socks5://127.0.0.1:9"))


@pytest.mark.parametrize("variable", ["ALL_PROXY", "https_proxy"])
def test_variable_with_a_socks_proxy_is_named(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "socks5h://me:hunter2@127.0.0.1:9")
    with pytest.raises(ConfigurationError, match=f"^{variable} names a SOCKS proxy") as failure:
        send("https://mps.example/")
    assert "hunter2" not in str(failure.value)


def test_header_with_a_line_end_is_never_sent(server: ScriptedServer) -> None:
    server.scripts.append(server.respond(http_response(b"{}")))
    request = Request(method="GET", url=server.url, action="List", headers={"X-Token": "a\r\nX-Evil: b"})
    with Transport(TransportConfig()) as transport, pytest.raises(ProtocolError, match="HTTP cannot carry"):
        transport.send(request, LONG)
    assert server.requests == []


def test_plain_http_response_to_tls_is_retryable(server: ScriptedServer) -> None:
    server.scripts.append(lambda connection: connection.sendall(http_response(b"{}")))
    with pytest.raises(Retryable, match="no TLS with 127"):
        send(server.url.replace("http:", "https:"))
