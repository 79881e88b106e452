"""The transport against real sockets that misbehave in every way a network can."""

from __future__ import annotations

import gzip
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from syncer.errors import ConfigurationError, PageRefused, ProtocolError, Retryable
from syncer.http import Transport, TransportConfig
from syncer.http.deadline import Deadline
from syncer.model import Request, Response
from tests.support.scripted_server import Loopback, Script, loopback, reset, response

SOON = timedelta(seconds=0.3)
LATER = timedelta(seconds=5)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
_PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    authorities = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
    for name in (*_PROXY_VARIABLES, *map(str.lower, _PROXY_VARIABLES), *authorities):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def peer() -> Iterator[tuple[Loopback, list[Script]]]:
    with loopback() as (server, scripts):
        yield server, scripts


def send(
    url: str, *, transport: TransportConfig | None = None, within: timedelta = LATER, body: bytes = b""
) -> Response:
    request = Request(method="POST" if body else "GET", url=url, action="List", body=body)
    with Transport(transport or TransportConfig()) as transport:
        return transport.send(request, within)


# What is sent


def test_request_arrives_as_it_was_signed(peer: tuple[Loopback, list[Script]]) -> None:
    server, scripts = peer
    scripts.append(server.answer(response(b"{}")))
    query = "Name=a%20b%2Fc&Empty=&Tilde=~&Plus=%2B&Star=%2A&Chinese=%E4%BB%BB%E5%8A%A1"
    headers = {"Host": "mps.example", "Content-Type": "application/json", "Authorization": "TC3 x"}
    body = '{"Status": "FINISH", "名": "任务"}'.encode()
    request = Request(
        method="POST", url=f"{server.url}/v2/tasks?{query}", action="List", headers=headers, body=body
    )
    with Transport(TransportConfig()) as transport:
        transport.send(request, LATER)
    head, _, sent_body = server.requests[0].partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    sent = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    assert first == f"POST /v2/tasks?{query} HTTP/1.1"
    assert sent_body == body
    assert sent.pop("user-agent").startswith("syncer/")
    assert sent.pop("accept-encoding") == "gzip"
    assert sent.pop("content-length") == str(len(body))
    assert sent == {name.lower(): value for name, value in headers.items()}


def test_empty_post_has_neither_type_nor_chunks(peer: tuple[Loopback, list[Script]]) -> None:
    server, scripts = peer
    scripts.append(server.answer(response(b"{}")))
    with Transport(TransportConfig()) as transport:
        transport.send(Request(method="POST", url=f"{server.url}/?Action=ListTask", action="ListTask"), LATER)
    head = server.requests[0].lower()
    assert b"content-length: 0" in head
    assert b"content-type" not in head and b"transfer-encoding" not in head


def test_netrc_is_not_read(peer: tuple[Loopback, list[Script]], tmp_path: Path) -> None:
    server, scripts = peer
    scripts.append(server.answer(response(b"{}")))
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    send(server.url)
    assert b"authorization" not in server.requests[0].lower()


def test_cookies_are_not_kept(peer: tuple[Loopback, list[Script]]) -> None:
    server, scripts = peer
    scripts.append(server.answer(response(b"{}", headers="Set-Cookie: a=b; Path=/\r\nConnection: close\r\n")))
    with Transport(TransportConfig()) as transport:
        for _ in range(2):
            transport.send(Request(method="GET", url=server.url, action="List"), LATER)
    assert len(server.requests) == 2
    assert b"cookie" not in server.requests[1].lower()


def test_connection_is_used_again(peer: tuple[Loopback, list[Script]]) -> None:
    server, scripts = peer
    ports: list[int] = []

    def two_answers(connection: socket.socket) -> None:
        for _ in range(2):
            ports.append(connection.getpeername()[1])
            server.answer(response(b"{}"))(connection)

    scripts.append(two_answers)
    with Transport(TransportConfig()) as transport:
        for _ in range(2):
            transport.send(Request(method="GET", url=server.url, action="List"), LATER)
    assert len(set(ports)) == 1 and len(ports) == 2


# What comes back


def test_answer_is_whole(peer: tuple[Loopback, list[Script]]) -> None:
    server, scripts = peer
    packed = gzip.compress(b'{"Response": {}}')
    scripts.append(
        server.answer(response(packed, status="400 Bad", headers="Content-Encoding: gzip\r\nX-Id: 7\r\n"))
    )
    answer = send(server.url)
    assert (answer.status, answer.body, answer.headers["x-id"]) == (400, b'{"Response": {}}', "7")


def test_html_with_200_is_an_answer(peer: tuple[Loopback, list[Script]]) -> None:
    server, scripts = peer
    scripts.append(server.answer(response(b"<html>Welcome</html>", headers="Content-Type: text/html\r\n")))
    assert send(server.url).body == b"<html>Welcome</html>"


@pytest.mark.parametrize(
    ("head", "tail"),
    [
        pytest.param(b"", b"", id="before the head"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-", b"", id="in the head"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", b"{", id="in a measured body"),
        pytest.param(CHUNKED, b"5\r\n{", id="in a chunk"),
        pytest.param(CHUNKED, b"nonsense\r\n", id="in a chunk's length"),
        pytest.param(b"SSH-2.0-OpenSSH\r\n", b"", id="not HTTP"),
    ],
)
@pytest.mark.parametrize("is_reset", [False, True], ids=["closed", "reset"])
def test_broken_answer_can_be_asked_again(
    peer: tuple[Loopback, list[Script]], head: bytes, tail: bytes, is_reset: bool
) -> None:
    server, scripts = peer

    def play(connection: socket.socket) -> None:
        server.answer(head, tail)(connection)
        if is_reset:
            reset(connection)

    scripts.append(play)
    with pytest.raises(Retryable, match=rf"127\.0\.0\.1:{server.port} broke the connection") as failure:
        send(server.url)
    assert "\n" not in str(failure.value)


def test_cut_gzip_can_be_asked_again(peer: tuple[Loopback, list[Script]]) -> None:
    server, scripts = peer
    packed = gzip.compress(b"x" * 100_000)
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(packed)}\r\nContent-Encoding: gzip\r\n\r\n"
    scripts.append(server.answer(head.encode(), packed[:40]))
    with pytest.raises(Retryable, match="broke the connection"):
        send(server.url)


def test_false_gzip_can_be_asked_again(peer: tuple[Loopback, list[Script]]) -> None:
    server, scripts = peer
    scripts.append(server.answer(response(b"no gzip at all", headers="Content-Encoding: gzip\r\n")))
    with pytest.raises(Retryable, match="cannot be decompressed"):
        send(server.url)


def test_redirect_is_named_and_not_followed(peer: tuple[Loopback, list[Script]]) -> None:
    server, scripts = peer
    there = "Location: http://elsewhere.example/login?token=abc\r\n"
    scripts.append(server.answer(response(b"", status="302 Found", headers=there)))
    with pytest.raises(ProtocolError, match=r"http://elsewhere\.example/login") as failure:
        send(server.url)
    assert "abc" not in str(failure.value)
    assert len(server.requests) == 1


# Limits


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip bomb"])
def test_body_past_the_cap_is_refused(peer: tuple[Loopback, list[Script]], packed: bool) -> None:
    server, scripts = peer
    body = b" " * 3_000_000
    sent = gzip.compress(body) if packed else body
    scripts.append(server.answer(response(sent, headers="Content-Encoding: gzip\r\n" if packed else "")))
    with pytest.raises(PageRefused, match="more than 1,000,000 bytes"):
        send(server.url, transport=TransportConfig(size_cap=1_000_000))


def test_endless_body_is_refused(peer: tuple[Loopback, list[Script]]) -> None:
    server, scripts = peer

    def play(connection: socket.socket) -> None:
        server.answer(CHUNKED)(connection)
        while not server.is_over.is_set():
            connection.sendall(b"1000\r\n" + b" " * 0x1000 + b"\r\n")

    scripts.append(play)
    with pytest.raises(PageRefused):
        send(server.url, transport=TransportConfig(size_cap=1_000_000))


def test_stall_ends_at_the_deadline(peer: tuple[Loopback, list[Script]]) -> None:
    server, scripts = peer
    scripts.append(server.stall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"))
    with pytest.raises(Retryable, match=r"in time|no complete answer"):
        send(server.url, within=SOON)


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a", id="head"),
        pytest.param(b"HTTP/1.1 200 OK\r\n", b"X-Slow: a\r\n", id="header lines"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n", b" ", id="measured body"),
        pytest.param(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", b" ", id="unmeasured body"),
        pytest.param(CHUNKED, b"1\r\n \r\n", id="chunks"),
    ],
)
def test_slow_drip_ends_at_the_deadline(
    peer: tuple[Loopback, list[Script]], head: bytes, drop: bytes
) -> None:
    server, scripts = peer
    scripts.append(server.drip(head, drop))
    with pytest.raises(Retryable, match=r"gave no complete answer in 0\.3 s"):
        send(server.url, within=SOON)


def test_slow_drip_on_a_kept_connection_ends_at_the_deadline(peer: tuple[Loopback, list[Script]]) -> None:
    server, scripts = peer

    def play(connection: socket.socket) -> None:
        server.answer(response(b"{}"))(connection)
        server.drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a")(connection)

    scripts.append(play)
    request = Request(method="GET", url=server.url, action="List")
    with Transport(TransportConfig()) as transport:
        transport.send(request, LATER)
        with pytest.raises(Retryable, match="no complete answer"):
            transport.send(request, SOON)
    assert len(server.requests) == 2


def test_deadlines_of_threads_are_their_own(peer: tuple[Loopback, list[Script]]) -> None:
    server, scripts = peer
    may_answer = threading.Event()

    def slow(connection: socket.socket) -> None:
        server.read_request(connection)
        may_answer.wait(5)
        connection.sendall(response(b"late"))

    scripts += [slow, server.drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a")]
    request = Request(method="GET", url=server.url, action="List")
    answers: list[Response] = []
    with Transport(TransportConfig()) as transport:
        patient = threading.Thread(target=lambda: answers.append(transport.send(request, LATER)))
        patient.start()
        while not server.requests:
            patient.join(0.01)
        with pytest.raises(Retryable):
            transport.send(request, SOON)
        may_answer.set()
        patient.join(5)
    assert [answer.body for answer in answers] == [b"late"]


def test_connection_made_too_late_is_shut() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, Deadline(0) as deadline:
        while not deadline.has_passed:
            deadline._timer.join(5)
        deadline.watch(ours)
        assert theirs.recv(1) == b""


def test_connection_survives_a_deadline_that_was_kept() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with Deadline(60) as deadline:
            deadline.watch(ours)
        deadline._pass()
        assert not deadline.has_passed
        ours.sendall(b"x")
        assert theirs.recv(1) == b"x"


# Ways that do not exist


def test_refused_connection_can_be_asked_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Retryable, match=rf"cannot connect to 127\.0\.0\.1:{port}: connection refused"):
        send(f"http://127.0.0.1:{port}/?Secret=1")


def test_unknown_name_can_be_asked_again() -> None:
    with pytest.raises(Retryable, match=r"no address is known for nowhere\.invalid"):
        send("https://nowhere.invalid/")


def test_impossible_name_is_a_wrong_configuration() -> None:
    with pytest.raises(ConfigurationError, match="correct endpoint"):
        send("http://" + "a" * 80 + ".example/")


def test_proxy_that_is_down_is_named_without_its_password() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Retryable, match=rf"through the proxy 127\.0\.0\.1:{port}") as failure:
        send("https://mps.example/", transport=TransportConfig(proxy=f"http://me:hunter2@127.0.0.1:{port}"))
    assert "hunter2" not in str(failure.value)


def test_proxy_that_refuses_the_login_is_a_wrong_configuration(peer: tuple[Loopback, list[Script]]) -> None:
    server, scripts = peer
    scripts.append(server.answer(response(b"", status="407 Proxy Authentication Required")))
    with pytest.raises(ConfigurationError, match="user name and a password"):
        send("https://mps.example/", transport=TransportConfig(proxy=server.url))


def test_proxy_that_drips_ends_at_the_deadline(peer: tuple[Loopback, list[Script]]) -> None:
    server, scripts = peer
    scripts.append(server.drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"))
    with pytest.raises(Retryable, match="no complete answer"):
        send("https://mps.example/", transport=TransportConfig(proxy=server.url), within=SOON)


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_proxy_of_the_environment_is_used(
    peer: tuple[Loopback, list[Script]], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    server, scripts = peer
    scripts.append(server.answer(response(b"{}")))
    monkeypatch.setenv(name, server.url)
    send("http://mps.example/v2/tasks?a=%2F")
    assert server.requests[0].startswith(b"GET http://mps.example/v2/tasks?a=%2F HTTP/1.1")


def test_no_proxy_is_obeyed(peer: tuple[Loopback, list[Script]], monkeypatch: pytest.MonkeyPatch) -> None:
    server, scripts = peer
    scripts.append(server.answer(response(b"{}")))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert send(server.url).status == 200


def test_socks_proxy_is_a_wrong_configuration() -> None:
    with pytest.raises(ConfigurationError, match="correct endpoint or proxy"):
        send("https://mps.example/", transport=TransportConfig(proxy="socks5://127.0.0.1:9"))


def test_header_with_a_line_end_is_never_sent(peer: tuple[Loopback, list[Script]]) -> None:
    server, scripts = peer
    scripts.append(server.answer(response(b"{}")))
    request = Request(method="GET", url=server.url, action="List", headers={"X-Token": "a\r\nX-Evil: b"})
    with Transport(TransportConfig()) as transport, pytest.raises(ProtocolError, match="HTTP cannot carry"):
        transport.send(request, LATER)
    assert server.requests == []


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1 and its key, in one file."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    made = folder / "both.pem"
    names = ["-subj", "/CN=loopback", "-addext", "subjectAltName=IP:127.0.0.1"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    out = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run(
        ["openssl", "req", "-x509", "-days", "2", *key, *names, *out], check=True, capture_output=True
    )
    made.write_text((folder / "key.pem").read_text() + (folder / "cert.pem").read_text())
    return made


@pytest.fixture
def tls_peer(certificate: Path) -> Iterator[tuple[Loopback, list[Script]]]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with loopback(tls=context) as (server, scripts):
        yield server, scripts


def test_unknown_authority_is_a_wrong_configuration(tls_peer: tuple[Loopback, list[Script]]) -> None:
    server, scripts = tls_peer
    scripts.append(server.answer(response(b"{}")))
    with pytest.raises(ConfigurationError, match=r"self.signed certificate.*ca_file"):
        send(server.url)
    assert server.requests == []


def test_authority_of_ca_file_is_trusted(tls_peer: tuple[Loopback, list[Script]], certificate: Path) -> None:
    server, scripts = tls_peer
    scripts.append(server.answer(response(b"{}")))
    assert send(server.url, transport=TransportConfig(ca_file=certificate)).status == 200


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_authority_of_the_environment_is_trusted(
    tls_peer: tuple[Loopback, list[Script]], certificate: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    server, scripts = tls_peer
    scripts.append(server.answer(response(b"{}")))
    monkeypatch.setenv(name, str(certificate))
    assert send(server.url).status == 200


def test_name_of_the_certificate_is_checked(
    tls_peer: tuple[Loopback, list[Script]], certificate: Path
) -> None:
    server, scripts = tls_peer
    scripts.append(server.answer(response(b"{}")))
    with pytest.raises(ConfigurationError, match="cannot be trusted"):
        send(f"https://localhost:{server.port}", transport=TransportConfig(ca_file=certificate))


def test_drip_under_tls_ends_at_the_deadline(
    tls_peer: tuple[Loopback, list[Script]], certificate: Path
) -> None:
    server, scripts = tls_peer
    scripts.append(server.drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"))
    with pytest.raises(Retryable, match="no complete answer"):
        send(server.url, transport=TransportConfig(ca_file=certificate), within=SOON)


def test_drip_in_the_handshake_ends_at_the_deadline(peer: tuple[Loopback, list[Script]]) -> None:
    server, scripts = peer

    def play(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"\x16\x03\x03\x40\x00")  # a handshake record of 16 KiB begins
        while not server.is_over.wait(0.02):
            connection.sendall(b"\x02")

    scripts.append(play)
    with pytest.raises(Retryable):
        send(server.url.replace("http:", "https:"), within=SOON)


def test_plain_http_where_tls_is_expected_can_be_asked_again(peer: tuple[Loopback, list[Script]]) -> None:
    server, scripts = peer
    scripts.append(lambda connection: connection.sendall(response(b"{}")))
    with pytest.raises(Retryable, match="no TLS with 127"):
        send(server.url.replace("http:", "https:"))


@pytest.mark.parametrize("content", [None, "no certificate"], ids=["missing", "not PEM"])
def test_unusable_ca_file_is_a_wrong_configuration(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "ca.pem"
    if content:
        path.write_text(content)
    with pytest.raises(ConfigurationError, match=r"ca_file: cannot load .*ca\.pem"):
        Transport(TransportConfig(ca_file=path))
