"""Ends a call at its deadline even where no single read ever times out.

A server that drips one byte a second keeps every socket timeout from firing, in the TLS handshake and
in the headers as well as in the body. So each connection shows its socket to the call that uses it,
and a timer shuts the socket down under the reader. Only the lookup of a name and the connecting itself
cannot be reached that way; they have the time limits of the resolver and of `connect`.
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
    """While entered, the sockets this thread uses are shut down after `seconds`."""

    def __init__(self, seconds: float) -> None:
        self.has_passed = False
        self._is_over = False
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._pass)
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
            self._is_over = True
            for watched in self._sockets:
                watched.close()

    def watch(self, sock: Any) -> None:
        """Shut `sock` down when the time is over.

        Through a descriptor of our own: TLS takes the connection's away from the plain socket, and a
        closed one's number may soon be somebody else's.
        """
        watched = socket.socket(fileno=os.dup(sock.fileno()))
        with self._lock:
            self._sockets.append(watched)
            if self.has_passed:
                _shut_down(watched)

    def _pass(self) -> None:
        with self._lock:
            if not self._is_over:
                self.has_passed = True
                for watched in self._sockets:
                    _shut_down(watched)


def _shut_down(watched: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the other end was faster
        watched.shutdown(socket.SHUT_RDWR)


def _watch(sock: Any) -> None:
    if deadline := _current.get():
        deadline.watch(sock)


class _Watched(HTTPConnection):
    """A connection that shows its socket to the current deadline, when it is made and when it is reused."""

    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        _watch(sock)
        return sock

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is not None:
            _watch(self.sock)
        super().request(*args, **kwargs)


class _WatchedTLS(_Watched, HTTPSConnection):
    """The same with TLS."""

    def _tunnel(self) -> None:
        super()._tunnel()
        deadline = _current.get()
        if deadline and deadline.has_passed:
            # A proxy's answer cut short looks complete, and TLS would begin on a socket that is shut.
            raise TimeoutError("the proxy took too long")


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _PoolTLS(HTTPSConnectionPool):
    ConnectionCls = _WatchedTLS


_POOLS = {"http": _Pool, "https": _PoolTLS}


class WatchedAdapter(HTTPAdapter):
    """requests' way to the network, over connections that a Deadline can end."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        proxies = super().proxy_manager_for(proxy, **kwargs)
        if not proxy.lower().startswith("socks"):
            proxies.pool_classes_by_scheme = _POOLS
        return proxies
