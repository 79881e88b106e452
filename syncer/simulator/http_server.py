"""HTTP/1.1 on loopback: one address, one function that answers.

Header and body leave in one write and without Nagle's delay, so that a page costs what it takes to make it.
"""

from __future__ import annotations

import contextlib
import os
import socket
import socketserver
import struct
import threading
from collections.abc import Callable
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from syncer.model import Response
from syncer.simulator.http_messages import ConnectionFault, SimRequest, SimResponse

Respond = Callable[[SimRequest], SimResponse]

_LARGEST_BODY = 10 * 1024 * 1024


class HttpServer:
    """Serves `respond` on a port of `host` (0: any free one) until it is stopped.

    `now` gives the seconds since the epoch that the Date header tells.
    """

    def __init__(self, respond: Respond, now: Callable[[], float], *, host: str, port: int) -> None:
        self._http = _Listener((host, port), _Connection)
        self._http.respond = respond
        self._http.now = now
        self._thread = threading.Thread(target=self._http.accept_all, name="simulator", daemon=True)

    @property
    def url(self) -> str:
        host, port = self._address
        return f"http://{host}:{port}"

    @property
    def _address(self) -> tuple[str, int]:
        host, port = self._http.server_address[:2]
        return str(host), port

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Close every connection and wait until their threads are gone."""
        self._http.stopping.set()
        with contextlib.suppress(OSError):
            # It waits for a connection, and knows no other call.
            socket.create_connection(self._address, timeout=5).close()
        self._thread.join()
        self._http.hang_up()
        self._http.server_close()


class _Listener(socketserver.ThreadingMixIn, HTTPServer):
    daemon_threads = True
    request_queue_size = 128
    respond: Respond
    now: Callable[[], float]

    def __init__(self, address: tuple[str, int], connection: type[BaseHTTPRequestHandler]) -> None:
        self.stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._changed = threading.Condition()
        super().__init__(address, connection)

    def accept_all(self) -> None:
        """Accept connections until the one that comes after `stopping` was set."""
        while not self.stopping.is_set():
            self.handle_request()

    def server_bind(self) -> None:
        """Bind without asking a name server who we are."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._changed:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        with self._changed:
            self._open.discard(request)
            self._changed.notify_all()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error of ours."""

    def hang_up(self) -> None:
        with self._changed:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            self._changed.wait_for(lambda: not self._open, timeout=5)


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    #: Nobody sends a request this slowly.
    timeout = 300
    server: _Listener

    def do_GET(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        if length > _LARGEST_BODY:
            self.send_error(413)
            return
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(length) if length else b""
        reply = self.server.respond(SimRequest(self.command, path, query, headers, body))
        if reply.delay:
            self.server.stopping.wait(reply.delay)
        self._send(reply)

    do_POST = do_GET
    do_PUT = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the ledger counts."""

    def _send(self, reply: SimResponse) -> None:
        if reply.ending is ConnectionFault.RESET:
            self._reset()
            return
        message, body_at = _message(reply.answer, self.server.now())
        if reply.ending is ConnectionFault.CUT:
            message = message[: (body_at + len(message)) // 2]
            self.close_connection = True
        self.wfile.write(message)

    def _reset(self) -> None:
        """Close so that the client sees a reset, not an end."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())


def _message(answer: Response, now: float) -> tuple[bytes, int]:
    """The bytes of a whole answer, and where in them the body begins."""
    lines = [
        f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}",
        f"Date: {formatdate(now, usegmt=True)}",
        "Connection: keep-alive",
        *(f"{name.title()}: {value}" for name, value in answer.headers.items()),
    ]
    body = answer.body
    if answer.headers.get("transfer-encoding") == "chunked":
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    else:
        lines.append(f"Content-Length: {len(body)}")
    head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
    return head + body, len(head)
