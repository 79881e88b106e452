"""HTTP/1.1 server that passes each request to a function.

Head and body are sent in one write and without Nagle's algorithm, so that the transport adds no delay.
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

_MAX_BODY = 10 * 1024 * 1024


class HttpServer:
    """Calls `respond` for each request to a port of `host` (0: any free port) until it is stopped.

    `now` returns the seconds since the epoch for the Date header.
    """

    def __init__(self, respond: Respond, now: Callable[[], float], *, host: str, port: int) -> None:
        self._http = _Listener((host, port), _Connection)
        self._http.respond = respond
        self._http.now = now
        self._thread = threading.Thread(target=self._http.accept_connections, name="simulator", daemon=True)

    @property
    def url(self) -> str:
        host, port = self._address
        return f"http://{host}:{port}"

    @property
    def _address(self) -> tuple[str, int]:
        host, port = self._http.server_address[:2]
        return str(host), port

    def start(self) -> None:
        """Accept connections in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Close all connections and wait until their threads have ended."""
        self._http.stopping.set()
        with contextlib.suppress(OSError):
            # accept() returns only for a connection, so make one.
            socket.create_connection(self._address, timeout=5).close()
        self._thread.join()
        self._http.close_connections()
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

    def accept_connections(self) -> None:
        """Accept connections; return after the first one that follows `stopping`."""
        while not self.stopping.is_set():
            self.handle_request()

    def server_bind(self) -> None:
        """Bind without the name lookup that HTTPServer makes."""
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
        """Ignore the error: the client closed the connection."""

    def close_connections(self) -> None:
        """Shut all connections down; wait up to 5 seconds for their threads."""
        with self._changed:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            self._changed.wait_for(lambda: not self._open, timeout=5)


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    #: Seconds to wait for a request; ends the threads of idle connections.
    timeout = 300
    server: _Listener

    def do_GET(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        if length > _MAX_BODY:
            self.send_error(413)
            return
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(length) if length else b""
        response = self.server.respond(SimRequest(self.command, path, query, headers, body))
        if response.delay:
            self.server.stopping.wait(response.delay)
        self._send(response)

    do_POST = do_GET
    do_PUT = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: the request log counts."""

    def _send(self, response: SimResponse) -> None:
        if response.connection_fault is ConnectionFault.RESET:
            self._reset()
            return
        message, body_at = _message(response.response, self.server.now())
        if response.connection_fault is ConnectionFault.TRUNCATED:
            message = message[: (body_at + len(message)) // 2]
            self.close_connection = True
        self.wfile.write(message)

    def _reset(self) -> None:
        """Close with RST, so that the client sees a reset instead of an end of file."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())


def _message(response: Response, now: float) -> tuple[bytes, int]:
    """The bytes of the response, and the index at which its body begins."""
    lines = [
        f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}",
        f"Date: {formatdate(now, usegmt=True)}",
        "Connection: keep-alive",
        *(f"{name.title()}: {value}" for name, value in response.headers.items()),
    ]
    body = response.body
    if response.headers.get("transfer-encoding") == "chunked":
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    else:
        lines.append(f"Content-Length: {len(body)}")
    head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
    return head + body, len(head)
