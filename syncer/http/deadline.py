"""A deadline for a whole HTTP call, which holds even where no single read times out.

A timeout of `requests` limits one read. A server that sends one byte a second never triggers it: not in the
TLS handshake, not in the headers, not in the body. So every connection registers its socket with the current
Deadline, and a timer shuts the sockets down. Name resolution and connecting have no socket yet; they keep the
timeouts of the resolver and of `connect`.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from contextvars import ContextVar
from types import TracebackType
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_current: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


class Deadline:
    """Context manager: shuts down the sockets that this thread uses inside it after `seconds`."""

    def __init__(self, seconds: float) -> None:
        self.has_expired = False
        self._has_exited = False
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> Deadline:
        self._token = _current.set(self)
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        _current.reset(self._token)
        with self._lock:
            self._has_exited = True
            for sock in self._sockets:
                sock.close()

    def register(self, sock: Any) -> None:
        """Shut `sock` down when the deadline expires, or now if it has expired.

        Keeps a duplicate of the descriptor: TLS detaches the plain socket from its descriptor, and the
        number of a closed descriptor can be reused by an unrelated file.
        """
        duplicate = socket.socket(fileno=os.dup(sock.fileno()))
        with self._lock:
            self._sockets.append(duplicate)
            if self.has_expired:
                _shut_down(duplicate)

    def _expire(self) -> None:
        with self._lock:
            if not self._has_exited:
                self.has_expired = True
                for sock in self._sockets:
                    _shut_down(sock)


def _shut_down(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):  # already closed by the peer
        sock.shutdown(socket.SHUT_RDWR)


def _register_with_current_deadline(sock: Any) -> None:
    if deadline := _current.get():
        deadline.register(sock)


class _DeadlineConnection(HTTPConnection):
    """A connection that registers its socket when it is opened and when it is reused."""

    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        _register_with_current_deadline(sock)
        return sock

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is not None:
            _register_with_current_deadline(self.sock)
        super().request(*args, **kwargs)


class _DeadlineTLSConnection(_DeadlineConnection, HTTPSConnection):
    """The same with TLS."""

    def _tunnel(self) -> None:
        super()._tunnel()
        deadline = _current.get()
        if deadline and deadline.has_expired:
            # A truncated response of the proxy looks complete, and TLS would start on a socket that is shut.
            raise TimeoutError("the proxy took too long")


class _Pool(HTTPConnectionPool):
    ConnectionCls = _DeadlineConnection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _DeadlineTLSConnection


_POOLS = {"http": _Pool, "https": _TLSPool}


class DeadlineAdapter(HTTPAdapter):
    """The transport adapter of `requests` over connections that a Deadline can shut down."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = _POOLS
        return manager
