"""A way to a server on loopback that can be spoiled, as networks and middleboxes spoil theirs."""

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

#: Seconds between two looks at whether the way has been spoiled or healed.
_LOOK = 0.02
_PIECE = 65_536
_HOST = "127.0.0.1"


class ProxyFault(StrEnum):
    """What happens to connections."""

    #: Nobody listens, and whoever is connected is thrown out.
    REFUSE = "refuse"
    #: The answer breaks off with a reset.
    RESET = "reset"
    #: The answer ends too early, in order.
    CUT = "cut"
    #: Nothing more comes until the way is healed.
    STALL = "stall"
    #: One byte after the other, each long before any read times out.
    DRIP = "drip"


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultDose:
    """A toxic and where it acts: after so many bytes of an answer, or instead of certain words."""

    toxic: ProxyFault
    after: int = 0
    #: Words of the client's, and words of the server's.
    said: bytes = b""
    answered: bytes = b""

    def reach(self, piece: bytes, passed: int, *, is_answer: bool) -> int | None:
        """How much of `piece` passes before the toxic acts; None where it does not act on it."""
        words = self.answered if is_answer else self.said
        if words:
            place = piece.find(words)
            return place if place >= 0 else None
        if not is_answer or self.said or self.answered or passed + len(piece) <= self.after:
            return None
        return max(0, self.after - passed)


@dataclass
class FaultProxy:
    """A port that leads to `target`, until it is spoiled."""

    target: tuple[str, int]
    port: int
    #: How often each toxic has acted.
    fired: Counter[ProxyFault] = field(default_factory=Counter)
    #: What acts now.
    dose: FaultDose | None = None
    is_closed: bool = False

    def through(self, url: str) -> str:
        """`url`, by this way."""
        parts = urlsplit(url)
        login, at, _ = parts.netloc.rpartition("@")
        return urlunsplit(parts._replace(netloc=f"{login}{at}{_HOST}:{self.port}"))

    def spoil(self, dose: FaultDose) -> None:
        """Let a toxic act from now on, on the connections there are and on those that come."""
        self.dose = dose

    def heal(self) -> None:
        """Let everything pass again."""
        self.dose = None

    @property
    def is_refusing(self) -> bool:
        return self.dose is not None and self.dose.toxic is ProxyFault.REFUSE

    @property
    def ends_all(self) -> bool:
        """Whether no connection is to go on."""
        return self.is_closed or self.is_refusing

    def serve(self, listener: socket.socket) -> None:
        """Carry every connection in a thread of its own, until the way is closed."""
        carriers: list[threading.Thread] = []
        while not self.is_closed:
            if self.is_refusing:
                listener.close()
                self._wait_while_refusing()
                listener = _listen(self.port)
            elif select.select([listener], [], [], _LOOK)[0]:
                client, _ = listener.accept()
                carriers.append(threading.Thread(target=self._carry, args=(client,), daemon=True))
                carriers[-1].start()
        listener.close()
        for carrier in carriers:
            carrier.join(5)

    def _wait_while_refusing(self) -> None:
        self.fired[ProxyFault.REFUSE] += 1
        while self.is_refusing and not self.is_closed:
            time.sleep(_LOOK)

    def _carry(self, client: socket.socket) -> None:
        # Either end leaves when it likes.
        with client, contextlib.suppress(OSError), socket.create_connection(self.target) as server:
            _Conversation(self, client, server).go_on()


class _Conversation:
    """One connection by a way. It has one thread only, so that closing it is closing it."""

    def __init__(self, way: FaultProxy, client: socket.socket, server: socket.socket) -> None:
        self.way, self.client, self.server = way, client, server
        #: Bytes of the present answer that have come.
        self.passed = 0

    def go_on(self) -> None:
        """Carry bytes both ways until one end closes, or a toxic ends it."""
        ends = [self.client, self.server]
        while not self.way.ends_all:
            for source in select.select(ends, [], [], _LOOK)[0]:
                if not self._carry_from(source):
                    return
        _reset(self.client)

    def _carry_from(self, source: socket.socket) -> bool:
        """Carry what `source` has to say; False where the conversation is over."""
        piece = source.recv(_PIECE)
        if not piece:
            return False
        is_answer = source is self.server
        dose, sink = self.way.dose, self.client if is_answer else self.server
        reach = dose.reach(piece, self.passed, is_answer=is_answer) if dose else None
        self.passed = self.passed + len(piece) if is_answer else 0
        if dose is None or reach is None:
            sink.sendall(piece)
            return True
        self.way.fired[dose.toxic] += 1
        sink.sendall(piece[:reach])
        return self._act(dose.toxic, sink, piece[reach:])

    def _act(self, toxic: ProxyFault, sink: socket.socket, rest: bytes) -> bool:
        match toxic:
            case ProxyFault.STALL:
                self._wait()
            case ProxyFault.DRIP:
                rest = self._drip(sink, rest)
            case ProxyFault.RESET:
                _reset(self.client)
                return False
            case _:
                return False
        sink.sendall(rest)
        return True

    def _wait(self) -> None:
        while self.way.dose is not None and not self.way.ends_all and not _has_left(self.client):
            time.sleep(_LOOK)

    def _drip(self, sink: socket.socket, rest: bytes) -> bytes:
        """What was left to say when the way was healed."""
        while rest and self.way.dose is not None and not self.way.ends_all:
            sink.sendall(rest[:1])
            rest = rest[1:]
            time.sleep(_LOOK)
        return rest


@contextmanager
def fault_proxy(url: str) -> Iterator[FaultProxy]:
    """A way to the server of `url`, open until the end of the block."""
    parts = urlsplit(url)
    assert parts.hostname and parts.port, f"{url} names no port"
    listener = _listen(0)
    way = FaultProxy((parts.hostname, parts.port), listener.getsockname()[1])
    serving = threading.Thread(target=way.serve, args=(listener,), daemon=True)
    serving.start()
    try:
        yield way
    finally:
        way.is_closed = True
        serving.join(10)
        assert not serving.is_alive()


def _listen(port: int) -> socket.socket:
    deadline = time.monotonic() + 10
    while True:
        try:
            return socket.create_server((_HOST, port), backlog=128)
        except OSError:  # an outgoing connection has borrowed the number while nobody listened
            if time.monotonic() > deadline:
                raise
            time.sleep(_LOOK)


def _has_left(peer: socket.socket) -> bool:
    """Whether the other end has closed; what it says waits to be read."""
    try:
        return bool(select.select([peer], [], [], 0)[0]) and not peer.recv(1, socket.MSG_PEEK)
    except OSError:
        return True


def _reset(connection: socket.socket) -> None:
    """Make closing `connection` send a reset rather than an orderly end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
