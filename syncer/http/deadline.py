"""A deadline for a whole HTTP call, which holds even where no single read times out.

A timeout of `requests` limits one read. A server that sends one byte a second never triggers it: not in the
TLS handshake, not in the headers, not in the body. So every connection registers its socket with the current
Deadline, and a thread shuts the sockets down. Name resolution and connecting have no socket yet; they keep
the timeouts of the resolver and of `connect`.
"""

from __future__ import annotations

import contextlib
import os
import sched
import socket
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from types import TracebackType
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from syncer.threads import BackgroundThread, start_thread

_current: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


class Deadline:
    """Context manager: shuts down the sockets that this thread uses inside it after `seconds`."""

    def __init__(self, seconds: float) -> None:
        self.has_expired = False
        self._has_exited = False
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._seconds = seconds

    def __enter__(self) -> Deadline:
        """Start the time. Raises ThreadUnavailable if no thread can be started that ends it."""
        self._timer = _timers.start(self._seconds, self._expire)
        self._token = _current.set(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _timers.cancel(self._timer)
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


class _Timers:
    """Calls functions after a time, from one thread: the start of a thread for each of them could fail."""

    def __init__(self) -> None:
        self._scheduler = sched.scheduler()
        self._has_new = threading.Event()
        self._lock = threading.Lock()
        self._thread: BackgroundThread | None = None

    def start(self, seconds: float, call: Callable[[], None]) -> sched.Event:
        """Call the function after `seconds`; return the timer. Raises ThreadUnavailable."""
        with self._lock:
            if not (self._thread and self._thread.is_alive):
                self._thread = start_thread(self._run, "the deadlines of requests")
        timer = self._scheduler.enter(seconds, 0, call)
        self._has_new.set()
        return timer

    def cancel(self, timer: sched.Event) -> None:
        """Do not call the timer's function, unless that has happened."""
        with contextlib.suppress(ValueError):
            self._scheduler.cancel(timer)

    def _run(self) -> None:
        while True:
            try:
                self._has_new.clear()
                self._has_new.wait(self._scheduler.run(blocking=False))
            except MemoryError:  # The thread must not end with it.
                time.sleep(0.1)


_timers = _Timers()


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


def is_folder_list(path: object) -> bool:
    """Whether `path` names several folders of certificate authorities, as SSL_CERT_DIR may.

    https://docs.openssl.org/master/man3/SSL_CTX_load_verify_locations/
    """
    return isinstance(path, str) and os.pathsep in path and not os.path.exists(path)


class DeadlineAdapter(HTTPAdapter):
    """The transport adapter of `requests` over connections that a Deadline can shut down."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        if is_folder_list(verify):
            conn.cert_reqs, conn.ca_certs, conn.ca_cert_dir = "CERT_REQUIRED", None, verify
        else:
            super().cert_verify(conn, url, verify, cert)  # type: ignore[no-untyped-call]

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        if is_folder_list(verify):
            pool["ca_cert_dir"] = pool.pop("ca_certs")
        return host, pool

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = _POOLS
        return manager
