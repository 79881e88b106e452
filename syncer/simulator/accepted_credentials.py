"""The access key that the simulated APIs accept, and the nonces that were used with it."""

from __future__ import annotations

import hmac
import secrets
import threading
import zlib
from collections import deque

from syncer.model import Credentials


class AcceptedCredentials:
    """The accepted access key. Its session token can be replaced while clients use it."""

    def __init__(self, credentials: Credentials) -> None:
        self.credentials = credentials

    def secret_of(self, access_key: str) -> str | None:
        """The secret key that belongs to `access_key`; None for an unknown one."""
        return self.credentials.secret_key if access_key == self.credentials.access_key else None

    @property
    def account(self) -> str:
        """The number of the account to which the access key belongs, whatever the session token."""
        return str(100_000_000_000 + zlib.crc32(self.credentials.access_key.encode()))

    def accepts_token(self, token: str | None) -> bool:
        """Whether a request with this session token is accepted; None: the request has no token."""
        expected = self.credentials.session_token or ""
        return hmac.compare_digest(expected.encode(), (token or "").encode())

    def rotate(self) -> Credentials:
        """Replace the session token, so that the old one is expired; return the new credentials."""
        old = self.credentials
        self.credentials = Credentials(old.access_key, old.secret_key, f"session-{secrets.token_hex(16)}")
        return self.credentials


class NonceCache:
    """The nonces of the last `keep_ms` milliseconds of simulated time. Safe for several threads."""

    def __init__(self, keep_ms: int) -> None:
        self._keep_ms = keep_ms
        self._used: set[str] = set()
        self._by_time: deque[tuple[int, str]] = deque()
        self._lock = threading.Lock()

    def add(self, nonce: str, now_ms: int) -> bool:
        """Remember the nonce; return whether it was unused until now."""
        with self._lock:
            while self._by_time and self._by_time[0][0] < now_ms - self._keep_ms:
                self._used.discard(self._by_time.popleft()[1])
            if nonce in self._used:
                return False
            self._used.add(nonce)
            self._by_time.append((now_ms, nonce))
            return True


def is_same(left: str, right: str) -> bool:
    """Equality in constant time: the position of the first difference cannot be measured."""
    return hmac.compare_digest(left.encode(), right.encode())
