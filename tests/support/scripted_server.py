"""A server on loopback that plays one scripted answer a connection, byte by byte if need be."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

#: Plays its part on an accepted connection; returning closes it.
Script = Callable[[socket.socket], None]


@dataclass
class Loopback:
    """Where the server listens, and the requests it has read whole."""

    port: int
    scheme: str = "http"
    requests: list[bytes] = field(default_factory=list)
    #: Set when the test is over: a script that stalls waits for it instead of sleeping.
    is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def read_request(self, connection: socket.socket) -> bytes:
        """Head and body of the next request on `connection`; b"" where the client has gone."""
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

    def answer(self, *pieces: bytes) -> Script:
        """Reads one request and sends `pieces`, then closes."""

        def play(connection: socket.socket) -> None:
            if self.read_request(connection):
                for piece in pieces:
                    connection.sendall(piece)

        return play

    def drip(self, head: bytes, drop: bytes) -> Script:
        """Sends `head`, then `drop` again and again, much faster than any read times out."""

        def play(connection: socket.socket) -> None:
            self.read_request(connection)
            connection.sendall(head)
            while not self.is_over.wait(0.02):
                connection.sendall(drop)

        return play

    def stall(self, head: bytes = b"") -> Script:
        """Sends `head` and nothing more."""

        def play(connection: socket.socket) -> None:
            self.read_request(connection)
            connection.sendall(head)
            self.is_over.wait()

        return play


@contextmanager
def loopback(*, tls: ssl.SSLContext | None = None) -> Iterator[tuple[Loopback, list[Script]]]:
    """A server, and the list of its scripts: one is taken for each connection, the last for all others."""
    scripts: list[Script] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Loopback(listener.getsockname()[1], "https" if tls else "http")
        playing = threading.Thread(target=_serve, args=(listener, server, scripts, tls), daemon=True)
        playing.start()
        try:
            yield server, scripts
        finally:
            server.is_over.set()
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            playing.join(5)
            assert not playing.is_alive()


def response(body: bytes, *, status: str = "200 OK", headers: str = "") -> bytes:
    """A whole HTTP answer; `headers` are further lines, each ended by CR LF."""
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode("latin-1") + body


def reset(connection: socket.socket) -> None:
    """Make closing `connection` send a reset rather than an orderly end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def _serve(
    listener: socket.socket, server: Loopback, scripts: list[Script], tls: ssl.SSLContext | None
) -> None:
    playing: list[threading.Thread] = []
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            break
        script = scripts.pop(0) if len(scripts) > 1 else scripts[0]
        player = threading.Thread(target=_play, args=(connection, script, tls), daemon=True)
        player.start()
        playing.append(player)
    for player in playing:
        player.join(5)


def _play(connection: socket.socket, script: Script, tls: ssl.SSLContext | None) -> None:
    with contextlib.suppress(OSError), contextlib.closing(connection):  # clients leave when they like
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
