"""A TCP proxy on loopback that injects network faults between a client and a server."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit, urlunsplit

from tests.support.scripted_server import reset_on_close

#: Seconds between two checks of the present rule.
_CHECK_INTERVAL = 0.02
_PIECE = 65_536
_HOST = "127.0.0.1"


class ProxyFault(StrEnum):
    """What happens to connections."""

    #: New connections are refused, and the existing ones are reset.
    REFUSE = "refuse"
    #: The connection is reset in the middle of the response.
    RESET = "reset"
    #: The connection ends in order, but before the end of the response.
    CUT = "cut"
    #: No more bytes pass until the fault is cleared.
    STALL = "stall"
    #: The bytes pass one at a time, each before any read times out.
    DRIP = "drip"


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRule:
    """A fault and the place where it fires: after a number of response bytes, or instead of a given text."""

    fault: ProxyFault
    after_bytes: int = 0
    #: Fires at this text of the client, or of the server.
    request_contains: bytes = b""
    response_contains: bytes = b""

    def passing_bytes(self, piece: bytes, already_passed: int, *, is_response: bool) -> int | None:
        """How many bytes of `piece` pass before the fault fires; None if it does not fire in it."""
        text = self.response_contains if is_response else self.request_contains
        if text:
            position = piece.find(text)
            return position if position >= 0 else None
        if not is_response or self.request_contains or self.response_contains:
            return None
        if already_passed + len(piece) <= self.after_bytes:
            return None
        return max(0, self.after_bytes - already_passed)


@dataclass
class FaultProxy:
    """A port that forwards connections to `target`, with the faults of the present rule."""

    target: tuple[str, int]
    port: int
    #: How often each fault has fired.
    fired: Counter[ProxyFault] = field(default_factory=Counter)
    #: The present rule; None: all bytes pass.
    rule: FaultRule | None = None
    is_closed: bool = False

    def proxied_url(self, url: str) -> str:
        """`url` with the proxy's address."""
        parts = urlsplit(url)
        login, at, _ = parts.netloc.rpartition("@")
        return urlunsplit(parts._replace(netloc=f"{login}{at}{_HOST}:{self.port}"))

    def inject(self, rule: FaultRule) -> None:
        """Apply `rule` from now on, to existing and to new connections."""
        self.rule = rule

    def clear(self) -> None:
        """Let all bytes pass again."""
        self.rule = None

    @property
    def is_refusing(self) -> bool:
        return self.rule is not None and self.rule.fault is ProxyFault.REFUSE

    @property
    def ends_connections(self) -> bool:
        """Whether the existing connections must end."""
        return self.is_closed or self.is_refusing

    def serve(self, listener: socket.socket) -> None:
        """Forward every connection in its own thread until the proxy is closed."""
        threads: list[threading.Thread] = []
        while not self.is_closed:
            if self.is_refusing:
                listener.close()
                self._wait_while_refusing()
                listener = _listen(self.port)
            elif select.select([listener], [], [], _CHECK_INTERVAL)[0]:
                client, _ = listener.accept()
                threads.append(threading.Thread(target=self._forward, args=(client,), daemon=True))
                threads[-1].start()
        listener.close()
        for thread in threads:
            thread.join(5)

    def _wait_while_refusing(self) -> None:
        self.fired[ProxyFault.REFUSE] += 1
        while self.is_refusing and not self.is_closed:
            time.sleep(_CHECK_INTERVAL)

    def _forward(self, client: socket.socket) -> None:
        # Both ends may disconnect at any time.
        with client, contextlib.suppress(OSError), socket.create_connection(self.target) as server:
            _ForwardedConnection(self, client, server).run()


class _ForwardedConnection:
    """One forwarded connection. A single thread serves both directions, so that it can close both at once."""

    def __init__(self, proxy: FaultProxy, client: socket.socket, server: socket.socket) -> None:
        self.proxy, self.client, self.server = proxy, client, server
        #: Bytes of the present response that were received.
        self.response_bytes = 0

    def run(self) -> None:
        """Forward bytes in both directions until one end closes or a fault ends the connection."""
        ends = [self.client, self.server]
        while not self.proxy.ends_connections:
            for source in select.select(ends, [], [], _CHECK_INTERVAL)[0]:
                if not self._forward_from(source):
                    return
        reset_on_close(self.client)

    def _forward_from(self, source: socket.socket) -> bool:
        """Forward what `source` has sent; return whether the connection continues."""
        piece = source.recv(_PIECE)
        if not piece:
            return False
        is_response = source is self.server
        rule, sink = self.proxy.rule, self.client if is_response else self.server
        passing = rule.passing_bytes(piece, self.response_bytes, is_response=is_response) if rule else None
        self.response_bytes = self.response_bytes + len(piece) if is_response else 0
        if rule is None or passing is None:
            sink.sendall(piece)
            return True
        self.proxy.fired[rule.fault] += 1
        sink.sendall(piece[:passing])
        return self._fire(rule.fault, sink, piece[passing:])

    def _fire(self, fault: ProxyFault, sink: socket.socket, rest: bytes) -> bool:
        """Apply `fault` to the `rest` of a piece; return whether the connection continues."""
        match fault:
            case ProxyFault.STALL:
                self._stall()
            case ProxyFault.DRIP:
                rest = self._drip(sink, rest)
            case ProxyFault.RESET:
                reset_on_close(self.client)
                return False
            case _:
                return False
        sink.sendall(rest)
        return True

    def _stall(self) -> None:
        while self._is_fault_active() and not _has_closed(self.client):
            time.sleep(_CHECK_INTERVAL)

    def _drip(self, sink: socket.socket, rest: bytes) -> bytes:
        """Send `rest` byte by byte while the fault is active; return what remains."""
        while rest and self._is_fault_active():
            sink.sendall(rest[:1])
            rest = rest[1:]
            time.sleep(_CHECK_INTERVAL)
        return rest

    def _is_fault_active(self) -> bool:
        return self.proxy.rule is not None and not self.proxy.ends_connections


@contextmanager
def fault_proxy(url: str) -> Iterator[FaultProxy]:
    """Run a proxy to the server of `url` until the end of the block."""
    parts = urlsplit(url)
    assert parts.hostname and parts.port, f"{url} names no port"
    listener = _listen(0)
    proxy = FaultProxy((parts.hostname, parts.port), listener.getsockname()[1])
    thread = threading.Thread(target=proxy.serve, args=(listener,), daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.is_closed = True
        thread.join(10)
        assert not thread.is_alive()


def _listen(port: int) -> socket.socket:
    deadline = time.monotonic() + 10
    while True:
        try:
            return socket.create_server((_HOST, port), backlog=128)
        except OSError:  # an outgoing connection took the port while the proxy was refusing
            if time.monotonic() > deadline:
                raise
            time.sleep(_CHECK_INTERVAL)


def _has_closed(peer: socket.socket) -> bool:
    """Whether the other end has closed the connection; unread bytes stay unread."""
    try:
        return bool(select.select([peer], [], [], 0)[0]) and not peer.recv(1, socket.MSG_PEEK)
    except OSError:
        return True
