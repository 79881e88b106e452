"""The deadline of a call, against servers that stall or send one byte at a time."""

from __future__ import annotations

import socket
import threading

import pytest

from syncer.errors import Retryable
from syncer.http import Transport, TransportConfig
from syncer.http import deadline as deadline_module
from syncer.http.deadline import Deadline
from syncer.model import Request, Response
from syncer.threads import start_thread
from tests.support.scripted_server import ScriptedServer, http_response
from tests.support.thread_failures import THREAD_FAILURES, FailStart, fail_starts
from tests.support.transport_calls import LONG, SHORT, send
from tests.support.waiting import eventually

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def test_stalled_response_ends_at_the_deadline(server: ScriptedServer) -> None:
    server.scripts.append(server.stall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"))
    with pytest.raises(Retryable, match=r"in time|no complete answer"):
        send(server.url, timeout=SHORT)


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a", id="head"),
        pytest.param(b"HTTP/1.1 200 OK\r\n", b"X-Slow: a\r\n", id="header lines"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n", b" ", id="body with a length"),
        pytest.param(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", b" ", id="body without a length"),
        pytest.param(CHUNKED, b"1\r\n \r\n", id="chunks"),
    ],
)
def test_dripping_response_ends_at_the_deadline(server: ScriptedServer, head: bytes, drop: bytes) -> None:
    server.scripts.append(server.drip(head, drop))
    with pytest.raises(Retryable, match=r"gave no complete answer in 0\.3 s"):
        send(server.url, timeout=SHORT)


def test_dripping_response_on_a_reused_connection_ends_at_the_deadline(server: ScriptedServer) -> None:
    def play(connection: socket.socket) -> None:
        server.respond(http_response(b"{}"))(connection)
        server.drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a")(connection)

    server.scripts.append(play)
    request = Request(method="GET", url=server.url, action="List")
    with Transport(TransportConfig()) as transport:
        transport.send(request, LONG)
        with pytest.raises(Retryable, match="no complete answer"):
            transport.send(request, SHORT)
    assert len(server.requests) == 2


def test_dripping_proxy_ends_at_the_deadline(server: ScriptedServer) -> None:
    server.scripts.append(server.drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"))
    with pytest.raises(Retryable, match="no complete answer"):
        send("https://mps.example/", config=TransportConfig(proxy=server.url), timeout=SHORT)


def test_dripping_tls_handshake_ends_at_the_deadline(server: ScriptedServer) -> None:
    def play(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"\x16\x03\x03\x40\x00")  # the start of a handshake record of 16 KiB
        while not server.is_closing.wait(0.02):
            connection.sendall(b"\x02")

    server.scripts.append(play)
    with pytest.raises(Retryable):
        send(server.url.replace("http:", "https:"), timeout=SHORT)


def test_each_thread_has_its_own_deadline(server: ScriptedServer) -> None:
    may_respond = threading.Event()

    def respond_late(connection: socket.socket) -> None:
        server.read_request(connection)
        may_respond.wait(5)
        connection.sendall(http_response(b"late"))

    server.scripts += [respond_late, server.drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a")]
    request = Request(method="GET", url=server.url, action="List")
    responses: list[Response] = []
    with Transport(TransportConfig()) as transport:
        slow_call = threading.Thread(target=lambda: responses.append(transport.send(request, LONG)))
        slow_call.start()
        while not server.requests:
            slow_call.join(0.01)
        with pytest.raises(Retryable):
            transport.send(request, SHORT)
        may_respond.set()
        slow_call.join(5)
    assert [response.body for response in responses] == [b"late"]


def test_socket_registered_after_the_deadline_is_shut_down() -> None:
    near_end, far_end = socket.socketpair()
    with near_end, far_end, Deadline(0) as deadline:
        eventually(lambda: deadline.has_expired, "the deadline")
        deadline.register(near_end)
        assert far_end.recv(1) == b""


def test_socket_stays_open_after_the_block() -> None:
    near_end, far_end = socket.socketpair()
    with near_end, far_end:
        with Deadline(60) as deadline:
            deadline.register(near_end)
        deadline._expire()
        assert not deadline.has_expired
        near_end.sendall(b"x")
        assert far_end.recv(1) == b"x"


def test_deadlines_of_all_requests_share_one_thread(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadline_module, "_timers", deadline_module._Timers())
    starts = []
    monkeypatch.setattr(
        deadline_module, "start_thread", lambda *thread: starts.append(thread) or start_thread(*thread)
    )
    for _ in range(3):
        server.scripts.append(server.respond(http_response(b"{}")))
        assert send(server.url).body == b"{}"
    assert len(starts) == 1


@pytest.mark.parametrize("failure", THREAD_FAILURES.values(), ids=THREAD_FAILURES)
def test_request_without_a_thread_for_its_deadline_fails_and_the_next_one_works(
    failure: FailStart, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadline_module, "_timers", deadline_module._Timers())
    with fail_starts(failure, monkeypatch), pytest.raises(Retryable, match="no thread for the deadlines"):
        send(server.url)
    drip = server.drip(b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n", b" ")
    server.scripts += [server.respond(http_response(b"{}")), drip]
    assert send(server.url).body == b"{}"
    with pytest.raises(Retryable, match="no complete answer"):
        send(server.url, timeout=SHORT)


def test_thread_of_the_deadlines_survives_a_lack_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    timers, called = deadline_module._Timers(), threading.Event()
    failures = [MemoryError, MemoryError]

    def run(blocking: bool = True) -> float | None:
        if failures:
            raise failures.pop()
        return real_run(blocking)

    real_run = timers._scheduler.run
    monkeypatch.setattr(timers._scheduler, "run", run)
    timers.start(0.01, called.set)
    assert called.wait(20)
