"""A server on loopback that plays one scripted response for each connection, byte by byte if needed."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

#: Uses an accepted connection; the connection is closed when it returns.
Script = Callable[[socket.socket], None]


@dataclass
class ScriptedServer:
    """The server's address, its scripts, and the complete requests that it has read."""

    port: int
    scheme: str = "http"
    #: One for each connection, in order; the last one serves all further connections.
    scripts: list[Script] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)
    #: Set at the end of the test. A script that stalls waits for it instead of sleeping.
    is_closing: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def read_request(self, connection: socket.socket) -> bytes:
        """Read the next request on `connection`; return head and body, b"" if the client has closed it."""
        received = b""
        while b"\r\n\r\n" not in received:
            piece = connection.recv(65536)
            if not piece:
                return b""
            received += piece
        head, _, body = received.partition(b"\r\n\r\n")
        while len(body) < _content_length(head):
            body += connection.recv(65536)
        self.requests.append(head + b"\r\n\r\n" + body)
        return self.requests[-1]

    def respond(self, *pieces: bytes) -> Script:
        """A script that reads one request and sends `pieces`."""

        def play(connection: socket.socket) -> None:
            if self.read_request(connection):
                for piece in pieces:
                    connection.sendall(piece)

        return play

    def drip(self, head: bytes, drop: bytes) -> Script:
        """A script that sends `head`, then `drop` again and again, so often that no read times out."""

        def play(connection: socket.socket) -> None:
            self.read_request(connection)
            connection.sendall(head)
            while not self.is_closing.wait(0.02):
                connection.sendall(drop)

        return play

    def stall(self, head: bytes = b"") -> Script:
        """A script that sends `head` and nothing more, and keeps the connection open."""

        def play(connection: socket.socket) -> None:
            self.read_request(connection)
            connection.sendall(head)
            self.is_closing.wait()

        return play


@contextmanager
def scripted_server(*, tls: ssl.SSLContext | None = None) -> Iterator[ScriptedServer]:
    """Run a server until the end of the block. It needs a script before the first connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = ScriptedServer(listener.getsockname()[1], "https" if tls else "http")
        thread = threading.Thread(target=_serve, args=(listener, server, tls), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.is_closing.set()
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)
            assert not thread.is_alive()


def http_response(body: bytes, *, status: str = "200 OK", headers: str = "") -> bytes:
    """A complete HTTP response; `headers` are further lines, each ended by CR LF."""
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode("latin-1") + body


def reset_on_close(connection: socket.socket) -> None:
    """Make closing `connection` send a TCP reset instead of an orderly end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def _serve(listener: socket.socket, server: ScriptedServer, tls: ssl.SSLContext | None) -> None:
    threads: list[threading.Thread] = []
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            break
        script = server.scripts.pop(0) if len(server.scripts) > 1 else server.scripts[0]
        thread = threading.Thread(target=_play, args=(connection, script, tls), daemon=True)
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join(5)


def _play(connection: socket.socket, script: Script, tls: ssl.SSLContext | None) -> None:
    with contextlib.suppress(OSError), contextlib.closing(connection):  # clients may disconnect at any time
        connection.settimeout(5)
        if tls:
            connection = tls.wrap_socket(connection, server_side=True)
        with connection:
            script(connection)


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
