"""The transport against real sockets: requests arrive as signed, responses are read whole or rejected."""

from __future__ import annotations

import gzip
import socket
from pathlib import Path

import pytest

from syncer.errors import PageRefused, Retryable, UnexpectedResponse
from syncer.http import Transport, TransportConfig
from syncer.model import Request
from tests.support.scripted_server import ScriptedServer, http_response, reset_on_close
from tests.support.transport_calls import LONG, send

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


# Requests


def test_request_arrives_as_it_was_signed(server: ScriptedServer) -> None:
    server.scripts.append(server.respond(http_response(b"{}")))
    query = "Name=a%20b%2Fc&Empty=&Tilde=~&Plus=%2B&Star=%2A&Chinese=%E4%BB%BB%E5%8A%A1"
    headers = {"Host": "mps.example", "Content-Type": "application/json", "Authorization": "TC3 x"}
    body = '{"Status": "FINISH", "名": "任务"}'.encode()
    request = Request(
        method="POST", url=f"{server.url}/v2/tasks?{query}", action="List", headers=headers, body=body
    )
    with Transport(TransportConfig()) as transport:
        transport.send(request, LONG)
    head, _, sent_body = server.requests[0].partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    sent = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    assert first == f"POST /v2/tasks?{query} HTTP/1.1"
    assert sent_body == body
    assert sent.pop("user-agent").startswith("syncer/")
    assert sent.pop("accept-encoding") == "gzip"
    assert sent.pop("content-length") == str(len(body))
    assert sent == {name.lower(): value for name, value in headers.items()}


def test_empty_post_has_neither_content_type_nor_chunks(server: ScriptedServer) -> None:
    server.scripts.append(server.respond(http_response(b"{}")))
    with Transport(TransportConfig()) as transport:
        transport.send(Request(method="POST", url=f"{server.url}/?Action=ListTask", action="ListTask"), LONG)
    head = server.requests[0].lower()
    assert b"content-length: 0" in head
    assert b"content-type" not in head and b"transfer-encoding" not in head


def test_netrc_is_not_read(server: ScriptedServer, tmp_path: Path) -> None:
    server.scripts.append(server.respond(http_response(b"{}")))
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    send(server.url)
    assert b"authorization" not in server.requests[0].lower()


def test_cookies_are_not_kept(server: ScriptedServer) -> None:
    headers = "Set-Cookie: a=b; Path=/\r\nConnection: close\r\n"
    server.scripts.append(server.respond(http_response(b"{}", headers=headers)))
    with Transport(TransportConfig()) as transport:
        for _ in range(2):
            transport.send(Request(method="GET", url=server.url, action="List"), LONG)
    assert len(server.requests) == 2
    assert b"cookie" not in server.requests[1].lower()


def test_connection_is_reused(server: ScriptedServer) -> None:
    ports: list[int] = []

    def two_responses(connection: socket.socket) -> None:
        for _ in range(2):
            ports.append(connection.getpeername()[1])
            server.respond(http_response(b"{}"))(connection)

    server.scripts.append(two_responses)
    with Transport(TransportConfig()) as transport:
        for _ in range(2):
            transport.send(Request(method="GET", url=server.url, action="List"), LONG)
    assert len(set(ports)) == 1 and len(ports) == 2


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_proxy_of_the_environment_is_used(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    server.scripts.append(server.respond(http_response(b"{}")))
    monkeypatch.setenv(name, server.url)
    send("http://mps.example/v2/tasks?a=%2F")
    assert server.requests[0].startswith(b"GET http://mps.example/v2/tasks?a=%2F HTTP/1.1")


def test_no_proxy_is_obeyed(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.scripts.append(server.respond(http_response(b"{}")))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert send(server.url).status == 200


# Responses


def test_response_is_complete_and_decompressed(server: ScriptedServer) -> None:
    packed = gzip.compress(b'{"Response": {}}')
    headers = "Content-Encoding: gzip\r\nX-Id: 7\r\n"
    server.scripts.append(server.respond(http_response(packed, status="400 Bad", headers=headers)))
    response = send(server.url)
    assert (response.status, response.body, response.headers["x-id"]) == (400, b'{"Response": {}}', "7")


def test_html_with_status_200_is_a_response(server: ScriptedServer) -> None:
    page = http_response(b"<html>Welcome</html>", headers="Content-Type: text/html\r\n")
    server.scripts.append(server.respond(page))
    assert send(server.url).body == b"<html>Welcome</html>"


@pytest.mark.parametrize(
    ("head", "tail"),
    [
        pytest.param(b"", b"", id="before the head"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-", b"", id="in the head"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", b"{", id="in a body with a length"),
        pytest.param(CHUNKED, b"5\r\n{", id="in a chunk"),
        pytest.param(CHUNKED, b"nonsense\r\n", id="in a chunk's length"),
        pytest.param(b"SSH-2.0-OpenSSH\r\n", b"", id="not HTTP"),
    ],
)
@pytest.mark.parametrize("is_reset", [False, True], ids=["closed", "reset"])
def test_truncated_response_is_retryable(
    server: ScriptedServer, head: bytes, tail: bytes, is_reset: bool
) -> None:
    def play(connection: socket.socket) -> None:
        server.respond(head, tail)(connection)
        if is_reset:
            reset_on_close(connection)

    server.scripts.append(play)
    with pytest.raises(Retryable, match=rf"127\.0\.0\.1:{server.port} broke the connection") as failure:
        send(server.url)
    assert "\n" not in str(failure.value)


def test_truncated_gzip_is_retryable(server: ScriptedServer) -> None:
    packed = gzip.compress(b"x" * 100_000)
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(packed)}\r\nContent-Encoding: gzip\r\n\r\n"
    server.scripts.append(server.respond(head.encode(), packed[:40]))
    with pytest.raises(Retryable, match="broke the connection"):
        send(server.url)


def test_invalid_gzip_is_retryable(server: ScriptedServer) -> None:
    invalid = http_response(b"no gzip at all", headers="Content-Encoding: gzip\r\n")
    server.scripts.append(server.respond(invalid))
    with pytest.raises(Retryable, match="cannot be decompressed"):
        send(server.url)


def test_redirect_is_named_and_not_followed(server: ScriptedServer) -> None:
    location = "Location: http://elsewhere.example/login?token=abc\r\n"
    server.scripts.append(server.respond(http_response(b"", status="302 Found", headers=location)))
    with pytest.raises(UnexpectedResponse, match=r"http://elsewhere\.example/login") as failure:
        send(server.url)
    assert "abc" not in str(failure.value)
    assert len(server.requests) == 1


# Size limit


@pytest.mark.parametrize("is_gzip", [False, True], ids=["plain", "gzip bomb"])
def test_body_beyond_the_cap_is_refused(server: ScriptedServer, is_gzip: bool) -> None:
    body = b" " * 3_000_000
    sent = gzip.compress(body) if is_gzip else body
    headers = "Content-Encoding: gzip\r\n" if is_gzip else ""
    server.scripts.append(server.respond(http_response(sent, headers=headers)))
    with pytest.raises(PageRefused, match="more than 1,000,000 bytes"):
        send(server.url, config=TransportConfig(size_cap=1_000_000))


def test_endless_body_is_refused(server: ScriptedServer) -> None:
    def play(connection: socket.socket) -> None:
        server.respond(CHUNKED)(connection)
        while not server.is_closing.is_set():
            connection.sendall(b"1000\r\n" + b" " * 0x1000 + b"\r\n")

    server.scripts.append(play)
    with pytest.raises(PageRefused):
        send(server.url, config=TransportConfig(size_cap=1_000_000))
